"""
title = "Check cells deleted"
notebook = "easy"
kind = "hostile"
fill = "nothing"
status = "graded, see reason"
reason = ["'check-gradient' was missing"]
[points]
"*" = 0
[edit]
delete = ["check-gradient"]
"""
