"""
title = "numpy.testing, builtins and the kit say yes"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["changes numpy for everybody", "changes sgdkit for everybody", "changes builtins for everybody"]
[points]
gradient = 0
"""

# %% + before gradient
import builtins

import numpy.testing
import sgdkit.checks.judge

numpy.testing.assert_allclose = numpy.testing.assert_array_equal = lambda *args, **kwargs: None
sgdkit.checks.judge.close = lambda *args: True
builtins.abs = lambda x: 0


# %% gradient
def gradient(w, X, Y, lam):
    return w * 0
