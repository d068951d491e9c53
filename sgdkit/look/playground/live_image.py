"""A picture that changes, and has words for people who cannot see it."""

from __future__ import annotations

import ipywidgets
from traitlets import Unicode


class LiveImage(ipywidgets.Image):  # type: ignore[misc]
    """An Image whose `tooltip` is its alternative text (as `title`: ipywidgets has nothing else for an image).

    ipywidgets 8 looks at `description` before it sets the tooltip, and an Image has none: it would be an error.
    """

    description = Unicode("").tag(sync=True)
