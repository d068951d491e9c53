"""
title = "A right answer that leaves daemons behind, which compute for ever"
notebook = "easy"
kind = "hostile"
"""

# %% + after gradient
import os

for _ in range(2):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            while True:
                pass
        os._exit(0)
