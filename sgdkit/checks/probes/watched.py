"""The student's own `worker_gradient`, seen by the spy."""
# mypy: disable-error-code="no-untyped-def"

from typing import Any

from .spy import _check_meet, _check_note

_check_own: Any = globals().get("worker_gradient")


def worker_gradient(task):
    """Calls the student's."""
    _check_meet()
    result = _check_own(task)
    _check_note(task[0], range(len(task[1])), task[1])
    return result
