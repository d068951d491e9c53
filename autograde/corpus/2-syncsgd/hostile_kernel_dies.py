"""
title = "A cell that ends the kernel, which is started again with what came before"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["the kernel died while it ran"]
"""

# %% + after gradient
import os

os.kill(os.getpid(), 9)
