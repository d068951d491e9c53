"""First values of the parameters."""

from __future__ import annotations

import math

import numpy as np

from sgdkit.types import Array

SCHEMES = ("lecun", "he", "glorot", "normal")
"""
lecun   normal, variance 1/fan-in, bias 0: keeps the size of the signal through tanh (LeCun et al. 1998,
section 4.6) he      normal, variance 2/fan-in, bias 0: the same for ReLU (He et al. 2015, equation 10) glorot
uniform within ±√(6 / (fan-in + fan-out)), bias 0: Keras' default (Glorot and Bengio 2010, equation 16) normal
standard normal, the bias too: for networks of a handful of weights
"""


def check_scheme(scheme: str) -> str:
    """The name itself; ValueError if there is no such scheme."""
    if scheme not in SCHEMES:
        raise ValueError(f"There is no initialisation {scheme!r}: take one of {', '.join(SCHEMES)}.")
    return scheme


def initial_weights(scheme: str, rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int) -> Array:
    """Weights of this shape, float64; fan-in and fan-out are the connections into and out of one neuron."""
    if scheme == "glorot":
        limit = math.sqrt(6 / (fan_in + fan_out))
        return rng.uniform(-limit, limit, shape)
    deviation = {"lecun": math.sqrt(1 / fan_in), "he": math.sqrt(2 / fan_in), "normal": 1.0}[scheme]
    return deviation * rng.standard_normal(shape)


def initial_bias(scheme: str, rng: np.random.Generator, outputs: int) -> Array:
    """A bias of shape (outputs,), float64."""
    return rng.standard_normal(outputs) if scheme == "normal" else np.zeros(outputs)
