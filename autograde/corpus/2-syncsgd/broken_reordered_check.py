"""
title = "A check moved to the end"
notebook = "easy"
kind = "broken"
[edit]
last = ["check-loss"]
"""
