"""The grader is graded: the corpus through the driver and the judge in a real kernel, and mutants of the solutions."""

import pytest

from autograde.cases import case, confusion, quick
from autograde.commands.examine import graded
from tools import mutate

CASES = {name: case.cases(name) for name in ("2-syncsgd", "3-optimizers")}


def perfect(results) -> confusion.Confusion:
    table = confusion.confusion(results)
    assert table.perfect, confusion.show(table)
    return table


def needs_pool(one: case.Case) -> bool:
    return one.notebook == "hard" or "sync_sgd" in quick.about(one)


@pytest.mark.timeout(400)  # some seventy submissions
def test_every_honest_case_of_3_optimizers_comes_out_as_it_must():
    table = perfect(graded("3-optimizers", CASES["3-optimizers"][::2], fast=True))  # the long run has all of them
    assert table.diagnoses["right"] >= 25


@pytest.mark.timeout(400)
def test_every_honest_case_of_2_syncsgd_without_processes_comes_out_as_it_must():
    poolless = [one for one in CASES["2-syncsgd"] if not needs_pool(one)]
    perfect(graded("2-syncsgd", poolless[::3], fast=True))  # the long run has all of them


@pytest.mark.timeout(600)  # one nbgrader run each
def test_no_trick_gains_a_point_and_each_is_told_to_the_instructor():
    tricks = [one for one in CASES["3-optimizers"] if one.kind in ("hostile", "broken")]
    perfect(graded("3-optimizers", tricks[::3]))  # the long run has all of them
    assert all(one.reason or one.says for one in tricks if one.kind == "hostile")


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("assignment", CASES)
def test_the_whole_corpus_comes_out_as_it_must(assignment):
    perfect(graded(assignment, CASES[assignment]))


def test_the_corpus_is_as_large_as_promised():
    everything = [one for cases in CASES.values() for one in cases]
    kinds = [one.kind for one in everything]
    assert kinds.count("wrong") >= 35 and kinds.count("right") >= 25 and kinds.count("hostile") >= 15


def test_a_grader_that_is_wrong_is_found_out():
    """A judge that accepts a wrong answer, rejects a right one or names another mistake does not pass for perfect."""
    from autograde.cases.exam import Result, compare

    wrong = next(one for one in CASES["3-optimizers"] if one.name == "wrong_momentum_ema")
    right = next(one for one in CASES["3-optimizers"] if one.name == "right_solution")
    for one, points, message, misconception in (
        (wrong, 2.0, "right", None),
        (wrong, 0.0, "The velocity is forgotten", "velocity reset"),
        (wrong, 0.0, "entry [0] should be", None),
        (right, 0.0, "wrong", None),
    ):
        result = Result(one, points={"momentum": (points, 2.0)})
        result.misconceptions = {"momentum": misconception} if misconception else {}
        compare(result, "momentum", message)
        table = confusion.confusion([result])
        assert not table.perfect and "NOT PERFECT" in confusion.show(table)


SOME = [mutant for mutant in mutate.mutants("3-optimizers")[::7]]
POOLLESS = [one for one in mutate.mutants("2-syncsgd") if not one.exercise.endswith(("train", "sync_sgd"))][::12]


@pytest.mark.parametrize("mutant", SOME + POOLLESS, ids=lambda mutant: f"{mutant.exercise} {mutant.what}")
def test_a_broken_solution_is_found_out(mutant):
    alive = mutate.survives(mutant)
    assert not alive or (mutant.exercise, mutant.what) in mutate.allowed()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("assignment", mutate.ASSIGNMENTS)
def test_no_broken_solution_gets_all_points(assignment):
    alive = mutate.examine(mutate.mutants(assignment), jobs=2)
    assert {(one.exercise, one.what) for one in alive} <= set(mutate.allowed())


def test_every_mutant_that_may_live_still_exists_and_has_a_reason():
    existing = {(one.exercise, one.what) for assignment in mutate.ASSIGNMENTS for one in mutate.mutants(assignment)}
    assert set(mutate.allowed()) <= existing
    assert all(len(reason) > 10 for reason in mutate.allowed().values())
