"""Names for runs that are shown side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

SPOKEN = {"lr": "learning rate", "lam": "λ", "batch_size": "batch", "start_method": "start"}


def name_runs(runs: Mapping[str, Any] | Iterable[Any]) -> dict[str, Any]:
    """Runs by name: as given, or after the settings in which they differ, or by number."""
    if isinstance(runs, Mapping):
        named = dict(runs)
    else:
        listed = list(runs)
        keys = list(dict.fromkeys(key for run in listed for key in run.settings))
        keys = [key for key in keys if key != "needs_curvature"]  # the optimizer's name says more
        differing = [key for key in keys if len({str(run.settings.get(key)) for run in listed}) > 1]
        if "optimizer" in differing:
            differing = [key for key in differing if key != "lr"]  # an optimizer's name says its learning rate
        names = [_name(run.settings, differing, True) for run in listed]
        if len(set(names)) < len(names):
            names = [_name(run.settings, differing, False) for run in listed]
        if len(set(names)) < len(names):
            names = [f"run {i + 1}" for i in range(len(names))]
        named = dict(zip(names, listed, strict=True))
    if not named:
        raise ValueError("no runs were given: give at least one.")
    return named


def _name(settings: Mapping[str, Any], keys: list[str], short: bool) -> str:
    told = {key: _spoken(key, settings.get(key)) for key in keys}
    if short and "optimizer" in told:  # Adam(lr=0.002, beta1=0.9, …) -> Adam(lr=0.002)
        told["optimizer"] = re.sub(r",.*(?=\)$)", "", told["optimizer"])
    return ", ".join(told.values())


def _spoken(key: str, value: Any) -> str:
    if key == "workers":
        return f"{value} worker" + ("s" if value != 1 else "")
    return str(value) if isinstance(value, str) else f"{SPOKEN.get(key, key)} {value}"


def named_runs(runs: Any) -> dict[str, Any]:
    """A run, an iterable of runs or {name: run} -> {name: run}; a run alone has the name ""."""
    if isinstance(runs, Mapping):
        return name_runs(runs)
    if isinstance(runs, Iterable):
        listed = list(runs)
        return {"": listed[0]} if len(listed) == 1 else name_runs(listed)
    return {"": runs}
