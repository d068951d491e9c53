"""
title = "check is defined anew"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["defines `check` anew"]
[points]
"*" = 0
"""


# %% + after setup
def check(name, *more):
    print("right.")
    return 3.0
