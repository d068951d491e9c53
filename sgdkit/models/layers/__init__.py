"""The layers, one file each; `layer.py` says what a layer is."""
