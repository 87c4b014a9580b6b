"""Nouns as blocks, each named by the hash of its content, and back to the last bit: what is used again is kept once.

A block is a table of values as JSON, or the bytes of an array. What comes back is frozen nouns of the inner rooms,
arrays, plain values and nothing else: a store that somebody tampered with can name no other code.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from importlib import import_module
from typing import Any, Protocol
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reservations import Told

INLINE_BYTES = 512
"""What is shorter stands in the block that names it."""
BLOCK_MAX_BYTES = 64 * 2**20
"""Longer blocks are neither made nor read."""
ROOMS = (
    "decide",
    "fleet",
    "grid",
    "loop",
    "physics",
    "settle",
    "signals",
    "simulate",
    "timeline",
    "trust",
)
ARRAYS = "biufU"
"""Kinds of arrays that are kept: their bytes say all of them."""

WRITTEN_INTO = (Told,)
"""Nouns that are not frozen and kept all the same: their arrays are written while jobs are packed, and rest then."""
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, ImportError, RecursionError)
"""What reading a block raises that says something else than this program writes."""


class KeepsBlocks(Protocol):
    """Keeps blocks for good, each once."""

    def keep(self, blocks: Mapping[str, bytes]) -> int:
        """Keep blocks by the SHA-256 of their content, all or none; durable when this returns. How many bytes that
        takes: of those that were there already, none. Raises StoreLostError, StoreFullError, NotLeadingError."""
        ...

    def block(self, hash: str) -> bytes:
        """The content of one. Raises BlockFault where there is none, or it is not as it was kept."""
        ...


class BlockFault(Exception):
    """A block is not there, is not what was kept, or (by_version) holds what this version does not know."""

    def __init__(self, hash: str, said: str, by_version: bool = False) -> None:
        super().__init__(f"block {hash[:12]} {said}")
        self.by_version = by_version


class NotKeptError(TypeError):
    """A noun holds something that blocks do not keep."""


@dataclass(frozen=True, kw_only=True)
class Blocks:
    """A noun as blocks. root: the hash of the one that names all others."""

    root: str
    content: Mapping[str, bytes]


def hash_of(content: bytes) -> str:
    """The name of a block."""
    return hashlib.sha256(content).hexdigest()


def blocks_of(noun: object, fresh: Sequence[type] = ()) -> Blocks:
    """A noun as blocks. fresh: kinds that only remember what can be found again; they come back empty.

    Raises NotKeptError where it holds anything but frozen nouns of the inner rooms, arrays and plain values.
    """
    made: dict[str, bytes] = {}
    written = _Writing(made, tuple(fresh)).value(noun)
    return Blocks(root=_put(made, json.dumps(written).encode()), content=made)


def noun_of(root: str, keeper: KeepsBlocks, fresh: Sequence[type] = ()) -> Any:
    """The noun that `blocks_of` gave the blocks of. Raises BlockFault where a block is not what was kept, or is of
    another version of the program."""
    return _Reading(keeper.block, {_name(kind): kind for kind in fresh}).block(root)


def _put(made: dict[str, bytes], content: bytes) -> str:
    if len(content) > BLOCK_MAX_BYTES:
        raise NotKeptError(f"a block of {len(content):,} bytes, beyond {BLOCK_MAX_BYTES:,}")
    name = hash_of(content)
    made[name] = content
    return name


def _name(kind: type) -> str:
    return f"{kind.__module__}:{kind.__qualname__}"


class _Writing:
    def __init__(self, made: dict[str, bytes], fresh: tuple[type, ...]) -> None:
        self._made, self._fresh = made, fresh

    def value(self, value: Any) -> object:
        """A value for JSON; what is long becomes a block of its own."""
        if value is None or isinstance(value, bool) or type(value) in (int, float, str):
            return value
        if isinstance(value, np.ndarray):
            return self._array(value)
        written = self._parts(value)
        text = json.dumps(written).encode()
        return written if len(text) <= INLINE_BYTES else {"b": _put(self._made, text)}

    def _parts(self, value: Any) -> object:
        if isinstance(value, Enum):
            return {"e": _name(type(value)), "v": value.value}
        if isinstance(value, self._fresh):
            return {"c": _name(type(value))}
        if is_dataclass(value) and not isinstance(value, type):
            _kind(_name(type(value)))
            return {
                "n": _name(type(value)),
                "f": {one.name: self.value(getattr(value, one.name)) for one in fields(value)},
            }
        if isinstance(value, tuple):
            return [self.value(one) for one in value]
        if isinstance(value, frozenset):
            listed = [self.value(one) for one in value]
            return {"s": sorted(listed, key=lambda one: json.dumps(one))}
        if isinstance(value, Mapping):
            return {"m": [[self.value(key), self.value(one)] for key, one in value.items()]}
        return _plain(value)

    def _array(self, array: NDArray[Any]) -> object:
        if array.dtype.kind == "O" and all(isinstance(one, str) for one in array.ravel()):
            return {"o": [list(array.shape), self.value(tuple(array.ravel().tolist()))]}
        if array.dtype.kind not in ARRAYS:
            raise NotKeptError(f"an array of {array.dtype}")
        plain = np.ascontiguousarray(array)
        plain = plain.astype(plain.dtype.newbyteorder("<"), copy=False)
        head, raw = [plain.dtype.str, list(array.shape)], plain.tobytes()
        if len(raw) <= INLINE_BYTES:
            return {"a": [*head, base64.b64encode(raw).decode()]}
        return {"b": _put(self._made, b"a" + json.dumps(head).encode() + b"\n" + raw)}


def _plain(value: Any) -> object:
    if isinstance(value, datetime):
        return {"t": value.isoformat()}
    if isinstance(value, timedelta):
        return {"d": [value.days, value.seconds, value.microseconds]}
    if isinstance(value, ZoneInfo):
        return {"z": value.key}
    if isinstance(value, np.generic) and value.dtype.kind in ARRAYS:
        return {"g": [value.dtype.str, base64.b64encode(value.tobytes()).decode()]}
    raise NotKeptError(f"{type(value).__module__}.{type(value).__qualname__}")


class _Reading:
    def __init__(self, block: Callable[[str], bytes], fresh: Mapping[str, type]) -> None:
        self._block, self._fresh = block, fresh
        self._read: dict[str, Any] = {}

    def block(self, name: str) -> Any:
        """What a block says; the same block gives the same noun."""
        if name not in self._read:
            content = self._block(name)
            if hash_of(content) != name:
                raise BlockFault(name, "is not as it was kept")
            try:
                self._read[name] = self._content(content)
            except BlockFault:
                raise
            except UNREADABLE as fault:
                said = f"cannot be read by this version: {type(fault).__name__}: {fault}"
                raise BlockFault(name, said, by_version=True) from fault
        return self._read[name]

    def _content(self, content: bytes) -> Any:
        if not content.startswith(b"a"):
            return self._value(json.loads(content))
        head, _, raw = content[1:].partition(b"\n")
        kind, shape = json.loads(head)
        return _array(kind, shape, raw)

    def _value(self, written: Any) -> Any:
        if isinstance(written, list):
            return tuple(self._value(one) for one in written)
        if not isinstance(written, dict):
            return written
        return self._read_as(next(iter(written), ""), written)

    def _read_as(self, form: str, written: dict[str, Any]) -> Any:
        given: Any = written.get(form)
        if form == "b":
            return self.block(given)
        if form == "n":
            kind = _kind(given)
            return kind(**{name: self._value(one) for name, one in written["f"].items()})
        if form == "e":
            return _enum(given)(written["v"])
        if form == "c":
            return self._fresh[given]()
        if form == "s":
            return frozenset(self._value(one) for one in given)
        if form == "m":
            return {self._value(key): self._value(one) for key, one in given}
        if form == "o":
            texts: list[Any] = list(self._value(given[1]))
            return np.array(texts, dtype=np.object_).reshape(given[0])
        return _plain_of(form, given)


def _plain_of(form: str, given: Any) -> Any:
    if form == "a":
        return _array(given[0], given[1], base64.b64decode(given[2]))
    if form == "g":
        return np.frombuffer(base64.b64decode(given[1]), dtype=_dtype(given[0]))[0]
    if form == "t":
        return datetime.fromisoformat(given)
    if form == "d":
        return timedelta(days=given[0], seconds=given[1], microseconds=given[2])
    if form == "z":
        return ZoneInfo(given)
    raise ValueError(f"no value is written as {form!r}")


def _dtype(text: str) -> np.dtype[Any]:
    found = np.dtype(text)
    if found.kind not in ARRAYS:
        raise ValueError(f"no array of {text} is kept")
    return found


def _array(kind: str, shape: Sequence[int], raw: bytes) -> NDArray[Any]:
    found = np.frombuffer(raw, dtype=_dtype(kind)).reshape(shape).copy()
    found.flags.writeable = False
    return found


def _kind(name: str) -> type[Any]:
    """A frozen noun of an inner room by its name, or one of WRITTEN_INTO."""
    kind: Any = _named(name)
    known = isinstance(kind, type) and is_dataclass(kind)
    if not (known and (kind in WRITTEN_INTO or _frozen(kind))):
        raise NotKeptError(f"{name}, which is no frozen noun")
    found: type[Any] = kind
    return found


def _enum(name: str) -> type[Enum]:
    kind = _named(name)
    if not (isinstance(kind, type) and issubclass(kind, Enum)):
        raise NotKeptError(f"{name}, which names no values")
    return kind


def _frozen(kind: Any) -> bool:
    return bool(kind.__dataclass_params__.frozen)


def _named(name: str) -> Any:
    module, _, attribute = name.partition(":")
    parts = module.split(".")
    if parts[0] != "gridtide" or len(parts) < 2 or parts[1] not in ROOMS or "." in attribute:
        raise NotKeptError(f"{name}, which is no noun of an inner room")
    return getattr(import_module(module), attribute)
