"""
title = "Nothing written, and the check tagged to be skipped"
notebook = "easy"
kind = "hostile"
fill = "nothing"
[points]
"*" = 0
[edit.tag]
check-gradient = ["skip-execution"]
"""
