"""The fingerprint of a noun: equal values give equal digests, on every machine.

Nouns with arrays are compared by `digest`; audit, replay and tests share it.
"""

import hashlib
import math
import struct
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

Pieces = list[bytes]


def frozen_array(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """A read-only, C-contiguous array of the given type that shares no memory others can write."""
    array = np.array(values, dtype=dtype, order="C", copy=True)
    array.flags.writeable = False
    return array


def freeze(noun: object, **columns: DTypeLike) -> None:
    """Replace the named array fields of a frozen noun by read-only arrays of the given types."""
    for name, dtype in columns.items():
        object.__setattr__(noun, name, frozen_array(getattr(noun, name), dtype))


def sealed(array: NDArray[Any]) -> NDArray[Any]:
    """The same array, read-only from now on with what it is part of: for one just made, which nobody else holds."""
    array.flags.writeable = False
    if isinstance(array.base, np.ndarray):
        array.base.flags.writeable = False
    return array


def freeze_new(noun: object, **columns: DTypeLike) -> None:
    """As `freeze`, but an array that is read-only already is kept instead of copied.

    It stands on its own, or is part of one that does and is read-only too.
    """
    for name, dtype in columns.items():
        given = getattr(noun, name)
        if not _is_kept(given, dtype):
            object.__setattr__(noun, name, frozen_array(given, dtype))


def digest(noun: object) -> str:
    """SHA-256 over the canonical form of a noun, as 64 hexadecimal digits.

    The form spells type and field names, little-endian array bytes with shape and type, numbers by
    their exact value, instants in UTC. Minus zero counts as zero; every NaN is one NaN.
    """
    return hashlib.sha256(_spelled(noun)).hexdigest()


class Fingerprints:
    """Digests of nouns that come one after another and share parts; each is what `digest` gives.

    The parts of the last noun, its fields and what stands in its tuples, stay spelled where nothing in them can
    change: frozen nouns of plain values, tuples and read-only arrays. So no more is kept than one noun holds.
    """

    def __init__(self) -> None:
        self._kept: dict[int, tuple[object, bytes]] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def of(self, noun: object) -> str:
        """The digest of a noun with fields."""
        before, self._kept = self._kept, {}
        hasher = hashlib.sha256(_measured([_noun_name(type(noun))]))
        for name in _field_names(type(noun)):
            value = getattr(noun, name)
            hasher.update(_measured([name.encode()]))
            if isinstance(value, tuple):
                hasher.update(_measured([_sequence_name(len(value))]))
            for part in value if isinstance(value, tuple) else (value,):
                hasher.update(self._part(part, before))
        return hasher.hexdigest()

    def _part(self, part: object, before: dict[int, tuple[object, bytes]]) -> bytes:
        known = before.get(id(part))
        spelled = _spelled(part) if known is None else known[1]
        if known is not None or (is_dataclass(part) and is_settled(part)):
            self._kept[id(part)] = (part, spelled)
        return spelled


def is_settled(value: Any) -> bool:
    """Whether nothing in a value can change: frozen nouns of plain values, tuples and read-only arrays."""
    if value is None or isinstance(value, str | int | float | Enum | datetime | timedelta):
        return True
    if isinstance(value, np.ndarray):
        return _is_read_only(value)
    if isinstance(value, tuple | frozenset):
        return all(is_settled(item) for item in value)
    if is_dataclass(value) and not isinstance(value, type) and _is_frozen(type(value)):
        return all(is_settled(getattr(value, name)) for name in _field_names(type(value)))
    return isinstance(value, np.generic)


def _is_read_only(array: NDArray[Any]) -> bool:
    if array.flags.writeable or array.base is not None:
        return False
    return array.dtype.kind != "O" or all(isinstance(item, str) for item in array.ravel())


def _is_kept(value: object, dtype: DTypeLike) -> bool:
    if not isinstance(value, np.ndarray) or value.dtype != dtype:
        return False
    whole = value if value.base is None else value.base
    settled = isinstance(whole, np.ndarray) and _is_read_only(whole)
    return settled and value.flags.c_contiguous and not value.flags.writeable


def _is_frozen(kind: type[Any]) -> bool:
    return bool(kind.__dataclass_params__.frozen)


def _spelled(value: object) -> bytes:
    """The canonical form of a value, each piece behind its length, so that no two values spell alike."""
    pieces: Pieces = []
    _spell(value, pieces)
    return _measured(pieces)


def _measured(pieces: Pieces) -> bytes:
    return b"".join(
        [part for piece in pieces for part in (len(piece).to_bytes(8, "little"), piece)]
    )


def _spell(value: Any, pieces: Pieces) -> None:
    if value is None or isinstance(value, bool | str | int | Enum):
        pieces.append(_plain(value))
    elif isinstance(value, float | np.floating):
        pieces.append(b"float" + _float_bytes(float(value)))
    elif isinstance(value, np.generic):
        _spell(value.item(), pieces)
    elif isinstance(value, np.ndarray):
        pieces.append(f"array {value.dtype.kind} {value.shape}".encode())
        pieces.append(_array_bytes(value))
    elif isinstance(value, datetime):
        pieces.append(f"instant {_epoch_microseconds(value)}".encode())
    elif isinstance(value, timedelta):
        pieces.append(f"span {value // timedelta(microseconds=1)}".encode())
    else:
        _spell_parts(value, pieces)


def _spell_parts(value: Any, pieces: Pieces) -> None:
    if is_dataclass(value) and not isinstance(value, type):
        pieces.append(_noun_name(type(value)))
        for name in _field_names(type(value)):
            pieces.append(name.encode())
            _spell(getattr(value, name), pieces)
    elif isinstance(value, Mapping):
        pieces.append(f"mapping {len(value)}".encode())
        for key in sorted(value, key=str):
            _spell(key, pieces)
            _spell(value[key], pieces)
    elif isinstance(value, tuple | list):
        pieces.append(_sequence_name(len(value)))
        for item in value:
            _spell(item, pieces)
    elif isinstance(value, frozenset | set):
        pieces.append(f"set {len(value)}".encode())
        pieces.extend(_plain(item) for item in sorted(value, key=str))
    else:
        raise TypeError(f"digest of {type(value).__name__}: not a noun, array or plain value")


def _noun_name(kind: type[Any]) -> bytes:
    return f"noun {kind.__name__}".encode()


def _sequence_name(length: int) -> bytes:
    return f"sequence {length}".encode()


@cache
def _names_of_kind(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


def _field_names(kind: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = _names_of_kind(kind)
    return found


def _plain(value: Any) -> bytes:
    if isinstance(value, Enum):
        return f"{type(value).__name__} {value.value!r}".encode()
    if isinstance(value, str) and not isinstance(value, np.str_):
        return f"str {str.__repr__(value)}".encode()
    return f"{type(value).__name__} {value!r}".encode()


def _float_bytes(value: float) -> bytes:
    return struct.pack("<d", math.nan if math.isnan(value) else value + 0.0)


def _array_bytes(array: NDArray[Any]) -> bytes:
    if array.dtype.kind in "OUS":
        return "\x1f".join(repr(str(item)) for item in array.ravel()).encode()
    plain = np.ascontiguousarray(array)
    if plain.dtype.kind == "f":
        plain = plain + np.zeros((), plain.dtype)
        unknown = np.isnan(plain)
        if unknown.any():
            plain = np.where(unknown, np.asarray(np.nan, plain.dtype), plain)
    return plain.astype(plain.dtype.newbyteorder("<"), copy=False).tobytes()


def _epoch_microseconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise TypeError(f"digest of the naive time {instant}: give it a zone")
    epoch = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
    return (instant - epoch) // timedelta(microseconds=1)
