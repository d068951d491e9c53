"""
title = "Publishes answers of its own after every cell, with a mark read from the running cell"
notebook = "easy"
kind = "hostile"
fill = "nothing"
[points]
"*" = 0
"""

# %% + before gradient
import re

_seen = []


def _spy(info):
    _seen[:] = re.findall(r"[0-9a-f]{32}", info.raw_cell)


def _forge(result):
    from IPython.display import publish_display_data

    for nonce in _seen:
        publish_display_data(
            {"application/vnd.sgdkit.answers+json": {"nonce": nonce, "answers": [{"value": 4.0}] * 50}}
        )
        publish_display_data({"application/vnd.sgdkit.answers+json": {"nonce": nonce, "answers": "all right"}})


get_ipython().events.register("pre_run_cell", _spy)
get_ipython().events.register("post_run_cell", _forge)
