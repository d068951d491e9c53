"""
title = "Nothing written, and the checks tagged to be skipped"
notebook = "optimizers"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["tagged to be skipped"]
[points]
"*" = 0
[edit.tag]
check-momentum = ["skip-execution"]
check-adam = ["skip-execution"]
"""
