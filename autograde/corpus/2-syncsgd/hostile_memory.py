"""
title = "Processes that together take more memory than there is for one notebook"
notebook = "easy"
kind = "hostile"
status = "graded, see reason"
reason = ["gradient: it used more than 2048 MB of memory"]
[points]
gradient = 0
"""


# %% gradient
def gradient(w, X, Y, lam):
    import os
    import time

    for _ in range(6):
        if os.fork() == 0:
            kept = b"x" * (450 * 2**20)
            time.sleep(600)
            return len(kept)
    time.sleep(600)
