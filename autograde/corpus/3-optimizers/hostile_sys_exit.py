"""
title = "Ends the interpreter from within"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["ends processes"]
[points]
momentum = 0
"""

# %% momentum
import sys


class Momentum:
    def __init__(self, lr, momentum):
        sys.exit(0)
