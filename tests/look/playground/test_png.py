"""The fast PNG encoder, read back by another one's decoder."""

from __future__ import annotations

import io

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sgdkit.look.playground.png import encode


@given(st.integers(1, 30), st.integers(1, 30), st.integers(0, 2**32 - 1))
def test_every_pixel_comes_back(height, width, seed):
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 4)).astype(np.uint8)
    image = Image.open(io.BytesIO(encode(pixels)))
    assert image.mode == "RGBA" and image.size == (width, height)
    assert np.array_equal(np.asarray(image), pixels)
