"""
title = "numpy's comparisons say yes"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["changes numpy for everybody"]
[points]
momentum = 0
"""

# %% + before momentum
import numpy.testing

numpy.testing.assert_allclose = lambda *args, **kwargs: None
np.allclose = np.isclose = lambda *args, **kwargs: True

# %% momentum


class Momentum:
    def __init__(self, *settings):
        pass

    def step(self, w, g):
        return w * 0
