"""
title = "A right answer that prints 60 MB beside it"
notebook = "easy"
kind = "hostile"
"""

# %% + after gradient
for _ in range(60):
    print("x" * 1_000_000)
