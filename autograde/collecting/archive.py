"""Opens a zip file that may have been made to do harm.

Nothing in it decides where bytes are written: they go to numbered files, and only as many as the limits allow, counted
as they come out and not as the archive declares them.
"""

import lzma
import stat
import struct
import time
import zipfile
import zlib
from pathlib import Path

from autograde.collecting.safe import UnsafeName, is_junk, parts_of
from autograde.collecting.source import MB, Entry, Limits, Reading, is_archive

#: What reading a damaged or unusual archive may raise. RuntimeError: a password is asked for.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError, RuntimeError, NotImplementedError,
    struct.error, OverflowError, IndexError, UnicodeError,
)  # fmt: skip
CHUNK = 1 << 20


class TooMuch(Exception):
    """A limit was reached; the text says which, as the end of a sentence."""


def unpack(file: Path, parts: tuple[str, ...], reading: Reading, whole: bool = False, depth: int = 0) -> str:
    """Add what the archive holds to the reading, under ``parts``; or nothing, and the reason that is returned.

    whole: it is the class's own archive, in which a bad member is left out and the rest is taken; in a student's
    archive a limit that is reached closes all of it. depth: how many archives it lies in.
    """
    if depth > reading.limits.nesting:
        return f"it lies in more than {reading.limits.nesting} archives"
    before = (len(reading.entries), len(reading.troubles), reading.unpacked)
    try:
        if not whole and _directory_size(file) > reading.limits.directory:
            raise TooMuch("it holds too many files")
        with zipfile.ZipFile(file) as archive:
            _members(archive, file, parts, reading, whole, depth)
    except TooMuch as reason:
        why = str(reason)
    except DAMAGED:
        why = "it is damaged, cut off, or not a zip file"
    else:
        return ""
    for entry in reading.entries[before[0] :]:
        entry.file.unlink(missing_ok=True)
    del reading.entries[before[0] :], reading.troubles[before[1] :]
    reading.unpacked = before[2]
    return why


def _members(
    archive: zipfile.ZipFile, file: Path, parts: tuple[str, ...], reading: Reading, whole: bool, depth: int
) -> None:
    limits = reading.limits
    start, packed = reading.unpacked, file.stat().st_size
    members = {}
    for info in archive.infolist():
        name = info.orig_filename.split("\0")[0]
        try:
            inside = parts_of(name)
        except UnsafeName:
            reading.trouble(parts, f"has a file whose name leads outside ({name}), which was left out")
            continue
        if not inside or info.is_dir() or name.endswith("\\") or is_junk(inside):
            continue
        if inside in members:
            reading.trouble((*parts, *inside), "is in the archive twice; the later one counts")
        members[inside] = info
    if not whole and len(members) > limits.archive_files:
        raise TooMuch(f"it holds {len(members):,} files, more than {limits.archive_files:,}")
    for inside, info in members.items():
        here = (*parts, *inside)
        if stat.S_ISLNK(info.external_attr >> 16):
            reading.trouble(here, "is a link to somewhere else, and was left out")
            continue
        if info.flag_bits & 1:
            reading.trouble(here, "is locked with a password, and was left out")
            continue
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            # The others unpack all at once in memory, however much that is.
            reading.trouble(here, "is packed in an unusual way, and was left out; an ordinary zip file is needed")
            continue
        target = reading.new_file()
        room = limits.file if whole else min(limits.file, limits.archive - (reading.unpacked - start))
        try:
            size = _copy(archive, info, target, min(room, limits.total - reading.unpacked), limits)
            if not whole and _bomb(reading.unpacked - start + size, packed, limits):
                raise TooMuch(_RATIO)
            if reading.files > limits.total_files:
                raise TooMuch("there are too many files in all")
        except TooMuch as reason:
            target.unlink(missing_ok=True)
            if not whole:
                raise
            reading.trouble(here, f"was left out: {reason}")
            continue
        except DAMAGED:
            target.unlink(missing_ok=True)
            reading.trouble(here, "is damaged in the archive, and was left out")
            continue
        reading.unpacked += size
        if is_archive(inside[-1]):
            # The archives in a student's archive count against that archive's own limits.
            why = unpack(target, here, reading, depth=depth + (not whole))
            if not why and not whole and reading.unpacked - start > limits.archive:
                raise TooMuch(f"it holds more than {limits.archive // MB} MB")
            if not why and not whole and _bomb(reading.unpacked - start, packed, limits):
                raise TooMuch(_RATIO)
            if not why:
                target.unlink(missing_ok=True)
                continue
            reading.trouble(here, f"was not opened: {why}")
        reading.entries.append(Entry(here, target, size, _seconds(info)))


_RATIO = "it would unpack to many times its size, as an archive made to fill a disk does"


def _bomb(size: int, packed: int, limits: Limits) -> bool:
    return size > limits.harmless and size > limits.ratio * max(packed, 1)


def _copy(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, room: int, limits: Limits) -> int:
    """Write a member's bytes, at most ``room``; how many they were."""
    size = 0
    with archive.open(info) as stream, open(target, "wb") as out:
        while chunk := stream.read(CHUNK):
            size += len(chunk)
            if size > room:
                raise TooMuch(f"it unpacks to more than {max(room, 0) // MB} MB")
            if _bomb(size, info.compress_size, limits):
                raise TooMuch(_RATIO)
            out.write(chunk)
    return size


def _seconds(info: zipfile.ZipInfo) -> float:
    try:
        return time.mktime((*info.date_time, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def _directory_size(file: Path) -> int:
    """Bytes of the archive's list of files, as its last record says; zipfile reads that list into memory at once."""
    with open(file, "rb") as stream:
        stream.seek(max(0, file.stat().st_size - 65_600))
        tail = stream.read()
    position = tail.rfind(b"PK\x05\x06")
    if position < 0 or len(tail) < position + 22:
        return 0  # damaged: zipfile says so
    return int(struct.unpack_from("<I", tail, position + 12)[0])
