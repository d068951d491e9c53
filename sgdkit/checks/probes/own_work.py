"""While it is asked how a student writes something, the kit's own version of it does not work.

The code of the functions is exchanged, not their names: a function that somebody took aside earlier refuses too.
"""
# mypy: disable-error-code="no-untyped-def"

import contextlib
import importlib

_CHECK_RULES = ("sgd.SGD", "momentum.Momentum", "nesterov.Nesterov", "adam.Adam", "newton.Newton")


def _check_refuse(*_args, **_kwargs):
    raise RuntimeError(
        "this is what you are asked to write here, and the kit's own is switched off: write this one yourself"
    )


@contextlib.contextmanager
def _check_own_work(names=_CHECK_RULES, method="step", package="sgdkit.optimizers."):
    """`names`: module.Class in the package, whose `method` refuses in the block."""
    kept = []
    for name in names:
        module, _, kind = name.rpartition(".")
        try:
            function = vars(getattr(importlib.import_module(package + module), kind))[method]
        except (ImportError, AttributeError, KeyError):
            continue
        kept.append((function, function.__code__))
        function.__code__ = _check_refuse.__code__
    try:
        yield
    finally:
        for function, code in kept:
            function.__code__ = code
