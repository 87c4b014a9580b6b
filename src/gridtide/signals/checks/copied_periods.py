"""A week that equals another week, row by row."""

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.raw import DAY_S, Raw, Real, step_s, stretches

NAME = "copied periods"
DAYS = 7
MIX = np.uint64(0x9E3779B97F4A7C15)


def copied_periods(raw: Raw) -> Check:
    """Seven days that stand somewhere else, too, at any hour; what hardly changes says nothing."""
    step = step_s(raw)
    length = int(DAYS * DAY_S // step) if step else 0
    if length < DAYS * 4 or len(raw.rows) < 2 * length:
        return passed(NAME, "too few rows to tell")
    values = np.round(raw.values, 6)
    starts = [
        first + at
        for first, last in stretches(raw)
        for at in np.flatnonzero(_lively(values[first:last], length)).tolist()
    ]
    found = _first_twin(values, np.asarray(starts, dtype=np.int64), length)
    if found is None:
        return passed(NAME, "no week repeats another")
    earlier, later = found
    ahead = len(values) - later
    differ = np.flatnonzero(values[later:] != values[earlier : earlier + ahead])
    rows = int(differ[0]) if len(differ) else ahead
    stamps = raw.stamps_s
    return decide(
        NAME, raw, np.arange(later, later + rows),
        f"{when(raw, stamps[later])} to {when(raw, stamps[later + rows - 1])} equals the rows from "
        f"{when(raw, stamps[earlier])} on, one by one",
        "Leave the copied period out.",
    )  # fmt: skip


def _lively(values: Real, length: int) -> NDArray[np.bool_]:
    """Whether a stretch that begins here changes often enough, between many values, to be unlike any other."""
    if len(values) < length:
        return np.zeros(0, dtype=np.bool_)
    moves = np.concatenate([[0], np.cumsum(np.diff(values) != 0)])
    return np.asarray(moves[length - 1 :] - moves[: len(moves) - length + 1] >= length // 3)


def _first_twin(values: Real, starts: NDArray[np.int64], length: int) -> tuple[int, int] | None:
    """Places of the first pair of equal stretches of many values, None without one."""
    if len(starts) < 2:
        return None
    keys = np.nan_to_num(values, nan=1e300).view(np.uint64)
    keys = (keys ^ (keys >> np.uint64(31))) * MIX
    keys ^= keys >> np.uint64(29)
    powers = np.cumprod(np.full(length, MIX, dtype=np.uint64), dtype=np.uint64)
    total = np.concatenate([np.zeros(1, np.uint64), np.cumsum(keys, dtype=np.uint64)])
    rough = total[starts + length] - total[starts]
    _, inverse, counts = np.unique(rough, return_inverse=True, return_counts=True)
    seen: dict[bytes, int] = {}
    for start in starts[counts[inverse] > 1].tolist():
        stretch = keys[start : start + length]
        key = np.sum(stretch * powers, dtype=np.uint64).tobytes()
        earlier = seen.setdefault(key, start)
        if earlier != start and _equal(values, earlier, start, length):
            return earlier, start
    return None


def _equal(values: Real, one: int, other: int, length: int) -> bool:
    part = values[one : one + length]
    return len(np.unique(part)) > 12 and bool((part == values[other : other + length]).all())
