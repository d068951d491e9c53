"""What is ours in formgrader's server, and the settings by which nbgrader makes its pages as we want them."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import nbgrader
from traitlets.config import Config

TEMPLATES = Path(__file__).with_name("templates")
FORMGRADER = "nbgrader.server_extensions.formgrader"


def configure(c: Config) -> None:
    """Let every page that nbgrader makes of a submission, feedback or formgrader's, be made harmless."""
    pages = c.HTMLExporter
    pages.extra_template_basedirs = [
        str(TEMPLATES),
        str(Path(nbgrader.__file__).with_name("server_extensions") / "formgrader" / "templates"),
    ]
    pages.preprocessors = ["autograde.pages.Harmless", "autograde.pages.PlainNames"]
    pages.filters = {"markdown2html": "autograde.pages.prose.markdown2html"}
    pages.sanitize_html = True
    _protect()


def _protect() -> None:
    """Where this process is a Jupyter server: what formgrader's other pages need, which has no setting.

    nbgrader reads its configuration before formgrader serves anything, so this comes in time.
    """
    served: Any = sys.modules.get(f"{FORMGRADER}.formgrader")
    if served is None or isinstance(served.Environment, partial):  # the configuration is read again and again
        return
    # Its lists write the student's id and the like into the page as they are.
    served.Environment = partial(served.Environment, autoescape=True)
    # A file handed in beside the notebook has an address there: as a page, it runs nothing.
    served.handlers.SubmissionFilesHandler.content_security_policy = "sandbox; default-src 'none'"
