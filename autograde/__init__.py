"""Release, grading and export of the course, as a thin layer on nbgrader.

``python -m autograde --help`` lists the commands. Plain ``nbgrader`` commands use the same judge and the
same folders through ``nbgrader_config.py``.
"""
