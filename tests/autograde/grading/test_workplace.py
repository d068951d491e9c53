import os
import sys
import tempfile

import pytest

from autograde.grading.workplace import Workplace


def test_a_kernel_sees_the_files_handed_in_and_not_the_graders_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("MY_TOKEN", "secret")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "x.csv").write_text("1")
    (tmp_path / "data" / "x.csv").chmod(0o444)
    (tmp_path / "easy.ipynb").write_text("{}")
    with Workplace(tmp_path) as place:
        assert [p.relative_to(place.work).as_posix() for p in place.work.rglob("*")] == ["data", "data/x.csv"]
        environment = place.environment()
        assert "MY_TOKEN" not in environment and environment["HOME"] == str(place.home)
        assert environment["PATH"] == os.environ["PATH"]
        assert len(str(place.run / "kernel-ipc-1")) < 100
        root = place.root
    assert not root.exists()


@pytest.mark.skipif(sys.platform == "win32", reason="kernels have no such sockets there")
def test_a_temporary_folder_with_a_long_name_leaves_the_sockets_short_paths(tmp_path, monkeypatch):
    (tmp_path / ("x" * 80)).mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / ("x" * 80)))
    with Workplace(tmp_path / "nothing") as place:
        assert len(str(place.run / "kernel-ipc-1")) < 100


@pytest.mark.skipif(
    sys.platform == "win32", reason="Windows lets ordinary users make no links and has no pipes as files"
)
def test_links_and_pipes_are_left_out(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("x")
    folder = tmp_path / "handed in"
    folder.mkdir()
    (folder / "a").symlink_to(secret)
    (folder / "b").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    (folder / "data.csv").write_text("1")
    with Workplace(folder) as place:
        assert [path.name for path in place.work.rglob("*")] == ["data.csv"]
        assert place.size() >= 1


def test_what_a_kernel_before_left_beside_the_sockets_is_taken_away(tmp_path):
    with Workplace(tmp_path) as place:
        (place.run / "x").write_text("x")
        place.fresh_sockets()
        assert list(place.run.iterdir()) == []
