"""What must not be in the repository, and how long a file may be."""

from __future__ import annotations

import re

from tests.repository.tracked import ROOT, tracked_files

TEXT = {".py", ".md", ".toml", ".yml", ".txt", ".ipynb", ".sh", ".cfg", ".json", ".html", ".csv", ""}
# Written so that they do not find themselves.
REGISTRY = re.compile(r"https?://[^\s)\"]*(py[p]i|pythonhoste[d]|anacond[a]|deb[i]an|npmj[s])", re.IGNORECASE)
MACHINE = re.compile(r"(?<![A-Za-z0-9_.])/(wor[k]|far[m]|roo[t]|Use[r]s/\w|hom[e]/\w)[A-Za-z0-9_.-]*/")


def lines_that_match(pattern: re.Pattern[str]) -> list[str]:
    """Every "file:line: text" of the repository's text files in which the pattern is found."""
    found = []
    for name in tracked_files():
        if name.suffix in TEXT:
            text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
            found += [
                f"{name}:{number}: {line.strip()[:120]}"
                for number, line in enumerate(text.splitlines(), 1)
                if pattern.search(line)
            ]
    return found


def test_the_patterns_find_what_they_are_for():
    assert REGISTRY.search("https://files.python" + "hosted.org/packages")
    assert MACHINE.search("cd /wo" + "rk/here")
    assert MACHINE.search('"/roo' + 't/.cache/"')
    assert not MACHINE.search("see network/work/place")


def test_no_package_registry_is_named():
    assert lines_that_match(REGISTRY) == []


def test_no_path_of_somebodys_machine_is_named():
    assert lines_that_match(MACHINE) == []


def test_no_file_is_large():
    large = {str(name): (ROOT / name).stat().st_size for name in tracked_files()}
    assert {name: size for name, size in large.items() if size > 1_000_000} == {}


def test_no_python_file_is_long_enough_to_hold_two_ideas():
    # solutions/ holds notebooks written as text: their cells are separate, and most of it is prose.
    lengths = {
        str(name): len((ROOT / name).read_text(encoding="utf-8").splitlines())
        for name in tracked_files()
        if name.suffix == ".py" and name.parts[0] != "solutions"
    }
    assert {name: length for name, length in lengths.items() if length > 400} == {}
