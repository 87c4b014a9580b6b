"""Hours lost, doubled or copied where a clock goes forward or back."""

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.evidence.local_clock import CHANGING, Change, changes, never_were
from gridtide.signals.raw import Raw, Truth, step_s

NAME = "clock changes"
HOUR_S = 3600
RARELY = (0.001, 0.05)
"""How rarely values repeat at most, where one autumn is told of, or several are."""


def clock_changes(raw: Raw) -> Check:
    """By the market's own clock where it is known and changes, else by the clocks that markets live by.

    A clock that is only supposed must explain two faults at least, and half of all single lost hours.
    """
    if raw.relative or not 0 < step_s(raw) <= HOUR_S:
        return passed(NAME, "the times do not tell")
    if raw.naive:
        return _skipped(raw)
    own = changes(raw.clock, raw.stamps_s[0], raw.stamps_s[-1]) if raw.clock else ()
    answer = _at(raw, own, 1) if own else None
    others = CHANGING.values() if not own else ()
    for clock in others:
        if answer is None:
            answer = _at(raw, changes(clock, raw.stamps_s[0], raw.stamps_s[-1]), 2)
    if answer is not None:
        return answer
    if raw.clock is None:
        return passed(NAME, "no market clock is known, and no hour is lost where clocks change")
    return passed(NAME, "no hour is lost where the clock changes")


def _skipped(raw: Raw) -> Check:
    """Times without an offset that never were, for spring skips them."""
    if raw.clock is None:
        return passed(NAME, "no market clock is known for this series")
    wrong = never_were(raw, raw.clock)
    if not wrong:
        return passed(NAME, "no time lies in the hour that spring skips")
    return decide(
        NAME, raw, np.asarray(wrong),
        f"{len(wrong)} times lie in the hour that spring skips, so these are not times of {raw.clock}",
        "Take the times with their offset from the market's own file.",
    )  # fmt: skip


def _at(raw: Raw, told: tuple[Change, ...], least: int) -> Check | None:
    """What is wrong at the changes of one clock; None when that is nothing, or less than supposed."""
    where = np.zeros(len(raw.rows), dtype=np.bool_)
    said: list[str] = []
    alike: list[int] = []
    per_hour = HOUR_S / step_s(raw)
    for change in told:
        fault, rows = _fault(raw, change, per_hour)
        if fault:
            said.append(f"around {when(raw, change.at_s)} {fault}")
            where |= rows
        elif change.by_s < 0 and _same(raw, change.at_s):
            alike.append(change.at_s)
    if len(said) >= least and (least == 1 or 2 * len(said) >= _lost_hours(raw)):
        return decide(
            NAME, raw, where, "; ".join(said[:4]) + "; the hour beside it then often holds the mean of both",
            "Take both hours from the market's own file; their mean is neither.",
            count=max(int(where.sum()), len(said)),
        )  # fmt: skip
    back = sum(change.by_s < 0 for change in told)
    enough = alike and len(alike) >= 0.7 * back and _repeats(raw) < RARELY[min(len(alike), 2) - 1]
    if enough:
        return decide(
            NAME, raw, np.isin(raw.stamps_s, alike),
            f"the two equal hours of autumn hold one value, {len(alike)} times out of {back}",
            "One of them was copied; take both from the market's own file.",
        )  # fmt: skip
    return None


def _fault(raw: Raw, change: Change, per_hour: float) -> tuple[str, Truth]:
    """What is wrong in just one of the two hours that meet at a change while their neighbours are whole."""
    hours = [change.at_s + HOUR_S * number for number in range(-2, 2)]
    counts, rows = [], []
    for hour in hours:
        inside = (raw.stamps_s >= hour) & (raw.stamps_s < hour + HOUR_S)
        rows.append(inside)
        counts.append((int(inside.sum()), int(np.isfinite(raw.values[inside]).sum())))
    where = rows[1] | rows[2]
    if min(counts[0][1], counts[3][1]) < 0.9 * per_hour:
        return "", where
    pair = {1: counts[1], 2: counts[2]}
    name = "two equal hours" if change.by_s < 0 else "two hours beside the skipped one"
    lost = [number for number, (_, known) in pair.items() if known == 0]
    doubled = [number for number, (there, _) in pair.items() if there > 1.5 * per_hour]
    if len(lost) == 1:
        how = "is empty" if pair[lost[0]][0] else "has no row"
        return f"one of the {name} {how}", where
    if len(doubled) == 1:
        return f"one of the {name} stands twice", where
    return (f"one of the {name} is 0", where) if _zeroed(raw, rows) else ("", where)


def _zeroed(raw: Raw, rows: list[Truth]) -> bool:
    """Whether just one of the two hours is 0 while the other and those beside are all far from it."""
    sizes = [float(np.abs(raw.values[inside]).min(initial=np.inf)) for inside in rows]
    first, second = sizes[1], sizes[2]
    others = [sizes[0], max(first, second), sizes[3]]
    known = raw.values[np.isfinite(raw.values)]
    spread = float(np.std(known)) if len(known) else 0.0
    return min(first, second) == 0 and min(others) > max(0.5 * spread, 0.25 * max(others))


def _same(raw: Raw, at_s: int) -> bool:
    first = raw.values[(raw.stamps_s >= at_s - HOUR_S) & (raw.stamps_s < at_s)]
    second = raw.values[(raw.stamps_s >= at_s) & (raw.stamps_s < at_s + HOUR_S)]
    return len(first) > 0 and len(first) == len(second) and bool((first == second).all())


def _repeats(raw: Raw) -> float:
    """How often a value equals the one before it."""
    return float(np.mean(np.diff(raw.values) == 0)) if len(raw.values) > 1 else 0.0


def _lost_hours(raw: Raw) -> int:
    """Lost or doubled hours that stand alone, anywhere."""
    hour = (raw.stamps_s // HOUR_S).astype(np.int64)
    first, count = hour[0], hour[-1] - hour[0] + 1
    known = np.bincount(hour - first, weights=np.isfinite(raw.values), minlength=int(count))
    there = np.bincount(hour - first, minlength=int(count))
    odd = (known == 0) | (there > 1.5 * HOUR_S / step_s(raw))
    alone = odd & ~np.roll(odd, 1) & ~np.roll(odd, -1)
    return int(alone.sum())
