"""
title = "A link to another student's notebook"
notebook = "easy"
kind = "hostile"
status = "not graded"
reason = ["easy.ipynb is a link"]
[edit.links]
"easy.ipynb" = "../../right_solution/2-syncsgd/easy.ipynb"
"""
