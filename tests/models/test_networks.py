"""The course's networks: sizes, shapes and first values."""

from __future__ import annotations

import numpy as np
import pytest

from sgdkit.models import ann, cnn, lenet, lorenz, parabola
from tests.models.reference import examples

NETWORKS = [
    (parabola, 16, 1, 1),
    (lambda: ann(10), 7_950, 784, 10),
    (lambda: ann(50), 39_750, 784, 10),
    (cnn, 28_938, 784, 10),
    (lenet, 1_663_370, 784, 10),
    (lambda: lorenz([5, 8, 5]), 131, 3, 3),
    (lambda: lorenz([5, 8, 8, 8, 8, 8, 5]), 419, 3, 3),
]


@pytest.mark.parametrize(("make", "size", "inputs", "outputs"), NETWORKS)
def test_a_network_has_the_sizes_of_its_source(make, size, inputs, outputs):
    network = make()
    w = network.init(0)
    assert (network.size, network.input_shape, network.output_size) == (size, (inputs,), outputs)
    assert w.shape == (size,) and w.dtype == np.float64
    assert network.predict(w, np.zeros((3, inputs))).shape == (3, outputs)
    assert f"{size:,}" in repr(network)


@pytest.mark.parametrize("hidden", [10, 20, 50])
def test_the_ann_has_795_parameters_a_hidden_node(hidden):
    assert ann(hidden).size == 795 * hidden


def test_the_slides_count_the_cnn_layer_by_layer():
    sizes = [array.size for array in cnn().arrays(np.zeros(28_938)).values()]
    assert [sizes[0] + sizes[1], sizes[2] + sizes[3], sizes[4] + sizes[5]] == [416, 12_832, 15_690]


@pytest.mark.parametrize("make", [row[0] for row in NETWORKS])
def test_first_values_depend_on_the_seed_alone_and_round_to_float32(make):
    network = make()
    w = network.init(7)
    assert np.array_equal(w, network.init(7))
    assert np.array_equal(w, network.init(np.random.default_rng(7)))
    assert not np.array_equal(w, network.init(8))
    assert np.array_equal(network.init(7, np.float32), w.astype(np.float32))


def test_first_values_have_the_spread_that_their_scheme_says():
    he = lenet().arrays(lenet().init(0))
    assert np.std(he["8.W"]) == pytest.approx(np.sqrt(2 / 3136), rel=0.01)
    assert np.std(he["4.W"]) == pytest.approx(np.sqrt(2 / 800), rel=0.02)
    lecun = ann(50).arrays(ann(50).init(0))
    assert np.std(lecun["0.W"]) == pytest.approx(np.sqrt(1 / 784), rel=0.02)
    glorot = lorenz([200, 200]).arrays(lorenz([200, 200]).init(0))["2.W"]
    assert np.abs(glorot).max() == pytest.approx(np.sqrt(6 / 400), rel=0.01)
    assert all(np.all(array == 0) for name, array in (he | lecun).items() if name.endswith("b"))
    assert np.all(parabola().init(0) != 0)


def test_arrays_are_views_that_cover_the_whole_vector():
    network = cnn()
    w = np.zeros(network.size)
    arrays = network.arrays(w)
    assert {name: array.shape for name, array in arrays.items()} == {
        "1.W": (5, 5, 1, 16),
        "1.b": (16,),
        "4.W": (5, 5, 16, 32),
        "4.b": (32,),
        "8.W": (1568, 10),
        "8.b": (10,),
    }
    for array in arrays.values():
        array += 1
    assert np.all(w == 1)


def test_only_lenet_leaves_its_biases_unpenalised():
    network = lenet()
    assert all(other.penalised is None for other in (parabola(), ann(10), cnn(), lorenz()))
    for name, array in network.arrays(network.penalised).items():
        assert np.all(array == (not name.endswith("b")))


def test_only_classifiers_have_an_accuracy():
    network = ann(10)
    w, X, _ = examples(network, 20)
    labels = network.predict(w, X).argmax(axis=1)
    assert network.accuracy(w, X, labels) == 1.0
    assert network.accuracy(w, X, np.eye(10)[labels]) == 1.0
    labels[:5] = (labels[:5] + 1) % 10
    assert network.accuracy(w, X, labels) == 0.75
    with pytest.raises(ValueError, match="has no accuracy"):
        parabola().accuracy(parabola().init(0), np.ones((2, 1)), np.ones((2, 1)))


def test_pooling_before_relu_is_the_function_of_the_slides():
    from sgdkit.models import Network

    network = cnn()
    layers = list(network.layers)
    for i in (2, 5):
        layers[i], layers[i + 1] = layers[i + 1], layers[i]
    slides = Network("slides", layers, network.loss_function, inputs=784, classifier=True, block=16)
    w, X, Y = examples(network, 5)
    X[:, :300] = 0  # blank regions, where all four of a square are equal
    loss, gradient = network.loss_and_gradient(w, X, Y)
    other_loss, other_gradient = slides.loss_and_gradient(w, X, Y)
    assert loss == other_loss
    assert np.array_equal(gradient, other_gradient)


def test_lenet_takes_another_number_of_classes():
    assert lenet(classes=26).output_size == 26
    assert lenet(classes=26).size == 1_663_370 + 16 * 513


def test_lorenz_without_a_hidden_layer_is_refused():
    with pytest.raises(ValueError, match="at least one hidden layer"):
        lorenz([])
