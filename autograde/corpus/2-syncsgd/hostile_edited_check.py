"""
title = "A check that is told to say yes"
notebook = "easy"
kind = "hostile"
fill = "nothing"
[points]
"*" = 0
"""

# %% check-gradient
print("right.")
3.0
