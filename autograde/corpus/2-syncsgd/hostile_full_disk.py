"""
title = "A right answer that fills the disk beside it"
notebook = "easy"
kind = "hostile"
"""

# %% + after gradient
for number in range(100):
    try:
        with open(f"big-{number}", "wb") as file:
            file.write(bytes(20 * 2**20))
    except OSError as error:
        print(error)
        break
