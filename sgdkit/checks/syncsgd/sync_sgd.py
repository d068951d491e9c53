"""2-syncsgd/easy/sync_sgd: the loop of the lecture, on a pool of processes."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from ..exercise import Case, Exercise, Fault
from ..judge import as_numbers, close, number, shape_of
from ..probes import spy, stand_ins, watched
from .loop import simulate
from .loop_mistakes import MISCONCEPTIONS
from .network import ALONE, HIDDEN, TOGETHER, Array, count, draw
from .shared import not_shared

STAND_INS = stand_ins.source(
    spy,
    stand_ins.predict,
    stand_ins.loss,
    stand_ins.gradient,
    stand_ins.split_batch,
    stand_ins.worker_gradient,
    stand_ins.average_gradients,
)
WATCHED = stand_ins.source(spy) + stand_ins.source(watched).replace("from .spy import _check_meet, _check_note\n", "")

# Workers, examples, mini-batch, epochs: one step; one step with ragged shards; ragged mini-batches, the last with
# fewer examples than workers; the same once more; both.
RUNS = ((1, 4, 4, 1), (2, 5, 5, 1), (2, 7, 3, 2), (2, 7, 3, 2), (3, 11, 5, 2))


def cases(rng: np.random.Generator) -> list[Case]:
    """With stand-ins for the six pieces before, and with the student's own; smallest first."""
    found: list[Case] = []
    for linear in (True, False):
        for position, (workers, n, batch_size, epochs) in enumerate(RUNS):
            if not linear and position not in (1, 4):
                continue
            data = draw(rng, n, 2, 2 if position > 3 else 1, linear)
            settings = {
                "lr": float(rng.choice([0.2, 0.15] if linear else [0.1, 0.08])),
                "lam": float(rng.choice([1.8, 2.0, 2.2])),
                "seed": int(rng.integers(1, 1000)),
            }
            if linear and position == 3:
                data, settings = found[-1].args, {name: found[-1].kwargs[name] for name in settings}
            stand_in = ", with stand-ins for the pieces above" if linear else ""
            found.append(
                Case(
                    "sync_sgd",
                    data,
                    {"workers": workers, "batch_size": batch_size, "epochs": epochs, **settings},
                    about=f"with {count(workers, 'worker')}, {count(n, 'example')}, batch_size={batch_size}, "
                    f"{count(epochs, 'epoch')}{stand_in}",
                    labels=("w", "X", "Y"),
                    facts={"linear": linear, "meet": position == 1},
                    sets={"HIDDEN": HIDDEN},
                    probe=(STAND_INS if linear else WATCHED) + ("" if position == 1 else stand_ins.IMPATIENT),
                    limit=45.0,
                    group=ALONE if linear else TOGETHER,
                )
            )
    return found


def examine(cases: list[Case], values: list[Any]) -> Fault | None:
    """First the numbers, then whether they came from several processes at once, then how many there were."""
    paths: list[Array] = []
    for case, value in zip(cases, values, strict=True):
        path, fault = _path(case, value)
        if fault is not None and fault.misconception == "not finite":
            return _numbers(cases[: len(paths)], paths) or _not_finite(case, fault)
        if fault is not None:
            return fault
        assert path is not None
        paths.append(path)
    return _numbers(cases, paths) or _processes(cases, values)


def _path(case: Case, value: Any) -> tuple[Array | None, Fault | None]:
    """The returned path as (epochs + 1, size), or why it is none."""
    returned = value.get("returned") if isinstance(value, dict) else None
    if returned is None:
        return None, Fault(f"{case.about}, sync_sgd returned nothing. End it with `return path`.", "no return")
    size, epochs = case.args[0].size, case.kwargs["epochs"]
    shape = shape_of(returned)
    steps = epochs * -(-len(case.args[1]) // case.kwargs["batch_size"])
    hint = "It holds w at the start and after every epoch."
    if shape == (size,):
        hint = "It looks like the final w alone; return the whole path: w at the start and after every epoch."
    elif shape == (epochs, size):
        hint = "The start is missing: the path begins with the w that was given."
    elif shape == (steps + 1, size) and steps != epochs:
        hint = "It holds w after every step; append it after every epoch only."
    return as_numbers(returned, (epochs + 1, size), "the path", case.about, hint)


def _not_finite(case: Case, fault: Fault) -> Fault:
    """Says where a shard may be without examples."""
    workers, left = case.kwargs["workers"], len(case.args[1]) % case.kwargs["batch_size"]
    if not 0 < left < workers:
        return fault
    return Fault(
        f"{fault.message} The last mini-batch has {count(left, 'example')} for {workers} workers: a shard may be empty "
        "(n = 0), and must not be divided by its n.",
        fault.misconception,
    )


def _numbers(cases: list[Case], paths: list[Array]) -> Fault | None:
    expected = [simulate(case) for case in cases]
    wrong = [i for i in range(len(cases)) if not close(paths[i], expected[i])]
    if not wrong:
        return None
    first = wrong[0]
    numbers = _compare(cases[first], paths[first], expected[first])
    again = [i for i in range(1, len(cases)) if cases[i].args is cases[i - 1].args]
    if any(not close(paths[i], paths[i - 1]) for i in again):
        return Fault(
            "two runs with the same seed give different results: draw every random number from "
            f"np.random.default_rng(seed). {numbers}",
            "seed ignored",
        )
    if all(close(path, np.broadcast_to(case.args[0], path.shape)) for path, case in zip(paths, cases, strict=True)):
        return Fault(
            f"w never changes: the update is missing, w = w - lr * g after every mini-batch. {numbers}",
            "no update",
        )
    if all(close(path[:-1], np.broadcast_to(path[-1], path[:-1].shape)) for path in paths):
        return Fault(
            "all entries of the path are the same array, the final w: `w -= …` changes the arrays that are already "
            f"in the path. Write `w = w - …`, or append w.copy(). {numbers}",
            "path of one array",
        )
    for mistake in MISCONCEPTIONS:
        given = mistake.gives
        if given and all(close(path, given(case)) for path, case in zip(paths, cases, strict=True)):
            return Fault(f"{mistake.says} {numbers}", mistake.name)
    return Fault(numbers)


def _compare(case: Case, got: Array, expected: Array) -> str:
    """The first epoch that is wrong, and in it the entry that is most wrong."""
    epoch = next(i for i in range(len(expected)) if not close(got[i], expected[i]))
    entry = int(np.argmax(np.abs(got[epoch] - expected[epoch])))
    when = f"after epoch {epoch}" if epoch else "at the start"
    return (
        f"{case.about[:1].upper()}{case.about[1:]}: {when}, entry [{entry}] of w should be "
        f"{number(expected[epoch, entry])}; yours is {number(got[epoch, entry])}."
    )


def _processes(cases: list[Case], values: list[Any]) -> Fault | None:
    """The numbers are right: half of the points are kept where they were not computed as asked."""
    for case, value in zip(cases, values, strict=True):
        workers, calls, master = case.kwargs["workers"], value.get("calls"), value.get("master")
        master = master if type(master) is int else 0
        if not _are_calls(calls) or not calls:
            return Fault(
                f"the numbers are right, but no worker ever ran your worker_gradient {case.about}. Let the pool "
                "call it: pool.map(worker_gradient, tasks). Half of the points.",
                "not parallel",
                share=0.5,
            )
        fault = not_shared(case, calls, master)
        if fault is not None:
            return fault
        if case.facts["meet"] and value.get("met") is not True:
            alone = all(call["pid"] == master for call in calls)
            reason = "they are all computed in the notebook's own process" if alone else "one waits for the other"
            return Fault(
                f"the numbers are right, but the shards are never computed at the same time: {reason}. Hand all "
                "tasks of a mini-batch to one pool.map(worker_gradient, tasks). Half of the points.",
                "not parallel" if alone else "sequential map",
                share=0.5,
            )
        if all(_does_it_all(one, each) for one, each in zip(cases, values, strict=True)):
            return Fault(
                "the numbers are right, but the notebook's own process computes every whole mini-batch itself, beside "
                "the workers. Average what pool.map(worker_gradient, tasks) returns. Half of the points.",
                "not parallel",
                share=0.5,
            )
        most = _most_tasks(calls, master)
        if most != workers:
            return Fault(
                f"the numbers are right, but {case.about} a mini-batch became {count(most, 'task')}: it should be one "
                "for every worker. Cut it with split_batch(batch, workers). Half of the points.",
                "number of tasks",
                share=0.5,
            )
        pids = {call["pid"] for call in calls if call["pid"] != master}
        if len(pids) > workers:
            return Fault(
                f"the numbers are right, but {case.about} there were {len(pids)} processes: starting them takes longer "
                "than the work. Make one pool of `workers` processes before the first epoch. Half of the points.",
                "new pool each step",
                share=0.5,
            )
    return None


def _most_tasks(calls: list[dict[str, Any]], master: int) -> int:
    """The largest number of shards, not counting empty ones, that were computed at one w: by workers, if there are."""
    tasks = [call for call in calls if call.get("rows")]
    tasks = [call for call in tasks if call["pid"] != master] or tasks
    return max(Counter(str(call.get("w")) for call in tasks).values(), default=0)


def _does_it_all(case: Case, value: dict[str, Any]) -> bool:
    """Whether the master computed as many examples itself as the workers did, at every w."""
    done: dict[str, list[int]] = {}
    for call in value["calls"]:
        if isinstance(call.get("rows"), list):
            own = call["pid"] == value.get("master")
            done.setdefault(str(call.get("w")), [0, 0])[own] += len(call["rows"])
    return all(master >= workers > 0 for workers, master in done.values())


def _are_calls(calls: Any) -> bool:
    return isinstance(calls, list) and all(isinstance(call, dict) and type(call.get("pid")) is int for call in calls)


EXERCISE = Exercise(
    id="2-syncsgd/easy/sync_sgd",
    points=4,
    needs=("sync_sgd",),
    cases=cases,
    examine=examine,
    own_work=("sgdkit.SyncSGD", "sgdkit.sync", "sgdkit.asynchronous"),
    praise="The same numbers as one process alone, whatever the number of workers.",
    misconceptions=MISCONCEPTIONS,
)
