"""All exercises, by id. A new exercise is one file and one line here or in its assignment's package."""

from __future__ import annotations

import functools

from .exercise import Exercise


@functools.cache
def _all() -> dict[str, Exercise]:
    from . import optimizers, syncsgd

    return {exercise.id: exercise for exercise in (*syncsgd.EXERCISES, *optimizers.EXERCISES)}


def get(exercise_id: str) -> Exercise:
    """The exercise with this id. Raises KeyError with the ids there are."""
    try:
        return _all()[exercise_id]
    except KeyError:
        raise KeyError(f"there is no exercise {exercise_id!r}; there are {', '.join(_all())}") from None


def exercises(assignment: str, notebook: str | None = None) -> list[Exercise]:
    """The exercises of "2-syncsgd", or of its notebook "easy" only, in the notebook's order."""
    start = f"{assignment}/" if notebook is None else f"{assignment}/{notebook}/"
    return [exercise for key, exercise in _all().items() if key.startswith(start)]
