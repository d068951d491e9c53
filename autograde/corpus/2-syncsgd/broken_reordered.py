"""
title = "The function stands below its check"
notebook = "easy"
kind = "broken"
[points]
loss = 0
[says]
loss = ["no `loss`"]
[edit]
last = ["loss"]
"""
