"""What a plugin is asked and answers, as bytes between two processes.

A question may be anything that Python pickles: who asks is trusted. An answer is not: named arrays of two types,
spelled by shape and length, and nothing in it is ever executed.
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.reservations import Reservations

Arrays = Mapping[str, NDArray[Any]]
LENGTH = struct.Struct("<Q")
MOST_BYTES = 1 << 30
TYPES = {"int64": np.dtype("<i8"), "float64": np.dtype("<f8")}
WHOLE = ("place", "point", "offsets", "slots")
REAL = ("shares", "slower_shares", "charge_kw", "discharge_kw")


class BadAnswer(ValueError):
    """An answer that nobody can act on; the message says what is wrong with it."""


def spelled(arrays: Arrays) -> bytes:
    """An answer: a header of names, types and shapes, and the arrays behind it."""
    header, parts = [], []
    for name in sorted(arrays):
        kind = "int64" if name in WHOLE else "float64"
        array = np.ascontiguousarray(arrays[name], dtype=TYPES[kind])
        header.append([name, kind, list(array.shape)])
        parts.append(array.tobytes())
    head = json.dumps(header).encode()
    return b"".join([LENGTH.pack(len(head)), head, *parts])


def read(answer: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of an answer. Raises BadAnswer for anything that `spelled` does not write."""
    try:
        (size,) = LENGTH.unpack_from(answer)
        header = json.loads(answer[LENGTH.size : LENGTH.size + size])
        named = [(str(name), TYPES[kind], [int(n) for n in shape]) for name, kind, shape in header]
    except (struct.error, ValueError, KeyError, TypeError) as fault:
        raise BadAnswer(f"its header cannot be read: {fault}") from fault
    found: dict[str, NDArray[Any]] = {}
    at = LENGTH.size + size
    for name, dtype, shape in named:
        if name not in (*WHOLE, *REAL) or name in found or min(shape, default=0) < 0:
            raise BadAnswer(f"{name!r} is none of {', '.join((*WHOLE, *REAL))}, or stands twice")
        length = dtype.itemsize * math.prod(shape)
        if len(answer) - at < length:
            raise BadAnswer(f"{name}: {shape} values do not fit into what it sent")
        found[name] = np.frombuffer(answer, dtype, math.prod(shape), at).reshape(shape)
        at += length
    if at != len(answer):
        raise BadAnswer(f"{len(answer) - at} bytes too many")
    return found


def taken(answer: Arrays, usual: Dispatch, held: Reservations) -> Dispatch:
    """The dispatch that an answer stands for; what it does not name is as in `usual`, that of a fleet left alone.

    Raises BadAnswer for shapes and numbers that no dispatch can have; whether it keeps the limits the guard says.
    """
    arrays = {name: np.asarray(value) for name, value in answer.items()}
    named: dict[str, Any] = {name: arrays[name] for name in REAL if name in arrays}
    for name, value in named.items():
        expected = getattr(usual, name).shape
        if value.shape != expected:
            raise BadAnswer(f"{name} is of shape {value.shape}, asked was {expected}")
        if not np.isfinite(value).all() or (value < 0.0).any():
            raise BadAnswer(f"{name} holds what is not a number from 0 on")
    placement = usual.placement
    jobs: dict[str, Any] = {n: arrays.get(n, getattr(placement, n)) for n in WHOLE}
    _refuse_unless_lawful(jobs, len(placement), len(placement.horizon), np.diff(held.menu.bounds))
    unknown = np.full(len(placement), np.nan)
    moved = replace(
        placement,
        **jobs,
        cost=unknown,
        cost_at_once=unknown,
        alternative_cost=unknown,
    )
    return replace(usual, placement=moved, **named)


def _refuse_unless_lawful(jobs: Arrays, n: int, slots: int, points: NDArray[np.int64]) -> None:
    """Raises BadAnswer for rows that no placement can have. points: how many each place has, (P,)."""
    places = len(points)
    place, point, offsets, taken_slots = (np.asarray(jobs[name]) for name in WHOLE)
    if place.shape != (n,) or point.shape != (n,) or offsets.shape != (n + 1,):
        raise BadAnswer(
            f"place, point and offsets are of {place.shape}, {point.shape} and {offsets.shape} for {n} jobs"
        )
    if offsets[0] != 0 or offsets[-1] != len(taken_slots) or (np.diff(offsets) < 0).any():
        raise BadAnswer("offsets do not part the slots among the jobs")
    if (place < -1).any() or (place >= places).any() or (point < 0).any():
        raise BadAnswer(f"a place outside of -1 to {places - 1}, or a point below 0")
    if (point >= np.where(place >= 0, points[np.maximum(place, 0)], 1)).any():
        raise BadAnswer("a point that its place does not have")
    if (taken_slots < 0).any() or (taken_slots >= slots).any():
        raise BadAnswer(f"a slot outside of 0 to {slots - 1}")
    inside = np.ones(len(taken_slots), dtype=np.bool_)
    inside[offsets[:-1][offsets[:-1] < len(taken_slots)]] = False
    if (np.diff(taken_slots, prepend=-1)[inside] <= 0).any():
        raise BadAnswer("the slots of a job do not rise")
