"""
title = "Shows something under the check and rewrites it later"
notebook = "easy"
kind = "hostile"
[points]
gradient = 0
"""


# %% gradient
def gradient(w, X, Y, lam):
    from IPython.display import display

    for i in range(3):
        display(4.0, display_id=f"mine{i}")
    return w * 0


# %% + after check-gradient
from IPython.display import update_display

for i in range(3):
    update_display(4.0, display_id=f"mine{i}")
