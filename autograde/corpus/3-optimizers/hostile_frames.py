"""
title = "Looks for the cases and the expected values in the running frames"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["looks into other code"]
[points]
adam = 0
"""

# %% adam
import gc
import sys


class Adam:
    def __init__(self, *settings):
        self.found = []
        frame = sys._getframe()
        while frame is not None:
            self.found += [v for k, v in frame.f_locals.items() if k in ("expected", "right", "reference", "verdict")]
            frame = frame.f_back
        self.found += [o for o in gc.get_objects() if type(o).__name__ in ("Verdict", "Misconception", "Case")]

    def step(self, w, g):
        for thing in self.found:
            thing = getattr(thing, "gives", thing)
            if callable(thing):
                return thing(w)
        return w - g
