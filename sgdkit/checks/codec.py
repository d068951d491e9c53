"""Plain values as JSON text and back: how case inputs travel to a student's kernel and answers travel back.

It carries numbers, strings, None, lists, tuples, dicts and arrays of numbers, and nothing that could execute: no
pickle. Needs numpy and the standard library only: its source is also sent into the kernel (see `kernel.driver`).
"""

from __future__ import annotations

import base64
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

MAX_BYTES = 10_000_000
MAX_ITEMS = 100_000
MAX_DEPTH = 8
MAX_TEXT = 10_000
_KINDS = {"b", "i", "u", "f"}
_DTYPES = {"|b1", "|i1", "|u1", "<i2", "<i4", "<i8", "<u2", "<u4", "<u8", "<f2", "<f4", "<f8"}


class CodecError(ValueError):
    """A value that cannot be carried. The message is a noun phrase: 'an object of type Foo'."""


def encode(value: Any) -> Any:
    """`value` as something `json.dumps` can write.

    Ranges, sets and iterators become lists; numpy scalars become numbers; float16 to float64, integer
    and boolean arrays keep dtype and shape; an array of objects becomes nested lists.
    Raises CodecError for any other type, and for what is too large or too deep.
    """
    return _encode(value, MAX_DEPTH, [MAX_ITEMS, MAX_BYTES])


def _encode(value: Any, depth: int, room: list[int]) -> Any:
    room[0] -= 1
    if room[0] < 0:
        raise CodecError(f"more than {MAX_ITEMS:,} items")
    if depth < 0:
        raise CodecError(f"lists nested more than {MAX_DEPTH} deep")
    kind = type(value)
    if value is None or kind is bool:
        return value
    if isinstance(value, np.ndarray):
        return _encode_array(np.array(value, subok=False), depth, room)
    if isinstance(value, (np.generic, int, float)):
        return _encode_number(value, kind)
    if kind is str:
        if len(value) > MAX_TEXT:
            raise CodecError(f"a text of {len(value):,} characters")
        return value
    if isinstance(value, Mapping):
        pairs = [[_key(key), _encode(item, depth - 1, room)] for key, item in value.items()]
        return {"dict": pairs}
    if isinstance(value, (bytes, bytearray, memoryview)) or not isinstance(value, Iterable):
        raise CodecError(f"an object of type {kind.__name__}")
    items = []
    for item in sorted(value) if isinstance(value, (set, frozenset)) else value:
        items.append(_encode(item, depth - 1, room))
    return {"tuple": items} if kind is tuple else items


def _key(key: Any) -> str:
    if type(key) is not str or len(key) > 100:
        raise CodecError("a dict with keys that are not short texts")
    return key


def _encode_number(value: Any, kind: type) -> Any:
    if isinstance(value, np.generic) and value.dtype.kind not in _KINDS:
        raise CodecError(f"a number of type {kind.__name__}")
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        whole = int(value)
        if abs(whole) >= 2**63:
            raise CodecError("an integer with more than 63 bits")
        return whole
    number = float(value)
    return number if math.isfinite(number) else {"float": str(number)}


def _encode_array(array: np.ndarray, depth: int, room: list[int]) -> Any:
    if array.dtype.kind == "O":
        return _encode(array.tolist(), depth, room)
    if array.dtype.kind not in _KINDS or array.dtype.itemsize > 8:
        raise CodecError(f"an array of {array.dtype}")
    room[1] -= array.nbytes
    if room[1] < 0:
        raise CodecError(f"arrays of more than {MAX_BYTES:,} bytes")
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    text = base64.b64encode(little.tobytes()).decode("ascii")
    return {"array": text, "dtype": little.dtype.str, "shape": list(array.shape)}


def decode(data: Any) -> Any:
    """The value that `encode` wrote, from parsed JSON. Arrays are new and writable.

    Raises CodecError where `data` is not something that `encode` writes.
    """
    return _decode(data, MAX_DEPTH, [MAX_ITEMS, MAX_BYTES])


def _decode(data: Any, depth: int, room: list[int]) -> Any:
    room[0] -= 1
    if room[0] < 0 or depth < 0:
        raise CodecError("data with too many items or too deep")
    kind = type(data)
    if data is None or kind is bool or (kind is int and abs(data) < 2**63):
        return data
    if kind is float and math.isfinite(data):
        return data
    if kind is str and len(data) <= MAX_TEXT:
        return data
    if kind is list:
        return [_decode(item, depth - 1, room) for item in data]
    if kind is dict:
        keys = set(data)
        if keys == {"float"} and data["float"] in ("nan", "inf", "-inf"):
            return float(data["float"])
        if keys == {"array", "dtype", "shape"}:
            return _decode_array(data["array"], data["dtype"], data["shape"], room)
        if keys == {"tuple"} and type(data["tuple"]) is list:
            return tuple(_decode(item, depth - 1, room) for item in data["tuple"])
        if keys == {"dict"} and type(data["dict"]) is list:
            return dict(_decode_pair(pair, depth, room) for pair in data["dict"])
    raise CodecError("data of an unknown form")


def _decode_pair(pair: Any, depth: int, room: list[int]) -> tuple[str, Any]:
    if type(pair) is not list or len(pair) != 2:
        raise CodecError("data of an unknown form")
    return _key(pair[0]), _decode(pair[1], depth - 1, room)


def _decode_array(text: Any, dtype: Any, shape: Any, room: list[int]) -> np.ndarray:
    if not (type(text) is str and type(dtype) is str and type(shape) is list and len(shape) <= MAX_DEPTH):
        raise CodecError("an array of an unknown form")
    if dtype not in _DTYPES:
        raise CodecError("an array of an unknown dtype")
    if not all(type(n) is int and 0 <= n <= MAX_BYTES for n in shape):
        raise CodecError("an array of an unknown shape")
    bytes_expected = math.prod(shape) * np.dtype(dtype).itemsize
    room[1] -= bytes_expected
    if room[1] < 0 or len(text) > 2 * MAX_BYTES:
        raise CodecError(f"arrays of more than {MAX_BYTES:,} bytes")
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise CodecError("an array whose bytes are damaged") from None
    if len(raw) != bytes_expected:
        raise CodecError("an array whose bytes do not fit its shape")
    if dtype == "|b1":
        return np.frombuffer(raw, dtype=np.uint8).reshape(shape) != 0
    return np.frombuffer(raw, dtype=dtype).reshape(shape).astype(np.dtype(dtype).newbyteorder("="))
