"""The corpus, graded by nbgrader itself. Which cases run always and which on `make test-long` only is below."""

import os

import pytest
from traitlets.config import Config

from autograde.cases import case, exam
from autograde.commands import main
from autograde.course import Course
from autograde.errors import CourseError

ALL = {one.name: one for one in case.cases("2-syncsgd")}
# A look at every kind of trick; the rest takes minutes and differs in the judge only, which tests/checks looks at
# without a kernel, or in little.
ALWAYS = [
    "broken_200_mb",
    "broken_extra_files",
    "broken_missing",
    "broken_not_json",
    "broken_syntax",
    "hostile_ast_transformer",
    "hostile_daemons",
    "hostile_deaf_loop",
    "hostile_edited_check",
    "hostile_flood",
    "hostile_forged_answers",
    "hostile_fork_bomb",
    "hostile_full_disk",
    "hostile_kernel_dies",
    "hostile_skip_tag",
    "right_solution",
    "right_sync_imap",
    "wrong_average_plain_mean",
    "wrong_sync_not_parallel",
]


def examine(course, names):
    extra = Config()
    extra.Execute.timeout = 20
    jobs = os.cpu_count()
    results = exam.examine(course, "2-syncsgd", [ALL[name] for name in names], jobs, extra)
    assert not [result for result in results if result.wrong], exam.summary(results)


@pytest.mark.timeout(600)  # some twenty submissions
def test_every_kind_of_submission_gets_what_it_must(course):
    examine(course, ALWAYS)


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_the_whole_corpus_gets_what_it_must(course):
    examine(course, [name for name in ALL if name not in ALWAYS])


def test_an_empty_class_is_one_sentence(course, monkeypatch, capsys):
    monkeypatch.setattr(Course, "here", classmethod(lambda cls: course))
    assert main(["grade", "2-syncsgd"]) == 1
    error = capsys.readouterr().err
    assert "There is nothing to grade: put submissions into" in error and len(error.splitlines()) == 1


def test_the_corpus_is_as_large_as_promised():
    kinds = [one.kind for one in ALL.values()]
    assert kinds.count("wrong") >= 12 and kinds.count("right") >= 4 and kinds.count("hostile") >= 10


HEAD = 'title = "x"\nnotebook = "easy"\nkind = "wrong"\n[says]\nloss = ["half"]\n'


@pytest.mark.parametrize(
    ("name", "head", "body", "said"),
    [
        ("wrong_x", HEAD + "[point]\nloss = 0\n", "", "unknown keys"),
        ("right_x", HEAD, "", "must start with 'wrong'"),
        ("wrong_x", HEAD.replace('"wrong"', '"worng"'), "", "kind must be one of"),
        ("wrong_x", HEAD.split("[says]")[0], "", "must say which words"),
        ("right_x", HEAD.replace('"wrong"', '"right"') + "[points]\nloss = 0\n", "", "may not list any"),
        ("wrong_x", "title = x", "", "must be TOML"),
        ("wrong_x", HEAD, "# %% in loss please\n", "a cell starts with"),
    ],
)
def test_a_case_that_is_not_well_formed_is_refused(tmp_path, name, head, body, said):
    file = tmp_path / f"{name}.py"
    file.write_text(f'"""\n{head}"""\n{body}')
    with pytest.raises(CourseError, match=said):
        case.read(file)


def test_a_case_names_cells_that_exist(course, tmp_path):
    file = tmp_path / "wrong_x.py"
    file.write_text(f'"""\n{HEAD}"""\n\n# %% los\nx = 1\n')
    with pytest.raises(CourseError, match="no cell 'los'"):
        exam.examine(course, "2-syncsgd", [case.read(file)])
