"""
title = "A right answer that fills the disk beside it, so that the pool of a later one finds no room"
notebook = "easy"
kind = "hostile"
[points]
sync_sgd = 0
[says]
sync_sgd = ["No space left on device"]
"""

# %% + after gradient
for number in range(100):
    try:
        with open(f"big-{number}", "wb") as file:
            file.write(bytes(20 * 2**20))
    except OSError as error:
        print(error)
        break
