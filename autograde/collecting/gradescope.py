"""Gradescope's export: a folder for each submission, and one file that says whose they are and since when."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from autograde.collecting.formats import GRADESCOPE, METADATA, Class, Handin
from autograde.collecting.safe import shown
from autograde.collecting.source import MB, Entry, Reading, Trouble

LARGEST = 200 * MB


class _Plain(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML as plain dicts, lists and texts; Ruby's tags for its own classes are passed over."""


def _untagged(loader: Any, tag: str, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Plain.add_multi_constructor("!", _untagged)
_Plain.add_multi_constructor("tag:", _untagged)


def understand_gradescope(reading: Reading) -> Class:
    """Who handed in what. A submission of several people is one for each of them."""
    found = Class("gradescope", [], [], [])
    about: dict[str, Any] = {}
    folders: dict[str, list[Entry]] = {}
    troubles: dict[str, list[str]] = {}
    for entry in reading.entries:
        if entry.parts == (METADATA,):
            about, why = _metadata(entry.file)
            if why:
                found.troubles.append(Trouble(entry.parts, why))
        elif GRADESCOPE.fullmatch(entry.parts[0]) and len(entry.parts) > 1:
            folders.setdefault(entry.parts[0], []).append(entry)
        else:
            found.nobodys.append(entry)
    for trouble in reading.troubles:
        if trouble.parts and GRADESCOPE.fullmatch(trouble.parts[0]):
            where = "/".join(trouble.parts[1:]) or trouble.parts[0]
            troubles.setdefault(trouble.parts[0], []).append(f"{shown(where)} {trouble.says}")
        else:
            found.troubles.append(trouble)
    known = {key for key in about if isinstance(key, str) and GRADESCOPE.fullmatch(key)}
    for folder in sorted(folders.keys() | troubles.keys() | known):
        files = [(entry.parts[1:], entry) for entry in folders.get(folder, [])]
        told = _get(about.get(folder), "created_at")
        time = _time(told)
        number = float(folder.rpartition("_")[2])
        people = list(_submitters(about.get(folder), folder)) or [Handin(folder)]
        for one in people:
            one.files, one.troubles, one.time = files, list(troubles.get(folder, [])), time
            one.order = (time.timestamp() if time else 0.0, number)
            if told and time is None:
                one.troubles.append(f"{METADATA} has a time that cannot be read ({shown(told, 40)})")
        found.handins += people
    return found


def _submitters(record: Any, folder: str) -> Iterator[Handin]:
    for person in _list(_get(record, "submitters")):
        name, sid, email = (str(_get(person, key) or "").strip() for key in ("name", "sid", "email"))
        keys = {kind: value for kind, value in (("id", sid), ("email", email)) if value}
        if name or keys:
            yield Handin(f"{name or sid or email}, {folder}", name, keys)


def _metadata(file: Path) -> tuple[dict[Any, Any], str]:
    """What the file says, and why it says nothing."""
    if file.stat().st_size > LARGEST:
        return {}, f"is larger than {LARGEST // MB} MB, and was not read"
    try:
        with open(file, encoding="utf-8") as stream:
            read = yaml.load(stream, Loader=_Plain)
    except Exception as error:  # any: a parser has many ways to fail
        return {}, f"cannot be read ({shown(type(error).__name__)}): nobody's name is known"
    return (read, "") if isinstance(read, dict) else ({}, "does not list submissions: nobody's name is known")


def _get(record: Any, key: str) -> Any:
    """A value of a record whose keys are Ruby's symbols (":name") or plain."""
    if not isinstance(record, dict):
        return None
    return record.get(f":{key}", record.get(key))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _time(told: Any) -> datetime | None:
    """As a time in UTC; without a zone it is UTC already."""
    if isinstance(told, str):
        try:
            told = datetime.fromisoformat(told.replace(" UTC", "+00:00").strip())
        except ValueError:
            return None
    if not isinstance(told, datetime):
        return None
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
