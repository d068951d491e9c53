import os
import sys

import pytest

from autograde.names import misnamed, printable, strange, unusable

LINKS = pytest.mark.skipif(sys.platform == "win32", reason="Windows lets ordinary users make no links")


def test_ordinary_files_are_nothing_strange_whatever_they_are_called(tmp_path):
    for name in ("easy.ipynb", "my data.csv", "Übung.txt"):
        (tmp_path / name).write_text("x")
    assert strange(tmp_path) == "" and misnamed(tmp_path, ["easy.ipynb"]) == ""


@LINKS
@pytest.mark.parametrize("place", ["easy.ipynb", "data/x.csv", "folder"])
def test_a_link_anywhere_is_named_and_the_rest_is_not_looked_at(tmp_path, place):
    (tmp_path / "easy.ipynb").write_text("x")
    link = tmp_path / place
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to("/dev/zero" if place != "folder" else "/")
    assert misnamed(tmp_path, ["easy.ipynb"]) == f"{link.name} is a link: hand in the file itself"


@LINKS
def test_a_pipe_would_be_read_for_ever(tmp_path):
    os.mkfifo(tmp_path / "easy.ipynb")
    assert "no ordinary file" in misnamed(tmp_path, ["easy.ipynb"])


@pytest.mark.parametrize("name", ["a\nb", "caf\udce9", "a\u2028b", "a\x1b[2J"])
def test_a_folder_whose_name_is_no_line_of_text_is_no_student(name):
    assert unusable(name) and not unusable("Ada L\u00f3velace\u00a0王+x@y")


def test_a_name_of_several_lines_stays_on_one():
    assert printable("a\nb.ipynb") == "'a\\nb.ipynb'" and printable("Übung ☃") == "Übung ☃"
