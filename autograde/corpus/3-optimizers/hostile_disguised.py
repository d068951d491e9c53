"""
title = "An array that is equal to everything and turns into what is wanted"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["defines __eq__", "defines __array__"]
[points]
momentum = 0
"""


# %% momentum
class Yes(np.ndarray):
    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return np.zeros(3)

    def __array_ufunc__(self, *args, **kwargs):
        return np.bool_(True)


class Momentum:
    def __init__(self, lr, momentum):
        pass

    def step(self, w, g):
        return np.asarray(w).copy().view(Yes)
