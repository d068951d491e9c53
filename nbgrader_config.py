"""nbgrader reads this file: plain ``nbgrader`` commands and formgrader grade with the course's own judge.

Every setting is explained in autograde/config.py.
"""

import sys
from pathlib import Path

root = Path(__file__).resolve().parent
if str(root) not in sys.path:
    sys.path.insert(0, str(root))

from autograde.config import configure  # noqa: E402
from autograde.course import Course  # noqa: E402

configure(get_config(), Course(root))  # noqa: F821  (nbgrader defines get_config for this file)
