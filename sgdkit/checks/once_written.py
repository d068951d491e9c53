"""What a cell that uses a student's code shows while that code is not written: one line, and no traceback."""

from __future__ import annotations

import contextlib
import inspect
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def once_written(*names: str, namespace: dict[str, Any] | None = None) -> Iterator[None]:
    """Lets a block wait for the code that it needs.

        with once_written("predict", "loss"):
            plt.plot(...)

    While one of `names` is not defined, or still the template that raises NotImplementedError, the block prints in
    one line what is to be filled in first. Any other exception passes: then the code is written and has a mistake.

    namespace: where the names are; your notebook if not given.
    """
    where: dict[str, Any] = sys._getframe(2).f_globals if namespace is None else namespace
    before = _open_figures()
    try:
        yield
    except (NotImplementedError, NameError):
        missing = [f"`{name}`" for name in names if _unwritten(where.get(name))]
        if not missing:
            raise
        for number in _open_figures() - before:
            sys.modules["matplotlib.pyplot"].close(number)
        listed = " and ".join([", ".join(missing[:-1]), missing[-1]] if len(missing) > 1 else missing)
        print(f"First fill in {listed} above, then run this cell again.")


def _unwritten(thing: Any) -> bool:
    """Whether it is nothing yet, or a function or a class with a method whose code raises NotImplementedError."""
    if thing is None:
        return True
    functions = vars(thing).values() if inspect.isclass(thing) else [thing]
    codes = [getattr(function, "__code__", None) for function in functions]
    return any("NotImplementedError" in code.co_names for code in codes if code is not None)


def _open_figures() -> set[int]:
    """The numbers of matplotlib's open figures, where it is imported: a half-drawn one would look like an answer."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    return set(pyplot.get_fignums()) if pyplot else set()
