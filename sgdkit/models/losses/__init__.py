"""The losses, one file each; `loss.py` says what a loss is."""
