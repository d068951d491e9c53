import pytest

from autograde.collecting import place, roster
from autograde.errors import CourseError
from tests.autograde.collecting.conftest import NOTEBOOK, zipped

METADATA = """---
submission_101: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
  :submitters:
  - :name: Ada Lovelace
    :sid: al1
    :email: ada@example.org
  - :name: Bo Diddley
    :email: bo@example.org
  :created_at: 2026-01-30 15:00:00.250000000 Z
  :score: !ruby/object:BigDecimal 18:0.0
submission_102:
  :submitters:
  - :name: Ada Lovelace
    :sid: al1
  :created_at: 2026-01-31 09:00:00 +0100
"""


def lines(done, who):
    return " | ".join(what for name, what in done.lines if name == who)


def test_canvas(take, there):
    done = take(
        {
            "lovelaceada_LATE_11_901_easy.ipynb": NOTEBOOK,
            "lovelaceada_LATE_11_905_hard-2.ipynb": "second",
            "lovelaceada_LATE_11_909_hard-10.ipynb": NOTEBOOK + " ",
            "babbagecharles_12_902_my work.zip": zipped(
                {"2-syncsgd/easy.ipynb": NOTEBOOK, "2-syncsgd/data/x.txt": "x"}
            ),
            "anon_x7Q2v_903_easy.ipynb": NOTEBOOK,
            "knuthdon_14_text.html": "<p>see attached</p>",
        }
    )
    assert done.kind == "canvas" and done.late == 1
    assert there() == {
        "lovelaceada_11/easy.ipynb": NOTEBOOK,
        "lovelaceada_11/hard.ipynb": NOTEBOOK + " ",
        "babbagecharles_12/easy.ipynb": NOTEBOOK,
        "babbagecharles_12/data/x.txt": "x",
        "anon_x7Q2v_x7Q2v/easy.ipynb": NOTEBOOK,
        "knuthdon_14/text.html": "<p>see attached</p>",
    }
    assert "hard.ipynb was handed in 2 times: the latest, hard-10.ipynb, counts" in lines(done, "lovelaceada_11")
    assert done.without_notebook == ["knuthdon_14"]


@pytest.mark.parametrize("around", ["", "Course-SGD-90210/"])
@pytest.mark.parametrize("end", ["_assignsubmission_file_/", "_assignsubmission_file/", "_assignsubmission_file_"])
def test_moodle(take, there, around, end):
    done = take(
        {f"{around}Ada de la Cruz_4711{end}easy.ipynb": NOTEBOOK, f"{around}王 伟_4712{end}easy.ipynb": NOTEBOOK}
    )
    assert done.kind == "moodle"
    assert set(there()) == {"Ada-de-la-Cruz/easy.ipynb", "王-伟/easy.ipynb"}


def test_two_people_of_one_name_stay_two(take, there):
    take({f"Ada Lovelace_{n}_assignsubmission_file_/easy.ipynb": NOTEBOOK for n in (1, 2)})
    assert set(there()) == {"Ada-Lovelace-1/easy.ipynb", "Ada-Lovelace-2/easy.ipynb"}


def test_gradescope(take, there, small):
    files = {
        "assignment_9_export/submission_metadata.yml": METADATA,
        "assignment_9_export/submission_101/easy.ipynb": "older",
        "assignment_9_export/submission_102/easy.ipynb": NOTEBOOK,
        "assignment_9_export/submission_103/easy.ipynb": "whose?",
    }
    done = take(files)
    assert done.kind == "gradescope"
    assert there() == {
        "al1/easy.ipynb": NOTEBOOK,
        "al1/timestamp.txt": "2026-01-31 08:00:00.000000 UTC\n",
        "bo@example.org/easy.ipynb": "older",
        "bo@example.org/timestamp.txt": "2026-01-30 15:00:00.250000 UTC\n",
    }
    assert "2 submissions" in lines(done, "al1") and "2026-01-31 08:00 UTC" in lines(done, "al1")
    assert [who for who, _ in done.unmatched] == ["submission_103"]
    assert there("intake")["2-syncsgd/unmatched/submission_103/easy.ipynb"] == "whose?"


def test_gradescope_without_its_list_of_names_loses_nothing(take, there):
    done = take({"submission_101/easy.ipynb": NOTEBOOK, "submission_metadata.yml": "a: [1,\n- :b"})
    assert "cannot be read" in lines(done, "submission_metadata.yml")
    assert there() == {} and len(done.unmatched) == 1


@pytest.mark.parametrize("folder", [True, False])
def test_a_folder_or_a_zip_file_for_each_student(take, there, folder):
    done = take(
        {
            "class/ada/easy.ipynb": NOTEBOOK,
            "class/bo/2-syncsgd/hard.ipynb": NOTEBOOK,
            "class/bo/3-optimizers/optimizers.ipynb": "of another assignment",
            "class/cy.zip": zipped({"cy/again.zip": zipped({"deep/easy.ipynb": NOTEBOOK})}),
            "class/dee/.DS_Store": "junk",
            "class/dee/easy.ipynb": NOTEBOOK,
            "class/dee/__MACOSX/._easy.ipynb": "junk",
        },
        folder=folder,
    )
    assert done.kind == "folders"
    assert set(there()) == {"ada/easy.ipynb", "bo/hard.ipynb", "cy/easy.ipynb", "dee/easy.ipynb"}


def test_a_class_of_one(take, there):
    take({"ada/2-syncsgd/easy.ipynb": NOTEBOOK})
    assert set(there()) == {"ada/easy.ipynb"}


def test_one_folder_in_another_is_the_students_where_only_the_roster_can_tell(take, there, tmp_path):
    files = {"ada/my work/easy.ipynb": NOTEBOOK}
    done = take(files)
    assert set(there()) == {"my-work/easy.ipynb"}
    assert lines(done, "my work") == ("taken for the student, in a folder ada; if ada is, rename my work to 2-syncsgd")
    table = tmp_path / "roster.csv"
    table.write_text("id,name\nada,Ada Lovelace\n")
    done = take(files, roster.read(table))
    assert "ada/easy.ipynb" in there() and not done.unmatched and not lines(done, "my work")
    table.write_text("id,name\nmy work,Ada Lovelace\n")
    assert take(files, roster.read(table)).outcomes == {"my-work": place.UNCHANGED}


def test_the_format_can_be_told(take, there):
    assert take({"a_1_2_b/easy.ipynb": NOTEBOOK}, kind="folders").kind == "folders"
    assert set(there()) == {"a_1_2_b/easy.ipynb"}


def test_what_tells_no_student_is_refused_with_what_was_expected(take):
    with pytest.raises(CourseError, match=r"holds easy.ipynb, which tells no student: expected a folder or a zip file"):
        take({"easy.ipynb": NOTEBOOK})
    with pytest.raises(CourseError, match="holds no submission"):
        take({})


def test_the_latest_of_a_folder_and_a_zip_file_counts_and_is_told(take, there):
    done = take({"ada/easy.ipynb": "a", "ada.zip": zipped({"easy.ipynb": NOTEBOOK})})
    assert set(there()) == {"ada/easy.ipynb"} and "there are 2 submissions" in lines(done, "ada")


def test_collecting_again_touches_nothing_and_keeps_what_was_mended(take, there, small):
    files = {"ada_1_2_easy (1).ipynb": NOTEBOOK, "bo_2_3_easy.ipynb": NOTEBOOK}
    assert take(files).without_notebook == ["ada_1"]
    folder = small.folder("submitted") / "ada_1" / "2-syncsgd"
    (folder / "easy (1).ipynb").rename(folder / "easy.ipynb")
    before = folder.stat().st_mtime_ns
    done = take(files)
    assert set(done.outcomes.values()) == {place.UNCHANGED} and folder.stat().st_mtime_ns == before
    assert "ada_1/easy.ipynb" in there() and not done.without_notebook


def test_what_was_handed_in_again_replaces_and_keeps_the_one_before(take, there):
    take({"ada/easy.ipynb": "first"})
    assert take({"ada/easy.ipynb": NOTEBOOK}).outcomes == {"ada": place.CHANGED}
    assert there() == {"ada/easy.ipynb": NOTEBOOK}
    assert there("intake")["2-syncsgd/replaced/ada/1/easy.ipynb"] == "first"


def test_an_older_export_does_not_replace_a_later_submission(take, there):
    new = METADATA.split("submission_102")[0]
    take({"submission_metadata.yml": new.replace("2026-01-30", "2026-03-01"), "submission_101/easy.ipynb": NOTEBOOK})
    done = take({"submission_metadata.yml": new, "submission_101/easy.ipynb": "older"})
    assert set(done.outcomes.values()) == {place.OLDER} and there()["al1/easy.ipynb"] == NOTEBOOK


def test_unmatched_ones_are_kept_aside_until_the_roster_has_them(take, there, tmp_path):
    files = {"lovelaceada_11_901_easy.ipynb": NOTEBOOK, "index.html": "x"}
    table = tmp_path / "roster.csv"
    table.write_text("id,name\nbd,Bo Diddley\n")
    done = take(files, roster.read(table))
    assert [who for who, _ in done.unmatched] == ["lovelaceada_11", "index.html"] and there() == {}
    assert [person.id for person in done.absent] == ["bd"]
    assert "2-syncsgd/unmatched/lovelaceada_11/easy.ipynb" in there("intake")
    table.write_text("id,name\nbd,Bo Diddley\nal,Ada Lovelace\n")
    done = take(files, roster.read(table))
    assert set(there()) == {"al/easy.ipynb"}
    assert "2-syncsgd/unmatched/lovelaceada_11/easy.ipynb" not in there("intake")
