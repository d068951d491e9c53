"""
title = "A notebook of 200 MB"
notebook = "easy"
kind = "broken"
status = "not graded"
reason = ["at most 20 MB are read", "Clear its outputs"]
[points]
"*" = 0
[edit]
megabytes = 200
"""
