"""
title = "A copied check cell, which stops plain nbgrader for the whole class"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["'check-gradient' was copied"]
[edit]
copy = ["check-gradient", "gradient"]
"""
