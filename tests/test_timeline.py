"""The timeline tells truly what each worker did when."""

from __future__ import annotations

import os
import time

import numpy as np
import pytest

from sgdkit import SGD, Dataset, SyncSGD
from sgdkit.asynchronous import AsyncSGD
from sgdkit.data import parabola
from sgdkit.models import ann
from sgdkit.models import parabola as network
from sgdkit.timeline import Recorder, Timeline


def two_steps() -> Timeline:
    """Worker 0 computes for 3 s and 1 s, worker 1 for 1 s and not at all."""
    recorder = Recorder(2)
    recorder.add(10.0, np.array([[10.5, 13.5, 13.75], [10.5, 11.5, 11.75]]), 14.0, 14.5)
    recorder.add(15.0, np.array([[15.5, 16.5, 16.75], [np.nan] * 3]), 17.0, 17.5)
    return recorder.timeline(10.0, np.array([4.0, 1.0]), 7.5)


def test_intervals_are_what_the_clocks_say():
    timeline = two_steps()
    assert list(timeline.intervals(0)) == [
        ("communicating", 0.0, 0.5), ("computing", 0.5, 3.5), ("communicating", 3.5, 3.75), ("waiting", 3.75, 4.5),
        ("communicating", 5.0, 5.5), ("computing", 5.5, 6.5), ("communicating", 6.5, 6.75), ("waiting", 6.75, 7.5),
    ]  # fmt: skip
    assert list(timeline.intervals(1))[-1] == ("waiting", 5.0, 7.5)


def test_shares_add_up_and_efficiency_is_cpu_over_wall():
    timeline = two_steps()
    share = timeline.share()
    assert sum(share.values()) == pytest.approx(1.0) and share["computing"] == pytest.approx(5 / 14)
    assert timeline.efficiency() == pytest.approx(2.5 / 7.5)
    assert np.isnan(Recorder(1).timeline(0.0).efficiency())


MADE = {
    "serial": lambda: SyncSGD(ann(10), engine="serial", workers=1, batch_size=300),
    "pool": lambda: SyncSGD(ann(10), workers=2, batch_size=300),
    "a cold pool": lambda: SyncSGD(ann(10), workers=2, batch_size=300, start_method="spawn"),
    "backup": lambda: SyncSGD(ann(10), workers=1, backup=1, batch_size=300),
    "asynchronous": lambda: AsyncSGD(ann(10), workers=2, batch_size=150),
}


@pytest.mark.skipif(os.name == "nt", reason="Windows counts CPU time in 64ths of a second, and this takes less")
@pytest.mark.parametrize("kind", MADE)
def test_the_efficiency_of_a_real_run_is_a_share_however_much_is_evaluated(kind):
    rng = np.random.default_rng(0)
    data = Dataset(rng.random((300, 784)), np.eye(10)[rng.integers(0, 10, 300)], "random")
    with MADE[kind]() as trainer:
        for epochs in (1, 4):  # of one or two steps: evaluating takes the workers almost half as long
            timeline = trainer.fit(data, epochs, progress=False).timeline
            assert len(timeline.cpu_seconds) == timeline.workers and 0.0 < timeline.efficiency() <= 1.05


def test_steps_that_are_cut_off_are_in_neither_side_of_the_efficiency():
    def cut_off(step):
        if step.step == 7:
            raise KeyboardInterrupt

    with SyncSGD(network(), engine="serial", batch_size=10) as trainer:
        whole = trainer.fit(parabola().train, progress=False).timeline
        cut = trainer.fit(parabola().train, epochs=3, callback=cut_off, progress=False).timeline
        none = trainer.fit(parabola().train, epochs=0, progress=False).timeline
    assert cut.steps == 8 and cut.wall_seconds <= cut.shared[5]  # the first epoch has five steps
    assert whole.wall_seconds > 0 and np.isnan(none.efficiency())


@pytest.mark.parametrize("steps", [0, 1, 1023, 1024, 1025, 2500])
def test_the_recorder_keeps_every_step(steps):
    recorder = Recorder(1)
    for step in range(steps):
        recorder.add(step, np.array([[step + 0.1, step + 0.2, step + 0.3]]), step + 0.4, step + 0.5)
    timeline = recorder.timeline(0.0)
    assert timeline.steps == steps and np.array_equal(timeline.shared, np.arange(steps))
    assert np.allclose(timeline.end[:, 0], np.arange(steps) + 0.2)


@pytest.mark.parametrize("engine", ["serial", "pool"])
def test_a_run_is_recorded_in_the_order_of_its_events(engine):
    with SyncSGD(network(), SGD(0.01), workers=2, batch_size=10, engine=engine) as trainer:
        run = trainer.fit(parabola().train, epochs=4, progress=False)
    t = run.timeline
    assert t.steps == run.steps == 20 and t.workers == 2
    for earlier, later in (
        (t.shared, t.begin.min(axis=1)), (t.begin, t.end), (t.end, t.sent), (t.sent.max(axis=1), t.passed),
        (t.passed, t.updated), (t.updated[:-1], t.shared[1:]),
    ):  # fmt: skip
        assert (earlier <= later).all()
    assert len(t.cpu_seconds) == 2 and (np.diff(run.seconds) > 0).all()


def test_the_serial_engine_computes_one_shard_after_the_other_and_the_pool_at_once(tmp_path):
    """On the pool each worker waits until the other computes, too: were they not at it at once, it would never end."""
    overlaps = {}
    for engine in ("serial", "pool"):

        def gradient(w, X, Y, workers=1 if engine == "serial" else 2):
            (tmp_path / f"{workers} {os.getpid()}").touch()
            while len(list(tmp_path.glob(f"{workers} *"))) < workers:
                time.sleep(0.001)
            return np.zeros(w.size)

        with SyncSGD(network(), workers=2, batch_size=250, engine=engine, gradient=gradient) as trainer:
            t = trainer.fit(parabola().train, progress=False).timeline
        overlaps[engine] = (np.minimum(t.end[:, 0], t.end[:, 1]) > np.maximum(t.begin[:, 0], t.begin[:, 1])).all()
    assert overlaps == {"serial": False, "pool": True}
