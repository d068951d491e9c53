"""The course's secret: its owner's alone, and in no sandbox, release, log or graded notebook."""

import base64
import json
import re
import stat
import sys
from dataclasses import replace

import pytest

from autograde import classroom, engine
from autograde.cases import case, exam
from autograde.cases.submission import hand_in
from autograde.course import Course
from autograde.release import build

SEARCH = """
import os
found = []
for folder, _, names in os.walk("/"):
    if folder.startswith("/proc") or "site-packages" in folder:
        continue
    for name in names:
        answers = folder.endswith(("checks/optimizers", "checks/syncsgd")) and name.endswith(".py")
        if name in (".secret", "gradebook.db") or answers:
            found.append(os.path.join(folder, name))
print("SEARCHED", found, sorted(k for k in os.environ if "SECRET" in k.upper()))
"""


@pytest.mark.sandbox
@pytest.mark.timeout(300)
def test_the_secret_stays_with_its_owner(tmp_path):
    course = Course.here()
    sources = exam.lean(build.sources_of(course, "3-optimizers"))
    made = build.scratch(course, "3-optimizers", sources, tmp_path / "course")
    right = next(one for one in case.cases("3-optimizers") if one.name == "right_solution")
    spy = replace(right, written=(case.Written("setup", SEARCH, "after"),))
    for one, student in ((right, "ada"), (spy, "spy")):
        folder = made.folder("submitted") / student / "3-optimizers"
        hand_in(one, made.release / "3-optimizers", made.sources / "3-optimizers", folder)
    outcomes = classroom.grade(made, "3-optimizers", ["ada", "spy"], 1, engine.TRUSTED)
    secret = made.secret.read_bytes()
    if sys.platform != "win32":
        assert stat.S_IMODE(made.secret.stat().st_mode) == 0o600
    forms = [secret, secret.hex().encode(), base64.b64encode(secret), repr(secret).encode()]
    for file in made.root.rglob("*"):
        if file.is_file() and file != made.secret:
            content = file.read_bytes()
            assert not any(form in content for form in forms), file
    for outcome in outcomes.values():
        assert outcome.ok and not any(form in (outcome.log + outcome.error).encode() for form in forms)
    graded = (made.folder("autograded") / "spy" / "3-optimizers" / "optimizers.ipynb").read_text(encoding="utf-8")
    assert re.findall(r"SEARCHED \[.*?\n", json.loads(graded)["cells"][1]["outputs"][0]["text"][0]) == [
        "SEARCHED [] []\n"
    ]
