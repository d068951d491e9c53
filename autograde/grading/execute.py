"""Runs a submission's code in a kernel and judges its check cells outside of it."""

import secrets
from dataclasses import replace
from pathlib import Path
from typing import Any

import nbformat.v4
import numpy as np
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution
from traitlets import Bool, Dict, Integer, Unicode

from autograde import seeds
from autograde.grading import judging, notes, outcome, shown
from autograde.grading.session import TIMED_OUT, LimitedExecute
from sgdkit import checks

#: What a driver needs besides the time limit of its slowest case.
DRIVER_SECONDS = 5.0


class JudgedExecute(LimitedExecute):
    """nbgrader's Execute, except that a check cell of ours is not executed.

    Instead the exercise's cases, drawn from the student's secret seed, go into the kernel with a short driver;
    the answers come back, are judged here, and the cell's output is written here, after the kernel is gone.
    So nothing that runs in the kernel decides a score. Cells that could not be judged get 0 and a reason.
    """

    secret_file = Unicode(help="File with the course's secret seed.").tag(config=True)
    case_seeds = Dict(help="Seeds of the hidden cases by exercise, where the secret itself is not to be had.").tag(
        config=True
    )
    run_pictures = Bool(False, help="Whether locked cells named …-picture are run, though no score needs them.").tag(
        config=True
    )
    max_answer = Integer(40_000_000, help="Characters of answers taken from one check.").tag(config=True)

    def __call__(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Grade the notebook; with ``--no-execute`` refuse, because nbgrader would give everybody full marks."""
        if not self.enabled:
            raise RuntimeError("--no-execute cannot be used here: points come from running the submitted code.")
        return self.preprocess(nb, resources)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        self.prepare(nb, resources)
        self._judged: dict[int, judging.Judged] = {}
        self._executed: set[int] = set()
        self._left_out: set[int] = set()
        pictures = notes.of(nb).pop("pictures", {})
        unreadable = notes.of(nb).get("unreadable", "")
        if unreadable:
            self._over = unreadable
        else:
            if not self.run_pictures:
                self._left_out = shown.pictures(nb.cells)
            for index in self._left_out:
                shown.leave_out(nb.cells[index], pictures.get(nb.cells[index].metadata["nbgrader"]["grade_id"], []))
            self.in_kernel()
        self._write()
        return nb, resources

    def run_cells(self) -> None:
        """The notebook, cell by cell."""
        course = self.resources["nbgrader"]
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code" or self._over or index in self._left_out:
                continue
            self._over = self._patience.exhausted()
            if self._over:
                continue
            name = cell.metadata["nbgrader"]["grade_id"] if is_grade(cell) and not is_solution(cell) else ""
            if not name.startswith(judging.CHECK):
                self._plain(cell, index)
                continue
            exercise = judging.exercise_of(course["assignment"], course["notebook"], name)
            if exercise is None:
                self._fault(f"{name}: sgdkit.checks has no such exercise")
                continue
            self._check(cell, index, exercise, self._rng(exercise.id))

    def _rng(self, exercise: str) -> np.random.Generator:
        """What this student's cases of the exercise are drawn with."""
        if self.case_seeds:
            return np.random.default_rng(self.case_seeds[exercise])
        secret = seeds.course_secret(Path(self.secret_file))
        return seeds.rng(secret, self.resources["nbgrader"]["student"], exercise)

    def _plain(self, cell: NotebookNode, index: int) -> None:
        trouble = self._run(cell, index, self.max_output)
        if trouble:
            notes.problem(self.nb, f"code cell {self._number(index)}: {trouble}")
        else:
            self._executed.add(index)
        if not self._alive():
            self._revive()
        elif not trouble:
            self._ran.append(cell.source)

    def _check(self, cell: NotebookNode, index: int, exercise: checks.Exercise, rng: Any) -> None:
        cases = exercise.cases(rng)
        nonce = secrets.token_hex(16)
        driver = nbformat.v4.new_code_cell(checks.driver(exercise, cases, nonce))
        # The driver ends a slow case by itself, with a better message than ours.
        seconds = max((case.limit for case in cases), default=0.0) + DRIVER_SECONDS
        trouble = self._run(driver, index, self.max_answer, seconds, history=False)
        if trouble:
            judged = judging.Judged(
                0.0, exercise.points, f"Not judged, 0 points: {exercise.name}: {trouble}.", looped=True
            )
            notes.problem(self.nb, f"{exercise.name}: {trouble}")
        else:
            judged = self._verdict(exercise, cases, driver.outputs, nonce)
        self._judged[index] = judged = self._own(exercise, judged)
        if judged.looped:
            if not trouble:
                self._patience.stop()
            name = exercise.name if exercise.name in exercise.needs else exercise.needs[-1]
            self._spoil(name, trouble or TIMED_OUT)
        if not self._alive():
            self._revive()

    def _verdict(
        self, exercise: checks.Exercise, cases: Any, outputs: list[NotebookNode], nonce: str
    ) -> judging.Judged:
        try:
            return judging.judge(exercise, cases, outputs, nonce)
        except Exception as error:  # a mistake of ours must not stop the class, nor pass unseen
            self.log.exception("The judge of %s failed", exercise.id)
            notes.problem(self.nb, f"{exercise.name}: the judge itself failed ({type(error).__name__}: {error})")
            # The student may read this one: the error's own words could show a hidden case.
            self._fault(f"{exercise.name}: the judge itself failed ({type(error).__name__}), not the answer")
            text = f"Not judged: the judge of {exercise.name} failed. Your instructor has been told."
            return judging.Judged(0.0, exercise.points, text)

    def _fault(self, sentence: str) -> None:
        """Note a fault that is not the student's: the notebook's score is none then, and not 0."""
        notes.of(self.nb).setdefault("unjudged", sentence)

    def _own(self, exercise: checks.Exercise, judged: judging.Judged) -> judging.Judged:
        """The same verdict, or none of the points where the answer is the kit's own, read off the submission's text."""
        sources = [cell.source for cell in self.nb.cells if cell.cell_type == "code"]
        taken = checks.borrowed(sources, exercise)
        if not taken:
            return judged
        notes.problem(self.nb, f"{exercise.name}: uses {taken}, which is what was to be written")
        text = f"{exercise.name}: your code uses {taken}. That is what you are asked to write: write this one yourself."
        return replace(judged, points=0.0, passed=False, text=text, misconception="borrowed")

    def _write(self) -> None:
        """Write the outputs of the graded cells; the kernel is gone, so nothing can change them any more."""
        verdicts = notes.of(self.nb)["verdicts"]
        course = self.resources["nbgrader"]
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code" or not is_grade(cell) or is_solution(cell):
                continue
            if index in self._judged:
                judged = self._judged[index]
                share = judged.points / judged.max_points if judged.max_points else 0.0
                outcome.write(cell, share * cell.metadata["nbgrader"]["points"], judged.text)
                self._compare(cell.metadata["nbgrader"]["grade_id"], judged)
                name = cell.metadata["nbgrader"]["grade_id"].removeprefix(judging.CHECK)
                verdicts[f"{course['assignment']}/{course['notebook']}/{name}"] = NotebookNode(
                    points=judged.points,
                    max_points=judged.max_points,
                    passed=judged.passed,
                    misconception=judged.misconception,
                    message=judged.text,
                )
            elif index not in self._executed:
                outcome.not_judged(cell, self._over or "this cell could not be run")
        if self._over and not {"unreadable", "unjudged"} & notes.of(self.nb).keys():
            notes.problem(self.nb, f"grading stopped early: {self._over}")

    def _compare(self, identity: str, judged: judging.Judged) -> None:
        """Tell the instructor where the submitted notebook shows more points than its code gets."""
        shown = notes.of(self.nb).get("claimed", {}).get(identity, 0.0)
        if shown > judged.points:
            name = identity.removeprefix(judging.CHECK)
            notes.problem(
                self.nb,
                f"{name}: the notebook shows {shown:g} points, its code gets {judged.points:g}: changed after the "
                "check was run, made for the visible cases, or put there by hand",
            )

    def _number(self, index: int) -> int:
        """How a student counts this cell: the first code cell is 1."""
        return sum(cell.cell_type == "code" for cell in self.nb.cells[: index + 1])
