"""
title = "check is defined anew, and the answers are right"
notebook = "optimizers"
kind = "hostile"
status = "graded, see reason"
reason = ["defines `check` anew"]
"""

# %% + after setup
check = lambda *args: 3.0
