import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from sgdkit.checks import codec

plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


def through(value):
    return codec.decode(json.loads(json.dumps(codec.encode(value), allow_nan=False)))


@given(plain)
@settings(deadline=None)
def test_plain_values_come_back_as_they_were(value):
    assert through(value) == value


@given(hnp.arrays(st.sampled_from(["f4", "f8", "i4", "i8", "u1", "?", ">f8"]), hnp.array_shapes(min_side=0)))
@settings(deadline=None)
def test_arrays_keep_numbers_dtype_and_shape(array):
    back = through(array)
    assert back.shape == array.shape and back.dtype == array.dtype.newbyteorder("=")
    assert np.array_equal(back, array, equal_nan=array.dtype.kind == "f")


def test_arrays_come_back_writable_and_not_shared():
    array = np.zeros(3)
    back = through(array)
    back[0] = 1
    assert array[0] == 0


def test_non_finite_numbers_survive():
    assert np.isnan(through(float("nan"))) and through(np.float32("-inf")) == -np.inf


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (range(3), [0, 1, 2]),
        ({2, 1}, [1, 2]),
        ((i for i in "ab"), ["a", "b"]),
        (np.int32(4), 4),
        (np.bool_(True), True),
    ],
)
def test_what_can_be_listed_becomes_a_list_or_number(value, expected):
    assert through(value) == expected


def test_ragged_object_arrays_become_lists():
    ragged = np.empty(2, dtype=object)
    ragged[:] = [np.array([1, 2]), np.array([3])]
    assert [list(shard) for shard in through(ragged)] == [[1, 2], [3]]


class Equal:
    def __eq__(self, other):
        return True

    def __array__(self, *args, **kwargs):
        return np.zeros(3)


@pytest.mark.parametrize(
    ("value", "named"),
    [
        (Equal(), "type Equal"),
        (b"bytes", "type bytes"),
        (1j, "type complex"),
        (np.array([1j]), "complex"),
        (np.array(["a"]), "U1"),
        (2**70, "63 bits"),
        ({1: 2}, "keys"),
        ("a" * 100_000, "text"),
        (np.zeros(2_000_000), "bytes"),
        ([0] * 200_000, "items"),
    ],
)
def test_everything_else_is_refused_by_name(value, named):
    with pytest.raises(codec.CodecError, match=named):
        codec.encode(value)


def test_endless_and_deep_values_are_refused():
    def endless():
        while True:
            yield 1

    deep: list = []
    deep.append(deep)
    for value in (endless(), deep):
        with pytest.raises(codec.CodecError):
            codec.encode(value)


class Subclass(np.ndarray):
    pass


def test_array_subclasses_become_plain_arrays():
    assert type(through(np.zeros(2).view(Subclass))) is np.ndarray


@pytest.mark.parametrize(
    "data",
    [
        {"array": "AAAA", "dtype": "<f8", "shape": [1]},
        {"array": "!", "dtype": "<f8", "shape": [0]},
        {"array": "", "dtype": "O", "shape": [0]},
        {"array": "", "dtype": "<f8", "shape": [-1]},
        {"array": "", "dtype": "<f8", "shape": [10**9]},
        {"array": "", "dtype": "<f8"},
        {"float": "1"},
        {"dict": [["a"]]},
        {"pickle": "x"},
        {"tuple": 3},
        2**70,
        float("inf"),
    ],
)
def test_damaged_data_is_refused(data):
    with pytest.raises(codec.CodecError):
        codec.decode(data)
