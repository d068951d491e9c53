"""python -m benchmarks: measure, print tables, draw them, write them down.

python -m benchmarks                       everything (some 40 minutes)
python -m benchmarks --only steps          one of them; may be given several times
python -m benchmarks --quick               tiny settings, only to see that it runs
python -m benchmarks --reuse --write-docs  docs/benchmarks.md from what lies in --out; measures what is missing there
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from . import document, machine
from .measurement import NAMES, Data, Options, module, say
from .table import texts


def main(arguments: list[str] | None = None) -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", action="append", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    parser.add_argument("--quick", action="store_true", help="tiny settings: the figures mean nothing")
    parser.add_argument("--rounds", type=int, help="how often each is measured (default: 9; with --quick 1)")
    parser.add_argument("--out", type=Path, default=Path("out/benchmarks"), help="folder for JSON, CSV and PNG")
    parser.add_argument("--reuse", action="store_true", help="take what lies in the folder already")
    parser.add_argument("--write-docs", action="store_true", help="write docs/benchmarks.md and its pictures")
    given = parser.parse_args(arguments)
    rounds = given.rounds or (1 if given.quick else 9)
    if given.quick and given.write_docs:
        parser.error("--write-docs with --quick would publish figures that mean nothing: leave one of them out.")

    given.out.mkdir(parents=True, exist_ok=True)
    facts = machine.facts()
    print("".join(f"{name + ':':<16}{value}\n" for name, value in facts.items()))
    if not given.quick and (machine.load() or 0) > 1.5:
        say(f"the machine's load is {machine.load():.1f}: the figures will suffer")
    options = Options(rounds, given.quick, given.out, {})
    for name in _with_needs(given.only or list(NAMES)):
        # targets take no time, and must fit the others
        measured = _load(given.out, name) if given.reuse and name != "targets" else None
        if measured is None:
            measured = {"machine": facts, "quick": given.quick, "data": module(name).measure(options)}
            (given.out / f"{name}.json").write_text(json.dumps(measured), encoding="utf-8")
        options.earlier[name] = measured["data"]
        show(name, measured["data"], given.out)
    if given.write_docs:
        print("wrote", document.write(publishable(given.out)))


def show(name: str, data: Data, out: Path) -> None:
    """Print a measurement's tables and sentences; write CSV and PNG into `out`."""
    part = module(name)
    tables = part.tables(data)
    print(f"== {name} ==\n\n{texts(tables)}")
    for table in tables:
        table.save(out)
    for picture, drawn in part.pictures(data).items():
        drawn.save(out / f"{picture}.png")
    print("\n".join(part.sentences(data)) + "\n", flush=True)


def _with_needs(names: list[str]) -> list[str]:
    """The names with what they are computed from, in the order of NAMES."""
    wanted = {need for name in names for need in getattr(module(name), "NEEDS", ())} | set(names)
    return [name for name in NAMES if name in wanted]


def publishable(out: Path) -> dict[str, Data]:
    """All that was measured, none of it quickly."""
    found = {name: measured for name in NAMES if (measured := _load(out, name)) is not None}
    if quick := [name for name, measured in found.items() if measured["quick"]]:
        raise SystemExit(f"{', '.join(quick)} in {out} comes from --quick and means nothing: measure it again.")
    return found


def _load(out: Path, name: str) -> Data | None:
    path = out / f"{name}.json"
    if not path.exists():
        return None
    found: Data = json.loads(path.read_text(encoding="utf-8"))
    return found


if __name__ == "__main__":
    main()
