"""The same jobs on a Dask cluster: any number of hosts, no shared disk, the gradebook stays where the grader runs."""

import logging
from collections.abc import Iterable, Iterator
from typing import Any

from traitlets.config import Config

from autograde.errors import CourseError
from autograde.grading.sandbox import kernel_class
from autograde.jobs import fingerprint, job

#: Seconds to wait for the scheduler, and then for a first worker.
PATIENCE = 20
#: Jobs that lie ready for each worker, so that none waits for the grader.
AHEAD = 2


class Cluster:
    """A Dask cluster that has been found fit: same versions, and a sandbox on every host unless told otherwise.

    Raises CourseError, in one sentence, where it is not.
    """

    def __init__(self, address: str, settings: Config) -> None:
        try:
            import distributed
        except ImportError:
            raise CourseError(
                "Grading on a cluster needs Dask: install it with pip install -e '.[grading,cluster]', here and on all "
                "hosts of the cluster."
            ) from None
        logging.getLogger("distributed").setLevel(logging.CRITICAL)  # what is wrong is said in sentences below
        self._distributed: Any = distributed
        self._address, self._way = address, settings.LimitedExecute.get("sandbox", "required")
        try:
            self._client = distributed.Client(address, timeout=PATIENCE, set_as_default=False)
        except (OSError, ValueError, TypeError) as error:
            raise CourseError(
                f"There is no Dask scheduler at {address} ({_short(error)}): start one with "
                "'dask scheduler', and give its address as --cluster tcp://HOST:8786."
            ) from None
        try:
            self._examine()
        except BaseException:
            self._client.close()
            raise

    def __enter__(self) -> "Cluster":
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def _examine(self) -> None:
        """Refuse a cluster that has no workers, or one that would grade differently."""
        try:
            self._client.wait_for_workers(1, timeout=PATIENCE)
        except TimeoutError:
            raise CourseError(
                f"The Dask scheduler at {self._address} has no workers: start some on each host with "
                f"'dask worker {self._address} --nworkers 4 --nthreads 1'."
            ) from None
        try:
            answers = self._client.run(fit, self._way, on_error="return")
        except Exception as error:  # any: the cluster's own
            raise CourseError(f"The workers of {self._address} do not answer: {_short(error)}.") from None
        expected = fingerprint.environment()
        for worker, answer in sorted(answers.items()):
            if isinstance(answer, BaseException):
                raise CourseError(
                    f"The worker {worker} cannot grade ({type(answer).__name__}: {_short(answer)}): install the same "
                    "version of the kit there, with pip install -e '.[grading,cluster]', and start the worker with "
                    "that Python."
                )
            found, refusal = answer
            other = job.differences(expected, found)
            if other:
                raise CourseError(
                    f"The worker {worker} has other versions than this machine, and could grade differently: {other}."
                )
            if refusal:
                raise CourseError(f"On the worker {worker}: {refusal}")

    def run(self, jobs: Iterable[tuple[str, bytes]], number: int | None = None) -> Iterator[tuple[str, bytes | None]]:
        """Do all jobs, at most ``number`` at a time; None as the result of one whose workers died again and again."""
        client, distributed = self._client, self._distributed
        waiting = iter(jobs)
        names: dict[Any, str] = {}
        done = distributed.as_completed(loop=client.loop)
        upcoming = next(waiting, None)
        while upcoming or names:
            while upcoming and len(names) < self._room(number):
                name, message = upcoming
                # Never the same task twice: that its result is known is the journal's business.
                future = client.submit(job.run, message, pure=False)
                names[future] = name
                done.add(future)
                upcoming = next(waiting, None)
            if not names:
                continue
            future = next(done)
            name = names.pop(future)
            yield name, self._result(future)
            future.release()

    def _room(self, number: int | None) -> int:
        """How many jobs may be on their way: a few more than there are workers, who may come and go."""
        room = AHEAD * len(self._client.nthreads())
        return max(1, min(number or room, room))

    def _result(self, future: Any) -> bytes | None:
        try:
            return bytes(future.result())
        except self._distributed.scheduler.KilledWorker:
            return None
        except Exception as error:
            if self._client.status != "running" or type(error).__name__ in ("CancelledError", "FutureCancelledError"):
                raise CourseError(
                    f"The connection to the Dask scheduler at {self._address} was lost. What was graded is recorded; "
                    "the same command goes on with the rest."
                ) from None
            return job.Graded(job.Outcome(False, "", f"{type(error).__name__}: {error}")).to_bytes()


def fit(way: str) -> tuple[dict[str, str], str]:
    """Runs on a worker: its versions, and why it may not run submissions, or an empty string."""
    try:
        kernel_class(way)
    except CourseError as error:
        return fingerprint.environment(), str(error)
    return fingerprint.environment(), ""


def _short(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0][:200].rstrip(". ")
