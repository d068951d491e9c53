"""
title = "check is defined anew"
notebook = "easy"
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
    return 4.0
