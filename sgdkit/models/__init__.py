"""Networks and their layers, every one a function of ONE flat parameter vector w.

    network = ann(hidden=50)
    w = network.init(seed=0)                            # (39750,)
    loss, gradient = network.loss_and_gradient(w, X, Y)  # SUMS over the rows of X

Read `network.py` first, then `layers/layer.py` (what a layer is), then any layer: each is one short file. A
layer of your own is a subclass of Layer with `forward` and `backward`, and `gradient` if it has parameters;
an activation function is shorter still, a subclass of Elementwise:

    class Softplus(Elementwise):
        def value(self, x, out):
            return np.logaddexp(0, x, out=out)      # y = log(1 + exp x)

        def slope(self, y, out):
            return np.subtract(1, np.exp(-y), out=out)  # dy/dx, from y

    network = Network("mine", [Dense(784, 20), Softplus(), Dense(20, 10)], SquaredError(), inputs=784)

docs/adding-a-layer.md goes through it, parameters and Hessian-vector products included.
"""

from sgdkit.models.layers.conv2d import Conv2d
from sgdkit.models.layers.dense import Dense
from sgdkit.models.layers.dropout import Dropout
from sgdkit.models.layers.elementwise import Elementwise
from sgdkit.models.layers.images import Flatten, Images
from sgdkit.models.layers.layer import Layer, Parameter
from sgdkit.models.layers.maxpool2d import MaxPool2d
from sgdkit.models.layers.piecewise_linear import PiecewiseLinear
from sgdkit.models.layers.relu import ReLU
from sgdkit.models.layers.sigmoid import Sigmoid
from sgdkit.models.layers.tanh import Tanh
from sgdkit.models.losses.loss import Loss
from sgdkit.models.losses.softmax_cross_entropy import SoftmaxCrossEntropy
from sgdkit.models.losses.squared_error import SquaredError
from sgdkit.models.memory import Memory
from sgdkit.models.network import Network
from sgdkit.models.networks.ann import ann
from sgdkit.models.networks.cnn import cnn
from sgdkit.models.networks.lenet import lenet
from sgdkit.models.networks.lorenz import lorenz
from sgdkit.models.networks.parabola import parabola

__all__ = [
    "Conv2d",
    "Dense",
    "Dropout",
    "Elementwise",
    "Flatten",
    "Images",
    "Layer",
    "Loss",
    "MaxPool2d",
    "Memory",
    "Network",
    "Parameter",
    "PiecewiseLinear",
    "ReLU",
    "Sigmoid",
    "SoftmaxCrossEntropy",
    "SquaredError",
    "Tanh",
    "ann",
    "cnn",
    "lenet",
    "lorenz",
    "parabola",
]
