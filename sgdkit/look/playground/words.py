"""A line that says in words what happened. Pure: from what is known of a run to sentences."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...pool import available_cores
from ..style import number
from .goal import reached
from .record import Record
from .settings import OWN, Settings
from .sharpness import largest_rate, rule

PATIENCE = 3.0  # seconds for a step, before one's own functions are asked what they do


@dataclass(frozen=True)
class Facts:
    """What is known of a run, all of it numbers.

    how: "running" or as in Ending. first, last, least: mean losses, NaN before the first step. limit, limit_here:
    the largest learning rate that can settle in the valley of the map, and where the run ended; or None. goal: steps
    and seconds until it was reached, or None. rank: among the best, or 0. shares: computing, communicating, waiting.
    away: largest distance of the path from the map's plane, over the map's width. cores: of this machine. own: what
    of it is the student's. begun: whether there was a first w. where, silent: who has the step under way, see Clock,
    and for how many seconds.
    """

    settings: Settings
    how: str
    steps: int
    seconds: float
    first: float = math.nan
    last: float = math.nan
    least: float = math.nan
    limit: float | None = None
    limit_here: float | None = None
    goal: tuple[int, float] | None = None
    rank: int = 0
    shares: tuple[float, float, float] | None = None
    accuracy: float | None = None
    away: float = 0.0
    cores: int = 2
    failure: str = ""
    own: tuple[str, ...] = ()
    begun: bool = True
    where: str = ""
    silent: float = 0.0


def facts_of(record: Record, rank: int = 0) -> Facts:
    """The facts of a record, while it grows or after its end."""
    steps = record.steps
    means, seconds = record.mean_loss[:steps], record.seconds[:steps]
    finite = means[np.isfinite(means)]
    ending, problem, settings = record.ending, record.problem, record.settings
    limit = largest_rate(settings.optimizer, problem.curvature) if problem is not None else None
    here = largest_rate(settings.optimizer, ending.curvature) if ending is not None and ending.curvature else None
    shares = record.clock.shares()
    width = float(np.ptp(problem.surface.a)) if problem is not None else 1.0
    return Facts(
        settings=settings,
        how=ending.how if ending is not None else "running",
        steps=steps,
        seconds=float(seconds[-1]) if steps else 0.0,
        first=float(record.loss[0]) if steps else math.nan,
        last=float(means[-1]) if steps else math.nan,
        least=float(finite.min()) if len(finite) else math.nan,
        limit=limit,
        limit_here=here,
        goal=reached(means, seconds, settings.choice.goal, record.epoch_steps),
        rank=rank,
        shares=None if shares is None else (float(shares[0]), float(shares[1]), float(shares[2])),
        accuracy=ending.accuracy if ending is not None else None,
        away=record.away / width,
        cores=available_cores(),
        failure=ending.failure if ending is not None else "",
        own=record.own,
        begun=record.begun,
        where=record.clock.where,
        silent=time.perf_counter() - record.clock.since if ending is None and record.clock.where else 0.0,
    )


def tell(facts: Facts) -> str:
    """The sentences, most important first."""
    if facts.how == "failed":
        where = f"at step {facts.steps + 1:,}" if facts.begun else "before the first step"
        return f"The run broke off {where}. {facts.failure}"
    if facts.how == "running":
        loss = f", loss {number(facts.last)}" if facts.steps else ""
        return f"Step {facts.steps:,} of {facts.settings.steps:,}{loss}.{_stuck(facts)}"
    said = [_ended(facts), _rate(facts), _goal(facts), _workers(facts)]
    if facts.away > 0.1 and facts.how != "diverged":
        said.append(f"The path leaves the map's plane by up to {facts.away:.0%} of its width.")
    return " ".join(sentence for sentence in said if sentence)


def suspects(own: Sequence[str], where: str) -> list[str]:
    """Which of one's own functions can hold up a step that these have, see Clock.where."""
    return [name for name in own if where and (name == "gradient") == (where == "workers")]


def _stuck(facts: Facts) -> str:
    names = suspects(facts.own, facts.where)
    if facts.silent < PATIENCE or not names:
        return ""
    return (
        f" Step {facts.steps + 1:,} has been under way for {facts.silent:.0f} s: your own {' or '.join(names)} does "
        "not come back. Stop gives it up."
    )


def _ended(facts: Facts) -> str:
    if facts.how == "diverged":
        return f"Diverged at step {facts.steps:,}: {_reason(facts)}"
    if not facts.steps:
        return "Stopped before the first step."
    told = {"finished": "Finished", "stopped": "Stopped"}[facts.how]
    told += f" after {facts.steps:,} step{'s' * (facts.steps > 1)} in {number(facts.seconds)} s: the loss "
    first, last = number(facts.first), number(facts.last)
    if first == last:
        told += f"stayed at {first}"
    else:
        told += f"{'rose' if facts.last > facts.first else 'fell'} from {first} to {last}"
    if facts.accuracy is not None:
        told += f", and {facts.accuracy:.0%} of the test digits are read rightly"
    return told + "."


def _reason(facts: Facts) -> str:
    """Why it diverged, as far as that is known."""
    lr, limit, own = f"learning rate {facts.settings.lr:.3g}", facts.limit, " and ".join(facts.own)
    name = rule(facts.settings.optimizer)
    if limit is None:
        told = f"the {lr} is too large, every step lands higher than the one before."
        return f"look at your own {own}. If that is right, {told}" if own else told
    if facts.settings.lr > limit:
        return f"the {lr} is above {name} ≈ {number(limit, 2)}, so every step lands higher on the valley's other side."
    told = f"the {lr} is below {name} ≈ {number(limit, 2)}"
    if own:
        return f"{told}, so look at your own {own}."
    small = facts.settings.batch_size < 16
    reason = f"a mini-batch of {facts.settings.batch_size} can be steeper" if small else "it is steeper on the way"
    return f"{told}, which holds in the valley, but {reason}."


def _rate(facts: Facts) -> str:
    """Whether the learning rate was too large or too small, where the run did not diverge.

    Nothing is said of steps that a student's own code makes longer or shorter than the learning rate says.
    """
    lr, limit, here = facts.settings.lr, facts.limit, facts.limit_here
    if facts.how == "diverged" or not facts.steps or set(facts.own) - {"split"}:
        return ""
    name = rule(facts.settings.optimizer)
    if here is not None and lr > here:
        return f"It cannot settle there: the learning rate is above {name} ≈ {number(here, 2)}, so it jumps to and fro."
    if limit is not None and lr <= limit / 10 and facts.last > 3 * facts.settings.choice.goal:
        return f"It creeps: with {name} ≈ {number(limit, 2)} there is room for a larger learning rate."
    return ""


def _goal(facts: Facts) -> str:
    goal = number(facts.settings.choice.goal)
    if facts.goal is None:
        return f"The goal, a loss below {goal}, was not reached." if facts.how != "diverged" else ""
    steps, seconds = facts.goal
    told = f"Goal reached after {number(seconds)} s, at step {steps:,}"
    return told + (": your best so far!" if facts.rank == 1 else f", number {facts.rank}." if facts.rank else ".")


def _workers(facts: Facts) -> str:
    """What the workers' time went into, where that is worth a remark."""
    workers, shares = facts.settings.workers, facts.shares
    if shares is None or workers == 1 or facts.steps < 10:
        return ""
    if workers > facts.cores:
        return f"{workers} workers share {facts.cores} cores: they take turns."
    if shares[0] < 0.5:
        return (
            f"The workers compute for only {shares[0]:.0%} of the time: a mini-batch of {facts.settings.batch_size} is "
            f"too little work for {workers}."
        )
    return f"The workers compute for {shares[0]:.0%} of the time."


def describe(facts: Facts) -> str:
    """Alt text for the pictures: the settings and what happened."""
    own = "" if facts.settings.optimizer != OWN else " (your own optimizer)"
    return f"{facts.settings.network} on {facts.settings.data}, {facts.settings.words()}{own}. {tell(facts)}"
