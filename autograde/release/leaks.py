"""Looks for solutions and hidden tests in what students get."""

import json
import re
from collections.abc import Iterable
from pathlib import Path

from autograde.release.markers import Region
from autograde.release.source import Source

#: A solution line that ends so may appear in the release: the notebook shows it on purpose.
SHOWN = "# shown"

#: Shorter lines (without blanks) say too little to be a secret: `return w`, `else:`.
SHORTEST = 14

_NOT_SECRET = re.compile(r"^(import |from \S+ import |#|\"\"\"|def |class |with |return \w+$|@)")


def leaks(source: Source, release: Path) -> list[str]:
    """One sentence for every marked line of the source that a file of the release shows anywhere.

    Prose, outputs and metadata count as well as code. Blanks do not matter. Lines that give nothing away
    (imports, signatures, comments, very short ones) are passed over, and so is a line ending in ``# shown``.
    Another notebook of the assignment may share single lines, such as the frame of a loop, but not most of a
    region.
    """
    found = []
    for file in sorted(release.rglob("*")):
        if not file.is_file():
            continue
        text = _text(file)
        other = file.suffix == ".ipynb" and file.stem != source.name
        for region in source.regions:
            secrets = list(_secrets(region))
            shown = [(number, line) for number, line in secrets if _squeeze(line) in text]
            if other and 3 * len(shown) < 2 * len(secrets):
                continue
            found += [
                f"{source.file}:{number}: this line of a {region.kind.lower()} region is also in "
                f"{file.relative_to(release)}: {line!r} (change one of the two, or end the line with {SHOWN!r} "
                "if students may see it)"
                for number, line in shown
            ]
    return found


def _secrets(region: Region) -> Iterable[tuple[int, str]]:
    for number, line in enumerate(region.lines, start=region.first_line):
        stripped = line.strip()
        if region.prose:
            stripped = stripped.removeprefix("#").strip()
        elif _NOT_SECRET.match(stripped):
            continue
        if not stripped.endswith(SHOWN) and len(_squeeze(stripped)) >= SHORTEST:
            yield number, stripped


def _text(file: Path) -> str:
    """Everything a file says, without blanks; of a notebook every string in it."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""
    if file.suffix == ".ipynb":
        text = "\n".join(_strings(json.loads(text)))
    return _squeeze(text)


def _strings(data: object) -> Iterable[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, list):
        # A cell's source may be a list of lines.
        if data and all(isinstance(item, str) for item in data):
            yield "".join(data)
        else:
            for item in data:
                yield from _strings(item)
    elif isinstance(data, dict):
        for item in data.values():
            yield from _strings(item)


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", text)
