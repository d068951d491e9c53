"""Calls a student's code on the inputs of the cases and writes down what came back.

This is the half that runs in the kernel. It holds no expected value and no judgement. Needs numpy and the standard
library only, because its source is sent into the kernel of the grading sandbox (see `kernel.driver`); in the
notebook the same functions run in-process.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import multiprocessing
import signal
import sys
import threading
import time
import types
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

MAX_PRINTED = 20_000
_SHOWN = 2_000
_LINGER = 2.0
Codec = Callable[[Any], Any]


class TimeUp(BaseException):
    """The student's code takes longer than its case allows. Not an Exception, so that it is not swallowed."""


def collect(
    namespace: dict[str, Any], program: list[dict[str, Any]], encode: Codec, decode: Codec, show: bool = False
) -> list[dict[str, Any]]:
    """One answer a case, in order.

    program: a list of what `Case.program` writes. show: whether the student's prints are passed on.
    After a case that ran out of time the rest are skipped, so that an endless loop costs its time once.
    """
    answers: list[dict[str, Any]] = []
    for case in program:
        if answers and answers[-1].get("problem") in ("timeout", "skipped"):
            answers.append({"problem": "skipped"})
        else:
            answers.append(_one(namespace, case, encode, decode, show))
    return answers


def _one(namespace: dict[str, Any], case: dict[str, Any], encode: Codec, decode: Codec, show: bool) -> dict[str, Any]:
    for name in case["needs"]:
        if name not in namespace:
            return {"problem": "missing", "detail": name}
    name = case["call"]
    if name and not callable(namespace[name]):
        return {"problem": "not-callable", "detail": type(namespace[name]).__name__}
    args, kwargs = decode(case["args"]), decode(case["kwargs"])
    before = {p.pid for p in multiprocessing.active_children()}
    printed = _Printed(sys.stdout if show else None)
    answer: dict[str, Any] = {}
    with _set(namespace, case["probe"], decode(case["sets"])) as around:
        began = time.perf_counter()
        try:
            with _quiet(printed), _limit(case["limit"]):
                value = around(namespace.get(name), args, kwargs) if around else namespace[name](*args, **kwargs)
                seconds = time.perf_counter() - began
                answer = {"seconds": seconds} | _value(value, encode)
        except KeyboardInterrupt:
            raise
        except TimeUp:
            answer = {"problem": "timeout", "detail": f"{case['limit']:g}"}
        except NotImplementedError as error:  # a kernel's refusal of input() is one too
            if type(error).__name__ == "StdinNotImplementedError":
                answer = {"problem": "raised", "detail": _text(error), "line": _line(error, namespace)}
            else:
                answer = {"problem": "unwritten"}
        except BaseException as error:
            answer = {"problem": "raised", "detail": _text(error), "line": _line(error, namespace)}
    changed = _changed(args, kwargs, case, encode)
    if changed:
        answer["changed"] = changed
    answer["printed"] = printed.count
    answer["left"] = _left(before)
    return answer


def _value(value: Any, encode: Codec) -> dict[str, Any]:
    if value is Ellipsis or value is NotImplemented:
        return {"problem": "unwritten"}
    try:
        return {"value": encode(value)}
    except ValueError as error:
        return {"problem": "type", "detail": str(error)[:200]}


def _changed(args: Any, kwargs: Any, case: dict[str, Any], encode: Codec) -> list[str]:
    """Names of the inputs that are no longer what was handed over."""
    labels = case["labels"]
    changed = []
    for position, (now, then) in enumerate(zip(args, case["args"], strict=False)):
        if not _same(now, then, encode):
            changed.append(labels[position] if position < len(labels) else f"argument {position + 1}")
    for key, then in case["kwargs"]["dict"]:
        if not _same(kwargs.get(key), then, encode):
            changed.append(key)
    return changed


def _same(now: Any, then: Any, encode: Codec) -> bool:
    try:
        return bool(encode(now) == then)
    except Exception:  # whatever an object that the student made raises when it is compared
        return False


@contextlib.contextmanager
def _set(namespace: dict[str, Any], probe: str, sets: dict[str, Any]) -> Iterator[Any]:
    """Names that hold during one case: `sets`, then what the source `probe` defines. Afterwards all is as before.

    They are put into the student's own namespace so that worker processes find them under the same names.
    """
    before = dict(namespace)
    namespace.update(sets)
    if probe:
        exec(compile(probe, "<check>", "exec"), namespace)
    missing = object()
    ours = [name for name in namespace if namespace[name] is not before.get(name, missing)]
    try:
        yield namespace.get("_check_run") if probe else None
    finally:
        for name in ours:
            if name in before:
                namespace[name] = before[name]
            else:
                namespace.pop(name, None)


@contextlib.contextmanager
def _limit(seconds: float) -> Iterator[None]:
    """Raises TimeUp in the block after `seconds`: by a signal where there are such, else by an interrupt."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    if hasattr(signal, "setitimer"):

        def ring(*_: Any) -> None:
            raise TimeUp

        old = signal.signal(signal.SIGALRM, ring)
        # Rings again every second, for code that catches everything and goes on.
        signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old)
        return
    import _thread

    rang = threading.Event()

    def interrupt() -> None:
        rang.set()
        _thread.interrupt_main()

    timer = threading.Timer(seconds, interrupt)
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if rang.is_set():
            raise TimeUp from None
        raise
    finally:
        timer.cancel()


class _Printed(io.TextIOBase):
    """Stands in for stdout and stderr: counts, and passes the first characters on to `through`."""

    def __init__(self, through: Any) -> None:
        self.count = 0
        self.through = through

    def write(self, text: str) -> int:
        if self.through is not None and self.count < _SHOWN:
            self.through.write(text[: _SHOWN - self.count])
        self.count += len(text)
        return len(text)

    def writable(self) -> bool:
        return True


@contextlib.contextmanager
def _quiet(printed: _Printed) -> Iterator[None]:
    """Nothing of the student's reaches stderr, which nbgrader scores as 0: a warning is no wrong answer."""
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            yield


def _text(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"[:500]
    except Exception:  # a student's own exception may fail to say what it is
        return type(error).__name__[:100]


def _line(error: BaseException, namespace: dict[str, Any]) -> str:
    """The last line of the student's own code that the error passed through, or ''."""
    line = ""
    trace: types.TracebackType | None = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if trace.tb_frame.f_globals is namespace and code.co_filename != "<check>":
            line = linecache.getline(code.co_filename, trace.tb_lineno).strip()[:200]
        trace = trace.tb_next
    return line


def _left(before: set[Any]) -> int:
    """How many processes the call left running two seconds after it returned. They are ended here."""
    deadline = time.perf_counter() + _LINGER
    while True:
        left = [p for p in multiprocessing.active_children() if p.pid not in before]
        if not left or time.perf_counter() > deadline:
            break
        time.sleep(0.01)
    for process in left:
        process.kill()
    return len(left)


def publish(mime: str, nonce: str, answers: list[dict[str, Any]]) -> None:
    """Sends the answers out of the kernel as one display_data message."""
    from IPython.display import publish_display_data

    publish_display_data({mime: {"nonce": nonce, "answers": answers}, "text/plain": "answers"})
