"""
title = "Nothing written, and the points put there as output"
notebook = "easy"
kind = "hostile"
fill = "nothing"
[points]
"*" = 0
[edit.forge]
check-gradient = "4.0"
"""
