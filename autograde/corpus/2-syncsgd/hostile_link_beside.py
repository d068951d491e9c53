"""
title = "A file beside the notebook that is a link to the solutions"
notebook = "easy"
kind = "hostile"
status = "not graded"
reason = ["data.txt is a link"]
[edit.links]
"data.txt" = "../../../solutions/2-syncsgd/easy.py"
"""
