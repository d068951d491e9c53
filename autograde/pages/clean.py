"""HTML that may stand in a page, whoever wrote it: bleach with a list of what prose needs."""

import html

import bleach
from pygments.token import STANDARD_TYPES

TAGS = frozenset(
    "a abbr b blockquote br code dd del details div dl dt em h1 h2 h3 h4 h5 h6 hr i img input kbd li ol p pre s span "
    "strong sub summary sup table tbody td th thead tr u ul".split()
)
#: Nothing here names an element (``id``), which could take a part of the page's place; nothing gives it a place.
PLAIN = frozenset({("a", "title"), ("abbr", "title"), ("details", "open"), ("img", "alt"), ("ol", "start")})
LINKS = ("http://", "https://", "mailto:", "#")
PICTURES = ("image/png", "image/jpeg", "image/gif")
_DATA = tuple(f"data:{kind};base64," for kind in PICTURES)
#: The classes of highlighted code and of lists to tick off; bootstrap's would let a student imitate the page.
_CLASSES = {
    "div": frozenset({"highlight"}),
    "span": frozenset(STANDARD_TYPES.values()),
    "li": frozenset({"task-list-item"}),
    "input": frozenset({"task-list-item-checkbox"}),
}
_ALIGN = frozenset(f"text-align:{side}" for side in ("left", "center", "right"))


class _Align:
    """What a table's alignment in Markdown becomes, and no other style, by the one method that bleach calls."""

    def sanitize_css(self, style: str) -> str:
        return style if style in _ALIGN else ""


def _allowed(tag: str, name: str, value: str) -> bool:
    """Whether an element keeps an attribute."""
    if (tag, name) in PLAIN:
        return True
    if name == "href":
        # No path in this server or on this disk: a page that was handed in beside the notebook would be opened there.
        return tag == "a" and value.lower().startswith(LINKS)
    if name == "src":
        # No picture from elsewhere: asking for it tells when the page is read.
        return tag == "img" and value.lower().startswith(_DATA)
    if name == "class":
        return value in _CLASSES.get(tag, ())
    if name == "style":
        return tag in ("td", "th") and value in _ALIGN
    return tag == "input" and (name in ("checked", "disabled") or (name, value) == ("type", "checkbox"))


_cleaner = bleach.Cleaner(
    tags=TAGS,
    attributes=_allowed,
    protocols={"http", "https", "mailto", "data"},
    css_sanitizer=_Align(),
)


def clean(given: str) -> str:
    """The same HTML without anything that runs, loads or moves; unknown elements are shown as text."""
    try:
        return str(_cleaner.clean(given))
    except (RecursionError, ValueError):  # nested deeper than any prose
        return as_text(given)


def as_text(given: str) -> str:
    """HTML that shows ``given`` letter by letter."""
    return f"<pre>{html.escape(given)}</pre>"
