"""pyproject.toml, environment.yml and constraints.txt speak of the same packages."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata

import yaml
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.repository.tracked import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PYTHONS = ("3.11", "3.12", "3.13")


def declared() -> dict[str, str]:
    """Package -> version range of pyproject.toml, all extras; one range wherever the package stands."""
    ranges: dict[str, str] = {}
    for group in [PROJECT["dependencies"], *PROJECT["optional-dependencies"].values()]:
        for line in group:
            requirement = Requirement(line)
            name = canonicalize_name(requirement.name)
            assert ranges.setdefault(name, str(requirement.specifier)) == str(requirement.specifier), name
    return ranges


def constraints() -> list[Requirement]:
    """The lines of constraints.txt."""
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line and not line.startswith("#")]


def pins(python: str) -> dict[str, str]:
    """Package -> exact version that constraints.txt gives on one Python."""
    environment = default_environment() | {"python_version": python}
    return {
        canonicalize_name(line.name): str(line.specifier).removeprefix("==")
        for line in constraints()
        if line.marker is None or line.marker.evaluate(dict(environment))
    }


def test_environment_yml_has_the_dependencies_of_pyproject():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    named = [entry for entry in conda if isinstance(entry, str)]
    named += [re.sub(r"(?=[<>=])", " ", line, count=1) for line in conda[-1]["pip"] if not line.startswith("-")]
    ranges = {}
    for entry in named:
        name, _, specifier = entry.partition(" ")
        ranges[canonicalize_name(name)] = str(Requirement(f"x{specifier}").specifier)
    assert ranges.pop("pip") == ""
    python = ranges.pop("python")
    assert all(Requirement(f"x{python}").specifier.contains(version) for version in PYTHONS)
    assert ranges == declared()


def test_constraints_are_exact_versions_without_addresses():
    for line in constraints():
        assert line.url is None, line
        assert re.fullmatch(r"==[^,*]+", str(line.specifier)), line


def test_constraints_satisfy_pyproject_on_every_python():
    for python in PYTHONS:
        exact = pins(python)
        for name, specifier in declared().items():
            assert name in exact, f"{name} has no version for Python {python}: run make constraints"
            assert Requirement(f"x{specifier}").specifier.contains(exact[name]), (
                name,
                exact[name],
                specifier,
            )


def test_constraints_cover_what_the_dependencies_need_in_turn():
    python = ".".join(map(str, default_environment()["python_version"].split(".")[:2]))
    exact = pins(python if python in PYTHONS else PYTHONS[-1])
    waiting, seen = list(declared()), set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        assert name in exact, f"{name} is installed but has no line in constraints.txt: run make constraints"
        for line in metadata.requires(name) or []:
            requirement = Requirement(line)
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
                waiting.append(canonicalize_name(requirement.name))
