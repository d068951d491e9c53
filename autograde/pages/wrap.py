"""How the feedback pages look, on top of nbgrader's template."""

import re
from typing import Any

from markupsafe import Markup
from nbconvert.preprocessors import Preprocessor
from nbformat import NotebookNode
from traitlets import Bool

#: The judge's messages are sentences in <pre>: they wrap in their box instead of running out of it. The list at the
#: top calls every check "Test cell"; its name goes behind that.
CSS = """
div.output_area pre, div.output_text pre { white-space: pre-wrap; overflow-wrap: anywhere; word-break: normal; }
div.output_subarea { max-width: 100%; overflow-x: auto; }
div.input_area pre { overflow-x: auto; }
div.text_cell_render pre { white-space: pre; overflow-x: auto; }
.rendered_html th, .rendered_html td { padding: 0.2em 0.8em; border: 1px solid #ddd; }
summary { display: list-item; cursor: pointer; }
div#toc a[href^="#check-"]::after { content: " " attr(href); }
"""


#: Bootstrap's icons, which the page does not use, would be looked for beside it.
_FONTS = re.compile(r"@font-face\s*{[^}]*}")


class Wrap(Preprocessor):
    """Adds the style above to those that nbconvert has put into the page, and takes out what asks for fonts."""

    enabled = Bool(True, help="Whether the style is added.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        resources.setdefault("inlining", {}).setdefault("css", []).append(CSS)
        include = resources.get("include_css")
        if include:
            resources["include_css"] = lambda name: Markup(_FONTS.sub("", include(name)))
        return nb, resources
