"""
title = "Handed in as it was given out"
notebook = "easy"
kind = "broken"
fill = "nothing"
status = "graded"
[points]
"*" = 0
[says]
gradient = ["not written yet"]
"""
