"""Digits with what the network takes them for."""

from __future__ import annotations

import pytest

from sgdkit.data import Dataset, Split
from sgdkit.look import alt_text, digits_with_predictions
from sgdkit.run import Run


def test_every_shown_image_has_its_prediction(digits_run: Run, images: Dataset) -> None:
    picture = digits_with_predictions(digits_run.model, digits_run.w, images, count=12, mistakes_first=False)
    seen = digits_run.model.predict(digits_run.w, images.X).argmax(axis=1)[:12]
    expected = [
        f"✓ {s}" if s == label else f"✗ {s} not {label}" for s, label in zip(seen, images.labels[:12], strict=True)
    ]
    assert [text.get_text() for text in picture.axes[0].texts] == expected
    assert len(picture.axes[0].images) == 12


def test_mistakes_come_first_and_are_counted(digits_run: Run, images: Dataset) -> None:
    wrong = int((digits_run.model.predict(digits_run.w, images.X).argmax(axis=1) != images.labels).sum())
    picture = digits_with_predictions(digits_run.model, digits_run.w, images, count=120)
    marks = [text.get_text()[0] for text in picture.axes[0].texts]
    assert marks == ["✗"] * wrong + ["✓"] * (120 - wrong)
    assert f"{120 - wrong} of 120 read rightly" in alt_text(picture)


def test_data_without_images_are_refused(parabola_run: Run, curve: Split) -> None:
    with pytest.raises(ValueError, match="square images"):
        digits_with_predictions(parabola_run.model, parabola_run.w, curve.train)
