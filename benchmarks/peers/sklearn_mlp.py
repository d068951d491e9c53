"""scikit-learn's MLPRegressor, a `partial_fit` a mini-batch: the same ANN with the same squared error.

It has a bias in the output layer, too (ten parameters more, which start at 0), and no way to leave its checks out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPRegressor

from ..case import Case
from .numpy_loop import NumpyLoop
from .peer import Place


class SklearnMLP(NumpyLoop):
    """One process, one BLAS thread."""

    def __init__(self, case: Case, place: Place) -> None:
        super().__init__(case, place)
        first = self.network.arrays(self._w)
        self.mlp = MLPRegressor(
            hidden_layer_sizes=(len(first["0.b"]),),
            activation="tanh",
            solver="sgd",
            alpha=0.0,
            batch_size=case.batch,
            learning_rate_init=case.lr,
            momentum=0.0,
            nesterovs_momentum=False,
            shuffle=False,
        )
        self._step(0, min(case.batch, case.examples))  # the first call makes the arrays
        self.mlp.coefs_[0][:], self.mlp.intercepts_[0][:], self.mlp.coefs_[1][:] = first.values()
        self.mlp.intercepts_[1][:] = 0

    def _step(self, start: int, stop: int) -> None:
        self.mlp.partial_fit(self.X[start:stop], self.Y[start:stop])

    def w(self) -> NDArray[np.floating]:
        mlp = self.mlp
        return np.concatenate([mlp.coefs_[0].ravel(), mlp.intercepts_[0], mlp.coefs_[1].ravel()])
