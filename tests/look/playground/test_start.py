"""The playground where there is no notebook."""

from __future__ import annotations

import subprocess
import sys

from PIL import Image

from sgdkit.look import playground


def test_without_a_notebook_it_says_so_and_draws_once(capsys, tmp_path):
    still = playground()
    assert "need a notebook" in capsys.readouterr().out
    assert "Finished after 300 steps" in repr(still)
    with Image.open(still.save(tmp_path / "still.png")) as image:
        assert image.size == (1040, 600)
    bundle = still._repr_mimebundle_()
    assert set(bundle) == {"text/html", "image/png", "text/plain"} and "Finished after" in bundle["text/html"]


def test_importing_it_needs_no_widgets():
    code = "import sys; sys.modules['ipywidgets'] = None; from sgdkit.look import playground"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
