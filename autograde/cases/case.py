"""One case of the corpus: a small py file with what is expected and what the student wrote."""

import ast
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograde.errors import CourseError

FOLDER = Path(__file__).resolve().parent.parent / "corpus"
KINDS = ("wrong", "right", "hostile", "broken")
FILLS = ("solution", "nothing")
KEYS = {"title", "notebook", "kind", "fill", "points", "says", "status", "reason", "edit"}
EDITS = {"copy", "delete", "last", "tag", "forge", "kernel", "format", "megabytes", "raw", "files", "links", "missing"}

_CELL = re.compile(r"^# %% *(?P<new>\+ *(?P<where>before|after) +)?(?P<name>[\w-]+) *$", re.MULTILINE)


@dataclass(frozen=True)
class Written:
    """What the student wrote: in the cell ``name``, or in a new cell before or after it."""

    name: str
    source: str
    where: str = "in"


@dataclass(frozen=True)
class Case:
    """A submission and what it must get.

    points: expected points by exercise name; "*" stands for all that are not named; those left out must get
        all their points.
    says: for some exercises, words that the judge's message must contain (capitals do not matter).
    status, reason: expected in the export, the reason as words it must contain.
    edit: what was done to the notebook besides writing in it (see the corpus's README).
    """

    assignment: str
    name: str
    title: str
    notebook: str
    kind: str
    fill: str = "solution"
    written: tuple[Written, ...] = ()
    points: dict[str, float] = field(default_factory=dict)
    says: dict[str, list[str]] = field(default_factory=dict)
    status: str = ""
    reason: tuple[str, ...] = ()
    edit: dict[str, Any] = field(default_factory=dict)

    @property
    def refused(self) -> bool:
        """Whether what was handed in is not even read, so that there are no points to compare."""
        return bool(self.edit.get("missing") or self.edit.get("links"))

    def expected(self, exercise: str, most: float) -> float:
        """Points that this case must get for an exercise worth ``most``."""
        return float(self.points.get(exercise, self.points.get("*", most)))


def cases(assignment: str, folder: Path = FOLDER) -> list[Case]:
    """All cases of an assignment by name. Raises CourseError where there are none, or one is not well-formed."""
    files = sorted((folder / assignment).glob("*.py"))
    if not files:
        raise CourseError(f"There is no corpus for {assignment!r} in {folder}.")
    return [read(file) for file in files]


def read(file: Path) -> Case:
    """Read one case. Raises CourseError with the file's name and what is wrong in it."""
    text = file.read_text(encoding="utf-8")
    try:
        head = ast.get_docstring(ast.parse(text)) or ""
        data = tomllib.loads(head)
    except (SyntaxError, tomllib.TOMLDecodeError) as error:
        raise CourseError(f"{file}: the text at the top must be TOML, and all of the file Python: {error}") from None
    _examine(data, file)
    return Case(
        assignment=file.parent.name,
        name=file.stem,
        written=_written(text, file),
        title=data["title"],
        notebook=data["notebook"],
        kind=data["kind"],
        fill=data.get("fill", "solution"),
        points={name: float(value) for name, value in data.get("points", {}).items()},
        says=data.get("says", {}),
        status=data.get("status", ""),
        reason=tuple(data.get("reason", ())),
        edit=data.get("edit", {}),
    )


def _examine(data: dict[str, Any], file: Path) -> None:
    unknown = sorted(set(data) - KEYS) + sorted(set(data.get("edit", {})) - EDITS)
    missing = sorted({"title", "notebook", "kind"} - set(data))
    if unknown or missing:
        raise CourseError(f"{file}: unknown keys {unknown}, missing keys {missing}.")
    if data["kind"] not in KINDS or data.get("fill", "solution") not in FILLS:
        raise CourseError(f"{file}: kind must be one of {', '.join(KINDS)}, fill one of {', '.join(FILLS)}.")
    if not file.stem.startswith(data["kind"]):
        raise CourseError(f"{file}: a {data['kind']} case's file name must start with {data['kind']!r}.")
    if data["kind"] == "right" and data.get("points"):
        raise CourseError(f"{file}: a right case gets all points, so it may not list any.")
    if data["kind"] == "wrong" and not data.get("says"):
        raise CourseError(f"{file}: a wrong case must say which words the message contains.")


def _written(text: str, file: Path) -> tuple[Written, ...]:
    heads = list(_CELL.finditer(text))
    if len(heads) != len(re.findall(r"^# %%", text, re.MULTILINE)):
        raise CourseError(f"{file}: a cell starts with '# %% <cell>' or '# %% + after <cell>'.")
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return tuple(
        Written(head["name"], text[head.end() : end].strip("\n"), head["where"] or "in")
        for head, end in zip(heads, ends, strict=False)
    )
