"""LeNet as Apache SystemDS trains it."""

from __future__ import annotations

from sgdkit.models.layers.conv2d import Conv2d
from sgdkit.models.layers.dense import Dense
from sgdkit.models.layers.dropout import Dropout
from sgdkit.models.layers.images import Flatten, Images
from sgdkit.models.layers.maxpool2d import MaxPool2d
from sgdkit.models.layers.relu import ReLU
from sgdkit.models.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from sgdkit.models.network import Network


def lenet(classes: int = 10) -> Network:
    """Conv 1→32 5×5, ReLU, pool, conv 32→64 5×5, ReLU, pool, dense 3136→512, ReLU, dropout ½, dense
    512→classes.

    832 + 51,264 + 1,606,144 + 5,130 = 1,663,370 parameters for ten classes; X: (n, 784) rows of 28×28 images
    with pixels in [-1, 1], Y: (n, classes) one-hot or (n,) class numbers; softmax cross-entropy, He
    initialisation, and `penalised` covers the weights but not the biases. Source: Apache SystemDS,
    scripts/nn/examples/mnist_lenet_distrib_sgd.dml. Pooling comes before ReLU, see `cnn`.
    """
    layers = [
        Images(28, 28),
        Conv2d(1, 32, 5),
        MaxPool2d(),
        ReLU(),
        Conv2d(32, 64, 5),
        MaxPool2d(),
        ReLU(),
        Flatten(),
        Dense(3136, 512, init="he"),
        ReLU(),
        Dropout(0.5),
        Dense(512, classes, init="he"),
    ]
    name = "lenet()" if classes == 10 else f"lenet(classes={classes})"
    loss = SoftmaxCrossEntropy()
    return Network(name, layers, loss, inputs=784, classifier=True, penalise_bias=False, block=32)
