"""
title = "An object that is equal to everything"
notebook = "easy"
kind = "hostile"
[points]
gradient = 0
"""


# %% gradient
class Yes:
    def __eq__(self, other):
        return True

    def __sub__(self, other):
        return 0

    __rsub__ = __sub__
    __hash__ = None


def gradient(w, X, Y, lam):
    return Yes()
