"""What was given to collect from, read as entries: a folder, an archive, archives in both."""

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from autograde.collecting.safe import is_junk
from autograde.errors import CourseError

MB = 1_000_000


@dataclass(frozen=True)
class Entry:
    """One file. ``parts`` is where the source has it (an archive counts as a folder), in the student's own words;
    ``file`` is where its bytes lie now; ``time`` is its time of change in seconds, if the source keeps one.
    """

    parts: tuple[str, ...]
    file: Path
    size: int
    time: float = 0.0


@dataclass(frozen=True)
class Trouble:
    """What is wrong with the file or archive at ``parts``, as the end of a sentence."""

    parts: tuple[str, ...]
    says: str


@dataclass(frozen=True)
class Limits:
    """How much is unpacked. An archive that goes over it is left closed; sizes in bytes."""

    file: int = 300 * MB
    archive: int = 500 * MB  # all that one student's archive holds, with the archives in it
    archive_files: int = 5_000
    nesting: int = 3  # archives in archives in the student's archive
    ratio: int = 200  # of sizes unpacked and packed, where more than harmless bytes come out
    harmless: int = 50 * MB
    directory: int = 10 * MB  # an archive's list of its files
    total: int = 20_000 * MB
    total_files: int = 500_000


@dataclass
class Reading:
    """What has been read so far. ``scratch`` is an empty folder for unpacked bytes, under names of our own."""

    scratch: Path
    limits: Limits = field(default_factory=Limits)
    entries: list[Entry] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    unpacked: int = 0
    files: int = 0
    around: str = ""  # the innermost folder around everything that was taken for no student's

    def new_file(self) -> Path:
        """A name for unpacked bytes that nobody but us has chosen."""
        self.files += 1
        return self.scratch / f"{self.files}"

    def trouble(self, parts: tuple[str, ...], says: str) -> None:
        """Note what is wrong, and go on."""
        self.troubles.append(Trouble(parts, says))


def read(source: Path, scratch: Path, limits: Limits | None = None) -> Reading:
    """Everything in a folder or a zip file. Raises CourseError where it is neither."""
    from autograde.collecting.archive import unpack

    reading = Reading(scratch, limits or Limits())
    if source.is_dir():
        _walk(source, (), reading)
    elif not source.exists():
        raise CourseError(f"{source} does not exist; give a folder or a zip file with what was handed in.")
    elif source.suffix.lower() == ".zip":
        why = unpack(source, (), reading, whole=True)
        if why:
            raise CourseError(f"{source} cannot be opened: {why}. Download it again.")
    else:
        raise CourseError(f"{source} is neither a folder nor a zip file; unpack it and give the folder.")
    return reading


def is_archive(name: str) -> bool:
    """Whether a file is opened."""
    return name.lower().endswith(".zip")


def _walk(folder: Path, parts: tuple[str, ...], reading: Reading) -> None:
    try:
        found = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        reading.trouble(parts, f"cannot be read ({error.strerror})")
        return
    for one in found:
        here = (*parts, one.name)
        if is_junk((one.name,)):
            continue
        try:
            if one.is_symlink():
                reading.trouble(here, "is a link to somewhere else, and was left out")
            elif one.is_dir():
                _walk(Path(one.path), here, reading)
            else:
                _file(Path(one.path), here, one.stat(), reading)
        except OSError as error:
            reading.trouble(here, f"cannot be read ({error.strerror})")


def _file(file: Path, parts: tuple[str, ...], about: os.stat_result, reading: Reading) -> None:
    from autograde.collecting.archive import unpack

    if not stat.S_ISREG(about.st_mode):
        reading.trouble(parts, "is not a file, and was left out")
        return
    entry = Entry(parts, file, about.st_size, about.st_mtime)
    if is_archive(file.name):
        why = unpack(file, parts, reading)
        if why:
            reading.trouble(parts, f"was not opened: {why}")
            reading.entries.append(entry)
    elif about.st_size > reading.limits.file:
        reading.trouble(
            parts, f"is {about.st_size // MB} MB, more than {reading.limits.file // MB} MB, and was left out"
        )
    else:
        reading.entries.append(entry)
