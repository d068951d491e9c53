"""Sliders for workers, mini-batch and learning rate, and a network that trains while one looks.

    from sgdkit.look import playground
    playground()

`settings.py` says what can be chosen; `runner.py` trains in a thread; `record.py` is what both threads share;
`frame.py` makes arrays of it, `panels.py` pictures, `words.py` sentences; `playground.py` joins them with the
widgets. Only it and `controls.py` know ipywidgets.
"""

from .start import playground

__all__ = ["playground"]
