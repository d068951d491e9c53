"""What people look at: pure functions from a run to a picture, and the course's report.

    picture = loss_contour(run, digits().train)      # shows itself as the last line of a notebook's cell
    picture.save("contour.png")
    alt_text(picture)                                # the same in words
    report(run)                                      # a table; report([run, other]) puts them side by side

`planes.py` and `surface.py` hold the numbers behind a loss contour and draw nothing. `style.py` is the visual
language. To add a picture, write a function that begins with `style.picture(theme)` and ends with
`return style.words(figure, title, caption, alt)`, the alt text made from the data; keep what it computes in a
function of its own, so that a test can look at numbers instead of pixels.
"""

from .contour import contour, loss_contour, race
from .curves import accuracy_curve, loss_curve
from .images import digits_with_predictions
from .playground import playground
from .report import Report, report
from .scaling import (
    backup_curve,
    iteration_seconds,
    speed_up,
    speed_ups,
    staleness_histogram,
    time_per_iteration,
)
from .style import Picture, alt_text
from .workers import timeline

__all__ = [
    "Picture",
    "Report",
    "accuracy_curve",
    "alt_text",
    "backup_curve",
    "contour",
    "digits_with_predictions",
    "iteration_seconds",
    "loss_contour",
    "loss_curve",
    "playground",
    "race",
    "report",
    "speed_up",
    "speed_ups",
    "staleness_histogram",
    "time_per_iteration",
    "timeline",
]
