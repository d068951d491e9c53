"""
title = "A tracer that changes what the collector writes down"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["looks into other code"]
[points]
"*" = 0
"""

# %% + before momentum
import sys


def tracer(frame, event, value):
    if frame.f_code.co_name in ("_value", "_one", "collect"):
        frame.f_locals["answer"] = {"value": 2.0, "problem": ""}
        frame.f_locals["answers"] = []
    return tracer


sys.settrace(tracer)
