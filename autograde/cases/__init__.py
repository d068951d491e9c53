"""The grader's own exam: submissions of imagined students with the outcome that each must get.

``case`` reads the files in ``autograde/corpus/``, ``submission`` makes notebooks of them, ``exam`` grades them
through nbgrader and compares. ``autograde/corpus/README.md`` says how to write one.
"""
