import os
import sys

import pytest

from autograde.jobs import files

NAMES = ["a b.ipynb", "données.csv", "deep/er/x.txt", "new\nline", "-rf", "'", "CON.txt"]


def test_files_come_back_as_they_were(tmp_path):
    given = {name: name.encode() * 100 for name in NAMES} | {"empty": b"", "huge.bin": 10**12}
    head, groups = files.unpack(files.pack({"points": 1.5}, {"one": given, "two": {}}))
    assert head == {"points": 1.5} and groups == {"one": given, "two": {}}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_comes_back(tmp_path):
    name = os.fsdecode(b"caf\xe9.txt")
    (tmp_path / name).write_bytes(b"x")
    _, groups = files.unpack(files.pack({}, {"one": files.read(tmp_path, [name], 10)}))
    files.write(tmp_path / "there", groups["one"])
    assert os.listdir(os.fsencode(tmp_path / "there")) == [b"caf\xe9.txt"]


def test_of_a_file_that_nobody_reads_only_the_size_travels(tmp_path):
    (tmp_path / "large.bin").write_bytes(bytes(5000))
    (tmp_path / "small.txt").write_bytes(b"abc")
    found = files.read(tmp_path, ["large.bin", "small.txt"], 1000)
    assert found == {"large.bin": 5000, "small.txt": b"abc"}
    files.write(tmp_path / "there", found)
    assert (tmp_path / "there" / "large.bin").stat().st_size == 5000


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/x", "", ".", "C:\\x", "C:x", "\\x", "a\0b"])
def test_no_path_leaves_its_folder(tmp_path, name):
    with pytest.raises(ValueError, match="no path below a folder"):
        files.write(tmp_path / "here", {name: b"x"})
    assert not (tmp_path / "x").exists()


def test_a_file_is_written_once(tmp_path):
    with pytest.raises(FileExistsError):
        files.write(tmp_path, {"a": b"1", "./a": b"2"})


@pytest.mark.skipif(sys.platform == "win32", reason="no such files")
def test_what_has_become_a_link_or_a_pipe_is_not_read(tmp_path):
    (tmp_path / "secret").write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "secret")
    os.mkfifo(tmp_path / "pipe")
    for name in ("link", "pipe"):
        with pytest.raises(OSError):
            files.read(tmp_path, [name], 10)


@pytest.mark.parametrize("message", [b"", b"PK", files.pack({}, {})[:-30]], ids=["empty", "not a zip", "cut short"])
def test_a_damaged_message_is_refused(message):
    with pytest.raises(ValueError, match="damaged"):
        files.unpack(message)
