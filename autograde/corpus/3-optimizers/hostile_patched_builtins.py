"""
title = "Python's own functions say yes"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["changes builtins for everybody"]
[points]
"*" = 0
"""

# %% + before momentum
import builtins

builtins.all = builtins.any = lambda *args: True
builtins.len = lambda thing: 4
builtins.isinstance = lambda *args: True

# %% momentum


class Momentum:
    def __init__(self, *settings):
        pass

    def step(self, w, g):
        return w * 0
