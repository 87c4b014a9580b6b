"""The fingerprint of a noun: equal values give equal digests, on every machine.

Nouns with arrays are compared by `digest`; audit, replay and tests share it.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray


def frozen_array(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """A read-only, C-contiguous array of the given type that shares no memory others can write."""
    array = np.array(values, dtype=dtype, order="C", copy=True)
    array.flags.writeable = False
    return array


def freeze(noun: object, **columns: DTypeLike) -> None:
    """Replace the named array fields of a frozen noun by read-only arrays of the given types."""
    for name, dtype in columns.items():
        object.__setattr__(noun, name, frozen_array(getattr(noun, name), dtype))


def digest(noun: object) -> str:
    """SHA-256 over the canonical form of a noun, as 64 hexadecimal digits.

    The form spells type and field names, little-endian array bytes with shape and type, numbers by
    their exact value, instants in UTC. Minus zero counts as zero; every NaN is one NaN.
    """
    hasher = hashlib.sha256()
    for piece in _canonical(noun):
        hasher.update(len(piece).to_bytes(8, "little"))
        hasher.update(piece)
    return hasher.hexdigest()


def _canonical(value: Any) -> Iterable[bytes]:
    if value is None or isinstance(value, bool | str | int | Enum):
        yield _plain(value)
    elif isinstance(value, float | np.floating):
        yield b"float" + _array_bytes(np.asarray([value], dtype=np.float64))
    elif isinstance(value, np.generic):
        yield from _canonical(value.item())
    elif isinstance(value, np.ndarray):
        yield f"array {value.dtype.kind} {value.shape}".encode()
        yield _array_bytes(value)
    elif isinstance(value, datetime):
        yield f"instant {_epoch_microseconds(value)}".encode()
    elif isinstance(value, timedelta):
        yield f"span {value // timedelta(microseconds=1)}".encode()
    else:
        yield from _canonical_of_parts(value)


def _canonical_of_parts(value: Any) -> Iterable[bytes]:
    if is_dataclass(value) and not isinstance(value, type):
        yield f"noun {type(value).__name__}".encode()
        for field in fields(value):
            yield field.name.encode()
            yield from _canonical(getattr(value, field.name))
    elif isinstance(value, Mapping):
        yield f"mapping {len(value)}".encode()
        for key in sorted(value, key=str):
            yield from _canonical(key)
            yield from _canonical(value[key])
    elif isinstance(value, tuple | list):
        yield f"sequence {len(value)}".encode()
        for item in value:
            yield from _canonical(item)
    elif isinstance(value, frozenset | set):
        yield f"set {len(value)}".encode()
        yield from (_plain(item) for item in sorted(value, key=str))
    else:
        raise TypeError(f"digest of {type(value).__name__}: not a noun, array or plain value")


def _plain(value: Any) -> bytes:
    if isinstance(value, Enum):
        return f"{type(value).__name__} {value.value!r}".encode()
    return f"{type(value).__name__} {value!r}".encode()


def _array_bytes(array: NDArray[Any]) -> bytes:
    if array.dtype.kind in "OUS":
        return "\x1f".join(repr(str(item)) for item in array.ravel()).encode()
    plain = np.ascontiguousarray(array)
    if plain.dtype.kind == "f":
        plain = np.where(np.isnan(plain), np.nan, plain + 0.0).astype(plain.dtype)
        plain = np.where(plain == 0, np.zeros((), plain.dtype), plain)
    return plain.astype(plain.dtype.newbyteorder("<")).tobytes()


def _epoch_microseconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise TypeError(f"digest of the naive time {instant}: give it a zone")
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return (instant - epoch) // timedelta(microseconds=1)
