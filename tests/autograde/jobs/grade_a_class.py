"""Grades a course from the command line, as the tests kill it: python grade_a_class.py FOLDER ASSIGNMENT STUDENT…"""

import sys
from pathlib import Path

from autograde.commands.grade import grade
from autograde.course import Course
from tests.autograde.jobs import tiny

if __name__ == "__main__":
    try:
        sys.exit(1 if grade(Course(Path(sys.argv[1]), work=""), sys.argv[2], sys.argv[3:], 2, tiny.EXTRA) else 0)
    except KeyboardInterrupt:
        sys.exit(130)
