"""The playground where there are no sliders: one run, drawn once."""

from __future__ import annotations

import base64
import html
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Still:
    """A picture of one run, with its words."""

    png: bytes
    words: str

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the picture to a .png file; returns its path."""
        path = Path(path)
        path.write_bytes(self.png)
        return path

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        source = base64.b64encode(self.png).decode()
        alt = html.escape(self.words, quote=True)
        return {
            "text/html": f'<img src="data:image/png;base64,{source}" alt="{alt}" style="max-width:100%">',
            "image/png": source,
            "text/plain": self.words,
        }

    def __repr__(self) -> str:
        return self.words
