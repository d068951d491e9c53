"""
title = "Kills the kernel in the check"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["ends processes", "momentum: the kernel died"]
[points]
momentum = 0
"""

# %% momentum
import os


class Momentum:
    def __init__(self, lr, momentum):
        os._exit(0)
