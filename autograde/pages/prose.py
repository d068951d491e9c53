"""A student's Markdown, for pages."""

from functools import lru_cache
from typing import Any

from bs4 import BeautifulSoup
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from autograde.pages.clean import as_text, clean

Attachments = dict[str, dict[str, str]]


@pass_context
def markdown2html(context: Any, source: str) -> str:
    """Stands in for nbconvert's filter of this name, which lets HTML through: cells, comments and outputs come here."""
    return page(source, context.get("cell", {}).get("attachments", {}))


def page(source: str, attachments: Attachments) -> str:
    """The Markdown as clean HTML. What cannot be rendered (an attachment is missing, say) is shown as text."""
    try:
        return clean(_render(source, attachments))
    except Exception:  # any: the text is a student's
        return as_text(source)


def harmless(source: str, attachments: Attachments) -> bool:
    """Whether the Markdown can be left as it is: even rendered by a tool that cleans nothing it would do nothing."""
    return _harmless(source, attachments) if attachments else _known(source)


@lru_cache(1024)
def _known(source: str) -> bool:
    """As above, asked once of the course's own prose, which every submission has."""
    return _harmless(source, {})


def _harmless(source: str, attachments: Attachments) -> bool:
    try:
        html = _render(source, attachments)
        return _tree(html) == _tree(clean(html))
    except Exception:  # whatever a renderer raises at somebody's text
        return False


def _tree(html: str) -> BeautifulSoup:
    """The HTML inside a page, which it must not close."""
    return BeautifulSoup(f"<main><div>{html}</div></main>", "html.parser")


def quoted(source: str) -> str:
    """Markdown that shows ``source`` as text."""
    fence = "~~~"
    while fence in source:
        fence += "~"
    return f"{fence}\n{source}\n{fence}"


def _render(source: str, attachments: Attachments) -> str:
    # As nbconvert does, but for the anchors, which would give headings names.
    renderer = IPythonRenderer(escape=False, attachments=attachments, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(source))
