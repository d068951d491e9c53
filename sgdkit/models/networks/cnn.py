"""The slides' convolutional network."""

from __future__ import annotations

from sgdkit.models.layers.conv2d import Conv2d
from sgdkit.models.layers.dense import Dense
from sgdkit.models.layers.images import Flatten, Images
from sgdkit.models.layers.maxpool2d import MaxPool2d
from sgdkit.models.layers.relu import ReLU
from sgdkit.models.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from sgdkit.models.network import Network


def cnn() -> Network:
    """Conv 1→16 5×5, ReLU, pool, conv 16→32 5×5, ReLU, pool, dense 1568→10: 416 + 12,832 + 15,690 = 28,938
    parameters.

    X: (n, 784) rows of 28×28 images, Y: (n, 10) one-hot or (n,) class numbers. The layers are those of the
    slides; the slides do not name the loss: it is softmax cross-entropy here, as torch would be used with
    these layers. Initialisation: He. Pooling comes before ReLU here: the largest of max(x, 0) is max(the
    largest x, 0), gradients included, so this is the slides' function for a quarter of the work.
    """
    layers = [
        Images(28, 28),
        Conv2d(1, 16, 5),
        MaxPool2d(),
        ReLU(),
        Conv2d(16, 32, 5),
        MaxPool2d(),
        ReLU(),
        Flatten(),
        Dense(1568, 10, init="he"),
    ]
    return Network("cnn()", layers, SoftmaxCrossEntropy(), inputs=784, classifier=True, block=16)
