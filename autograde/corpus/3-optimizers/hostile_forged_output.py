"""
title = "Nothing written, and the points put there as output"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["momentum: the notebook shows 2 points, its code gets 0"]
[points]
"*" = 0
[edit.forge]
check-momentum = "2.0"
"""
