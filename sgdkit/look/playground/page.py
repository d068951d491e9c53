"""Pieces of HTML around the pictures. Pure: text in, HTML out, and whatever comes from outside is escaped."""

from __future__ import annotations

import html
from collections.abc import Sequence

from ..style import number
from .goal import Attempt
from .settings import Settings

_BOX = "padding:6px 10px;border-left:4px solid {};margin:4px 0;font-size:15px;line-height:1.4;min-height:63px"
COLOURS = {"running": "#0072B2", "finished": "#009E73", "stopped": "#888888", "diverged": "#D55E00"}
SIGNS = {"running": "▶", "finished": "✓", "stopped": "■", "diverged": "✗", "failed": "✗"}


def status(how: str, words: str, trace: str = "") -> str:
    """The line that says what happened; a traceback is folded in below it."""
    colour = COLOURS.get(how, "#D55E00")
    more = ""
    if trace:
        more = f"<details><summary>What Python says</summary><pre>{html.escape(trace)}</pre></details>"
    live = "" if how == "running" else ' role="status"'  # a screen reader shall not read out ten numbers a second
    return f'<div{live} style="{_BOX.format(colour)}">{SIGNS.get(how, "✗")} {html.escape(words)}{more}</div>'


def game(settings: Settings, best: Sequence[Attempt]) -> str:
    """The goal and the best attempts at it."""
    goal = number(settings.choice.goal)
    told = (
        f"<b>The game:</b> bring the loss of {html.escape(settings.network)} on {settings.data} below {goal} "
        "(mean over an epoch) in the fewest seconds."
    )
    if not best:
        return f'<div style="line-height:1.4">{told} Nobody has done it yet.</div>'
    head = "".join(f'<th scope="col" style="{_CELL}">{name}</th>' for name in ("", "seconds", "steps", "with"))
    rows = "".join(
        f'<tr><td style="{_CELL}">{rank}</td><td style="{_CELL}">{number(one.seconds)}</td>'
        f'<td style="{_CELL}">{one.steps:,}</td><td style="{_CELL}">{html.escape(one.settings.words())}</td></tr>'
        for rank, one in enumerate(best, 1)
    )
    return (
        f'<div style="line-height:1.4">{told}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


_CELL = "padding:0 14px 0 0;text-align:left"


def note(own: Sequence[str], takes_rate: bool = True) -> str:
    """Which functions are the student's own, and whether the slider of the learning rate reaches the optimizer."""
    if not own:
        return ""
    rate = "" if takes_rate or "optimizer" not in own else " It has a learning rate that the slider does not change."
    return f"<div>Trains with <b>your own</b> {html.escape(', '.join(own))}.{rate}</div>"
