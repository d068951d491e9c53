"""What people see of a submission, in feedback and in formgrader: nothing in it is run, and all of it is on the page.

``clean`` lets through what prose needs, ``prose`` turns a student's Markdown into such HTML, ``harmless`` makes a
graded notebook so before it is stored, and once more when it is shown; ``templates`` holds what is ours in nbgrader's
pages, ``server`` what is ours in its server, and ``wrap`` the style. docs/security-of-pages.md tells the whole story.
"""

from autograde.pages.harmless import Harmless, PlainNames
from autograde.pages.wrap import Wrap

__all__ = ["Harmless", "PlainNames", "Wrap"]
