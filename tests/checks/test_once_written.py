"""A cell that needs a student's code says in one line what is to be filled in first, and hides no other mistake."""

import matplotlib.pyplot as plt
import pytest

from sgdkit.checks import once_written


def template(*_):
    # YOUR CODE HERE
    raise NotImplementedError()


class Template:
    def __init__(self, lr):
        self.lr = lr

    def step(self, w, g):
        raise NotImplementedError()


def test_what_is_written_runs_and_nothing_is_said(capsys):
    with once_written("double", namespace={"double": lambda x: 2 * x}):
        print("as usual")
    assert capsys.readouterr() == ("as usual\n", "")


@pytest.mark.parametrize(
    ("namespace", "listed"),
    [
        ({"a": template, "b": abs, "c": abs}, "`a`"),
        ({"a": template, "b": Template, "c": abs}, "`a` and `b`"),
        ({"a": template, "b": Template}, "`a`, `b` and `c`"),
    ],
)
def test_templates_and_names_that_do_not_exist_are_listed_in_one_line(namespace, listed, capsys):
    with once_written("a", "b", "c", namespace=namespace):
        namespace["a"]()
    assert capsys.readouterr() == (f"First fill in {listed} above, then run this cell again.\n", "")


def test_a_name_that_a_cell_above_did_not_make_is_explained_by_the_missing_code(capsys):
    with once_written("train", namespace={"train": template}):
        path  # noqa: B018, F821
    assert "First fill in `train`" in capsys.readouterr().out


@pytest.mark.parametrize("error", [NotImplementedError("not for this dtype"), NameError("name 'npp' is not defined")])
def test_an_exception_of_code_that_is_written_passes(error, capsys):
    with pytest.raises(type(error)), once_written("a", namespace={"a": abs}):
        raise error
    assert capsys.readouterr().out == ""


def test_other_exceptions_pass_also_while_something_is_missing():
    with pytest.raises(ZeroDivisionError), once_written("a", namespace={}):
        raise ZeroDivisionError


def test_the_names_are_looked_up_where_the_block_stands(capsys):
    with once_written("template"):
        template()
    assert "`template`" in capsys.readouterr().out


def test_a_half_drawn_picture_is_thrown_away_and_others_stay(capsys):
    before = plt.figure()
    with once_written("a", namespace={}):
        plt.figure()
        plt.plot([1, 2])
        raise NotImplementedError
    assert plt.get_fignums() == [before.number]
    plt.close(before)
