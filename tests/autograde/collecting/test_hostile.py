"""Submissions made to do harm, or broken: one line for each, the others unharmed, nothing written elsewhere."""

import os
import struct
import sys
import zipfile

import pytest

from autograde.collecting.archive import unpack
from autograde.collecting.source import MB, Limits, Reading
from autograde.errors import CourseError
from tests.autograde.collecting.conftest import NOTEBOOK, link, zipped

GOOD = zipped({"easy.ipynb": NOTEBOOK})


def encrypted():
    """A zip file that says of its member that it needs a password."""
    raw = bytearray(GOOD)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.find(signature) + offset] |= 1
    return bytes(raw)


def damaged():
    """A zip file whose list is right and whose content is not."""
    raw = bytearray(zipped({"easy.ipynb": os.urandom(2000)}))
    raw[100:400] = bytes(300)
    return bytes(raw)


def many(number):
    return zipped({f"{i}.txt": "" for i in range(number)})


def nested(depth):
    inner = GOOD
    for level in range(depth):
        inner = zipped({f"{level}.zip": inner})
    return inner


HOSTILE = {
    "a bomb": (zipped({"easy.ipynb": bytes(80 * MB)}), "many times its size"),
    "a bomb in a zip file": (zipped({"a.zip": zipped({"easy.ipynb": bytes(80 * MB)})}), "many times its size"),
    "many files": (many(5001), "5,001 files, more than 5,000"),
    "deep": (nested(6), "more than 3 archives"),
    "encrypted": (encrypted(), "locked with a password"),
    "cut off": (GOOD[:-30], "damaged, cut off, or not a zip file"),
    "damaged": (damaged(), "damaged"),
    "no zip file": (b"hello", "damaged, cut off, or not a zip file"),
    "empty": (b"", "damaged, cut off, or not a zip file"),
    "a link": (zipped({"easy.ipynb": link("easy.ipynb", "/etc/passwd")}), "a link to somewhere else"),
    "above": (zipped({"../../../escaped.ipynb": NOTEBOOK}), "leads outside"),
    "above, in Windows' way": (zipped({"..\\..\\escaped.ipynb": NOTEBOOK}), "leads outside"),
    "absolute": (zipped({"/tmp/escaped.ipynb": NOTEBOOK}), "leads outside"),
    "another drive": (zipped({"C:escaped.ipynb": NOTEBOOK}), "leads outside"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_gets_a_line_and_harms_nobody(name, take, there, tmp_path):
    content, said = HOSTILE[name]
    before = {path for path in tmp_path.rglob("*")}
    done = take({"mallory.zip": content, "ada.zip": GOOD, "bo/hard.ipynb": NOTEBOOK})
    told = [what for who, what in done.lines if who == "mallory"]
    assert any(said in what for what in told), told
    assert all(len(what.splitlines()) == 1 for what in told)
    assert done.without_notebook == ["mallory"] and {"ada/easy.ipynb", "bo/hard.ipynb"} <= set(there())
    assert said in there()["mallory/not-collected.txt"]  # and so it is no silent 0: the export tells it
    changed = {path for path in tmp_path.rglob("*")} - before
    assert all(path.is_relative_to(tmp_path / "a course") or path == tmp_path / "handed in.zip" for path in changed)
    assert not list(tmp_path.rglob("escaped*")) and not os.path.exists("/tmp/escaped.ipynb")


def test_the_rest_of_an_archive_with_one_bad_name_is_taken(take, there):
    done = take({"mallory.zip": zipped({"../x": "x", "easy.ipynb": NOTEBOOK})})
    assert there() == {"mallory/easy.ipynb": NOTEBOOK} and not done.without_notebook


def test_odd_names_become_harmless_ones(take, there):
    odd = {
        "line\nbreak.txt": "1",
        "con": "2",
        "AUX.txt": "3",
        'a<b>:"|?*.txt': "4",
        "ends. ": "5",
        "grün 王.txt": "6",
        "x" * 300 + ".txt": "7",
        "\x1b[31mred.txt": "8",
        "timestamp.txt": "2001-01-01 00:00:00 UTC",
        "easy.ipynb": NOTEBOOK,
        "EASY.ipynb": "9",
        "a": "10",
        "a/b.txt": "11",
    }
    done = take({"ada.zip": zipped(odd)})
    names = [name.removeprefix("ada/") for name in there()]
    assert len(names) == len(odd) - 1 and "timestamp.txt" not in names
    assert len({name.casefold() for name in names}) == len(names)
    assert {"line_break.txt", "_con", "_AUX.txt", "ends", "grün 王.txt", "EASY (2).ipynb"} <= set(names)
    assert there()["ada/easy.ipynb"] == NOTEBOOK
    assert all(what.isprintable() for _, what in done.lines)


def test_names_of_students_cannot_leave_the_folder_either(take, there):
    take(
        {
            "..": "x",
            "con/easy.ipynb": NOTEBOOK,
            "a b*[?]/easy.ipynb": NOTEBOOK,
            "Ada/easy.ipynb": "1",
            "ada/easy.ipynb": "2",
        }
    )
    students = {name.split("/")[0] for name in there()}
    assert {"_con", "a-b"} <= students and len({student.casefold() for student in students}) == 4


def test_a_notebook_that_is_none_and_one_under_another_name_are_told(take):
    done = take({"ada/easy.ipynb": "hello", "bo/Easy_final.ipynb": NOTEBOOK, "cy/notes.txt": "x"})
    told = dict(done.lines)
    assert "is not a notebook that can be read" in told["ada"]
    assert "found Easy_final.ipynb" in told["bo"] and "holds none of easy.ipynb, hard.ipynb" in told["cy"]
    assert done.without_notebook == ["bo", "cy"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets only administrators make symbolic links")
def test_links_in_a_folder_are_not_followed(take, there, tmp_path):
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "hard.ipynb").write_text("secret")
    source = tmp_path / "handed in"
    (source / "ada").mkdir(parents=True)
    (source / "ada" / "hard.ipynb").symlink_to(secret / "hard.ipynb")
    (source / "bo").symlink_to(secret)
    os.mkfifo(source / "ada" / "pipe")
    take({"ada/easy.ipynb": NOTEBOOK}, folder=True)
    assert there() == {"ada/easy.ipynb": NOTEBOOK}


@pytest.mark.parametrize("limit", ["total", "file"])
def test_the_class_archive_has_limits_too(take, there, limit):
    done = take({"ada/easy.ipynb": NOTEBOOK, "zed/easy.ipynb": bytes(2 * MB)}, limits=Limits(**{limit: MB}))
    assert any(who == "zed" and "unpacks to more than" in what for who, what in done.lines)
    assert there()["ada/easy.ipynb"] == NOTEBOOK


def test_a_list_of_files_too_long_to_read_is_not_read(tmp_path):
    raw = bytearray(GOOD)
    struct.pack_into("<I", raw, raw.rfind(b"PK\x05\x06") + 12, 50 * MB)
    file = tmp_path / "a.zip"
    file.write_bytes(bytes(raw))
    assert "too many files" in unpack(file, ("a.zip",), Reading(tmp_path))


def test_a_refused_archive_leaves_no_bytes_behind(tmp_path):
    file, scratch = tmp_path / "a.zip", tmp_path / "scratch"
    scratch.mkdir()
    file.write_bytes(zipped({"first.txt": "x", "inner.zip": GOOD, "then.bin": bytes(80 * MB)}))
    reading = Reading(scratch)
    assert unpack(file, ("a.zip",), reading)
    assert not reading.entries and not list(scratch.iterdir()) and reading.unpacked == 0


def test_other_ways_of_packing_could_fill_the_memory_and_are_not_unpacked(take):
    made = zipfile.ZipInfo("easy.ipynb")
    made.compress_type = zipfile.ZIP_LZMA
    done = take({"ada.zip": zipped({"easy.ipynb": (made, NOTEBOOK)})})
    assert any("packed in an unusual way" in what for _, what in done.lines)


@pytest.mark.parametrize("name", ["nothing.zip", "class.rar", "class.zip"])
def test_a_source_that_cannot_be_read_is_one_sentence(small, tmp_path, name):
    from autograde.collecting.collect import collect

    if name != "nothing.zip":
        (tmp_path / name).write_bytes(b"hello")
    with pytest.raises(CourseError, match="does not exist|neither a folder nor a zip|cannot be opened: it is damaged"):
        collect(small, "2-syncsgd", tmp_path / name)
