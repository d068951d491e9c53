"""
title = "Publishes answers of its own with a mark read from the running cell"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["sends answers of its own"]
[points]
"*" = 0
"""

# %% + before momentum
import re

_seen = []


def _spy(info):
    _seen[:] = re.findall(r"[0-9a-f]{32}", info.raw_cell)


def _forge(result):
    from IPython.display import publish_display_data

    for nonce in _seen:
        answer = {"value": 4.0, "points": 3.0}
        publish_display_data({"application/vnd.sgdkit.answers+json": {"nonce": nonce, "answers": [answer] * 12}})


get_ipython().events.register("pre_run_cell", _spy)
get_ipython().events.register("post_run_cell", _forge)
