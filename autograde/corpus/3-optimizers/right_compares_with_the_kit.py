"""
title = "Compares with the kit's optimizers in a cell of its own"
notebook = "optimizers"
kind = "right"
"""

# %% + after check-momentum
from sgdkit.optimizers import Momentum as Theirs

theirs, mine = Theirs(0.1, 0.9), Momentum(0.1, 0.9)
here, g = np.array([1.0, 2.0]), np.array([0.5, 0.1])
print(theirs.step(here.copy(), g) - mine.step(here, g))
