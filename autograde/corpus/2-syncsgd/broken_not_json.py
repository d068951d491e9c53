"""
title = "A file that is cut off"
notebook = "easy"
kind = "broken"
status = "not graded"
reason = ["not a notebook that can be read"]
[points]
"*" = 0
[edit]
raw = "{\\"cells\\": [{\\"cell_type\\": \\"code\\", \\"sour"
"""
