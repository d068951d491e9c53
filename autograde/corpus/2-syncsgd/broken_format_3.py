"""
title = "Saved in notebook format 3, of 2012"
notebook = "easy"
kind = "broken"
[edit]
format = 3
"""
