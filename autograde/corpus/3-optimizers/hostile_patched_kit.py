"""
title = "The kit's judge says yes"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["changes sgdkit for everybody", "reaches into the checks"]
[points]
momentum = 0
"""

# %% + before momentum
import sgdkit.checks.judge
import sgdkit.checks.exercise

sgdkit.checks.judge.judge = lambda *args: None
sgdkit.checks.exercise.Exercise.judge = lambda self, *args: sgdkit.checks.Verdict(True, self.points, self.points, "")
sgdkit.checks.check = lambda *args: 2.0

# %% momentum


class Momentum:
    def __init__(self, *settings):
        pass

    def step(self, w, g):
        return w * 0
