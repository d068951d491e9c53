"""
title = "JSON, but not a notebook"
notebook = "easy"
kind = "broken"
status = "not graded"
reason = ["not a notebook that can be read"]
[points]
"*" = 0
[edit]
raw = "[1, 2, 3]"
"""
