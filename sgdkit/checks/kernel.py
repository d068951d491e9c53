"""To a student's kernel and back: the source that grading runs there, and the reading of what it sends."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from typing import Any

from . import codec, collect
from .exercise import Answer, Case, Exercise

MIME = "application/vnd.sgdkit.answers+json"
MAX_PAYLOAD = 3 * codec.MAX_BYTES
_PROBLEMS = {"", "missing", "not-callable", "unwritten", "raised", "timeout", "type", "skipped"}


class AnswerError(ValueError):
    """What a kernel sent is not a list of answers. The message says in one sentence what is wrong with it."""


def driver(exercise: Exercise, cases: Sequence[Case], nonce: str) -> str:
    """Python source that runs the cases in a student's kernel and publishes the answers under `MIME`.

    It holds the inputs and the collector, and neither reference nor judge; it needs numpy and IPython.
    """
    program = json.dumps([case.program(exercise.needs) for case in cases])
    return (
        "def _check_cases():\n"
        "    import json, types\n"
        "    tools = types.ModuleType('_check_tools').__dict__\n"
        f"    exec({inspect.getsource(codec)!r}, tools)\n"
        f"    exec({inspect.getsource(collect)!r}, tools)\n"
        f"    program = json.loads({program!r})\n"
        "    answers = tools['collect'](globals(), program, tools['encode'], tools['decode'])\n"
        f"    tools['publish']({MIME!r}, {nonce!r}, answers)\n"
        "try:\n"
        "    _check_cases()\n"
        "finally:\n"
        "    del _check_cases\n"
    )


def read_answers(payload: Any, nonce: str) -> list[Answer]:
    """The answers in what a kernel published under `MIME` (JSON text, or as parsed from it).

    Raises AnswerError unless it is well-formed, of bounded size, and carries `nonce`.
    """
    try:
        text = payload if isinstance(payload, str) else json.dumps(payload)
        if len(text) > MAX_PAYLOAD:
            raise AnswerError(f"the answers take {len(text):,} characters; at most {MAX_PAYLOAD:,} are read.")
        data = json.loads(text)
    except (TypeError, ValueError, RecursionError) as error:
        if isinstance(error, AnswerError):
            raise
        raise AnswerError("the answers are not JSON.") from None
    if not (isinstance(data, dict) and set(data) == {"nonce", "answers"} and isinstance(data["answers"], list)):
        raise AnswerError("the answers do not have the form that the driver sends.")
    if data["nonce"] != nonce:
        raise AnswerError("the answers carry another run's mark: they were not made by this run's driver.")
    return [read_answer(item) for item in data["answers"]]


def read_answer(item: Any) -> Answer:
    """One answer as `collect` wrote it. Raises AnswerError where it has another form."""
    known = {"value", "problem", "detail", "line", "changed", "printed", "seconds", "left"}
    if not isinstance(item, dict) or not set(item) <= known:
        raise AnswerError("an answer does not have the form that the driver sends.")
    problem, changed = item.get("problem", ""), item.get("changed", [])
    texts = [problem, item.get("detail", ""), item.get("line", "")]
    counts = [item.get("printed", 0), item.get("left", 0), item.get("seconds", 0.0)]
    if (
        not all(isinstance(text, str) and len(text) <= 500 for text in texts)
        or problem not in _PROBLEMS
        or not all(isinstance(n, (int, float)) and not isinstance(n, bool) and 0 <= n < 1e12 for n in counts)
        or not (isinstance(changed, list) and len(changed) <= 20)
        or not all(isinstance(name, str) and len(name) <= 100 for name in changed)
    ):
        raise AnswerError("an answer does not have the form that the driver sends.")
    try:
        value = codec.decode(item.get("value"))
    except codec.CodecError as error:
        raise AnswerError(f"an answer holds {error}.") from None
    return Answer(value, problem, texts[1], texts[2], tuple(changed), int(counts[0]), float(counts[2]), int(counts[1]))
