"""
title = "A folder without the notebook"
notebook = "easy"
kind = "broken"
status = "not graded"
reason = ["holds none of"]
[edit]
missing = true
"""
