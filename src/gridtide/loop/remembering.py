"""What turns hand on that no device can say again: positions, offers, bids, answers to calls, and what was answered."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import StrEnum
from math import isfinite
from typing import Any, get_args, get_type_hints

import numpy as np

from gridtide.decide.bid import Bid
from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.event import Event
from gridtide.decide.leaning import Leaning
from gridtide.decide.situation import Commitment, Commitments, OfferedCapacity
from gridtide.loop.sight import still_binding
from gridtide.loop.turn import Memory

MEMORY = "memory"
"""Kind of the document that it is kept as."""
KINDS: Mapping[str, type] = {
    kind.__name__: kind for kind in (Commitment, OfferedCapacity, Bid, CallAnswer)
}


def remembered(memory: Memory, as_of: datetime) -> dict[str, object]:
    """What the next room must know of a memory, as plain values for JSON; what is over by `as_of` is left out. Plan and
    signals are not in it: the next turn makes them anew."""
    standing = still_binding(memory.commitments, as_of)
    passed = sorted((one for one in memory.passed if one.end > as_of), key=_order)
    return {
        "commitments": [{"kind": type(one).__name__, **_plain_noun(one)} for one in standing],
        "at_risk": sorted(memory.at_risk),
        "passed": [_plain_noun(one) for one in passed],
        "leaning": None if memory.leaning is None else _plain_noun(memory.leaning),
    }


def memory_of(values: Mapping[str, Any]) -> Memory:
    """The memory that `remembered` gave the values of."""
    commitments: Commitments = tuple(
        _noun(KINDS[one["kind"]], one) for one in values["commitments"]
    )
    leaning = values["leaning"]
    return Memory(
        commitments=commitments,
        at_risk=frozenset(values["at_risk"]),
        passed=frozenset(_noun(Event, one) for one in values["passed"]),
        leaning=None if leaning is None else _noun(Leaning, leaning),
    )


def _order(event: Event) -> tuple[datetime, str, str]:
    return event.start, event.site, event.label


def _plain_noun(noun: Any) -> dict[str, object]:
    return {field.name: _plain(getattr(noun, field.name)) for field in fields(noun)}


def _plain(value: Any) -> object:
    """Text, whole numbers, lists and tables; a number that JSON has not is spelled out."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return _plain_noun(value) if is_dataclass(value) else value


def _noun(kind: type[Any], values: Mapping[str, Any]) -> Any:
    hints = get_type_hints(kind)
    return kind(**{f.name: _value(hints[f.name], values[f.name]) for f in fields(kind)})


def _value(kind: Any, value: Any) -> Any:
    """A value of the type that a field names, of what `_plain` made of it."""
    parts = get_args(kind)
    if value is None:
        return None
    if type(None) in parts:
        return _value(parts[0], value)
    if isinstance(value, list):
        return tuple(float(one) for one in value) if parts[-1:] == (...,) else _array(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    reads: type[Any] = kind
    return _noun(reads, value) if is_dataclass(reads) else reads(value)


def _array(values: list[Any]) -> Any:
    """Rows of numbers; nouns give each of their columns its type."""
    if values and isinstance(values[0], list):
        return np.asarray([_array(row) for row in values])
    spelled = any(isinstance(one, str) for one in values)
    return np.asarray([float(one) for one in values] if spelled else values)
