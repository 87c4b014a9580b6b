"""Intervals without a row, and cells without a value."""

import numpy as np

from gridtide.signals.check import ROWS_SHOWN, Check, Verdict, passed, when
from gridtide.signals.raw import DAY_S, Raw, Truth, Whole, steps_around_s
from gridtide.timeline import instant

NAME = "gaps"


def gaps(raw: Raw) -> Check:
    """Missing rows, empty cells, whole empty days, and a column that begins late or ends early."""
    empty = np.isnan(raw.values)
    empty[list(raw.words)] = False
    if empty.all():
        return passed(NAME, "no cell holds a value")
    before, lacking, first = _missing(raw)
    if not lacking and not empty.any():
        return passed(NAME, "no interval is missing or empty")
    told = []
    if lacking:
        named = f", first {', '.join(when(raw, at) for at in first)}" if len(first) else ""
        told.append(f"{lacking} intervals have no row{named}")
    told += _empty(raw, empty)
    cells = np.flatnonzero(empty)
    return Check(
        check=NAME,
        verdict=Verdict.DECIDE,
        rows=tuple(sorted({*before, *raw.rows[cells[:ROWS_SHOWN]].tolist()})[:ROWS_SHOWN]),
        count=lacking + len(cells),
        sentence="; ".join(told),
        mend="Leave the period out, or fill it from a second source; it is never filled in silence.",
    )


def _missing(raw: Raw) -> tuple[list[int], int, list[float]]:
    """Rows before a missing interval, how many intervals are missing, and when the first ones were."""
    stamps, once = np.unique(raw.stamps_s, return_index=True)
    if len(stamps) < 3:
        return [], 0, []
    between = np.diff(stamps)
    usual = steps_around_s(between)
    wide = np.flatnonzero(between > 1.5 * np.maximum(usual, 1.0))
    lacking = int(np.sum(np.round(between[wide] / usual[wide]) - 1))
    return raw.rows[once[wide]].tolist(), lacking, (stamps[wide] + usual[wide])[:3].tolist()


def _empty(raw: Raw, empty: Truth) -> list[str]:
    if not empty.any():
        return []
    cells = np.flatnonzero(empty)
    filled = np.flatnonzero(~empty)
    told = [f"{len(cells)} cells are empty, first {when(raw, raw.stamps_s[cells[0]])}"]
    begins, ends = raw.stamps_s[filled[0]], raw.stamps_s[filled[-1]]
    late, early = begins - raw.stamps_s[0] >= DAY_S, raw.stamps_s[-1] - ends >= DAY_S
    if late:
        told.append(f"values begin {when(raw, begins)} with {filled[0]} empty cells before")
    if early:
        told.append(f"values end {when(raw, ends)} with {len(empty) - 1 - filled[-1]} empty after")
    inner = cells[(~late | (cells > filled[0])) & (~early | (cells < filled[-1]))]
    days = _whole_days(raw, inner)
    if days:
        more = " …" if len(days) > 6 else ""
        told.append(f"whole days are empty: {', '.join(days[:6])}{more}")
    return told


def _whole_days(raw: Raw, empty: Whole) -> list[str]:
    day = (raw.stamps_s // DAY_S).astype(np.int64)
    days, counts = np.unique(day, return_counts=True)
    most = dict(zip(days.tolist(), counts.tolist(), strict=True))
    some, how_many = np.unique(day[empty], return_counts=True)
    return [
        f"{instant(number * DAY_S):%Y-%m-%d}"
        for number, count in zip(some.tolist(), how_many.tolist(), strict=True)
        if count >= 0.9 * most[number]
    ]
