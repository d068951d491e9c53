"""
title = "The kit's network under the names of the exercises"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["gradient: uses sgdkit.models"]
[points]
gradient = 0
[says]
gradient = ["write this one yourself"]
"""

# %% gradient
import sgdkit.models


def gradient(w, X, Y, lam):
    return sgdkit.models.ann(HIDDEN).gradient(w, X, Y) + lam * w
