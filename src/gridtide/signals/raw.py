"""A column of a file as it came, and the same column put in the order of time."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.signal import Kind

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]
DAY_S = 86_400


@dataclass(frozen=True, kw_only=True, eq=False)
class Raw:
    """A column of a file before anything was done to it.

    stamps_s: seconds since 1970, NaN where a time cannot be read; as the clock on the wall says when `naive`,
    from an unknown start when `relative`. rows: row of the file, from 1.
    stamp_is_end: the column's name or its owner says that times mark the end of an interval.
    assumed: the column's name says that its zone was not stated. clock: the market's own clock.
    currencies: as the file or its owner names them. market_currency, tariff, floor_per_mwh, cap_per_mwh: what
    is known of the zone. per_cent: the column's name says so. forecast: the column's name says so and no time
    of issue stands beside it. estimated: rows that the file marks as estimates, None without such a column.
    words: cells that are no numbers, by their place in `values`, which is NaN there.
    """

    name: str
    kind: Kind | None
    zone: str
    stamps_s: Real
    values: Real
    rows: Whole
    stamp_is_end: bool = False
    naive: bool = False
    relative: bool = False
    assumed: bool = False
    clock: str | None = None
    currencies: tuple[str, ...] = ()
    market_currency: str | None = None
    tariff: bool = False
    floor_per_mwh: float | None = None
    cap_per_mwh: float | None = None
    per_cent: bool = False
    forecast: bool = False
    estimated: Truth | None = None
    words: Mapping[int, str] = field(default_factory=dict)


def rows_of(raw: Raw, at: Whole) -> Raw:
    """The column with the rows at these places only, in their order."""
    place = {old: new for new, old in enumerate(at.tolist()) if old in raw.words}
    return replace(
        raw,
        stamps_s=raw.stamps_s[at],
        values=raw.values[at],
        rows=raw.rows[at],
        estimated=None if raw.estimated is None else raw.estimated[at],
        words={place[old]: word for old, word in raw.words.items() if old in place},
    )


def in_time(raw: Raw) -> Raw:
    """The rows whose time can be read, in the order of time; equal times stay in the order of the file."""
    order = np.argsort(raw.stamps_s, kind="stable")
    return rows_of(raw, order[np.isfinite(raw.stamps_s[order])])


def step_s(raw: Raw) -> float:
    """The usual distance of two neighbouring times [s] of a column in the order of time, 0 when there are not two."""
    gaps = np.diff(raw.stamps_s)
    gaps = gaps[gaps > 0]
    return float(np.median(gaps)) if len(gaps) else 0.0


def steps_around_s(gaps: Real) -> Real:
    """The step in force at each gap: the median over its neighbourhood. Shape as `gaps`."""
    half = 12
    padded = np.pad(gaps, half, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)
    return np.asarray(np.median(windows, axis=1))


def stretches(raw: Raw) -> list[tuple[int, int]]:
    """Runs [first, last) of rows in time that follow each other at the usual step and hold a number each."""
    if len(raw.rows) < 2:
        return []
    known = np.isfinite(raw.values)
    follows = np.abs(np.diff(raw.stamps_s) - step_s(raw)) < 1.0
    whole = np.concatenate([[False], follows & known[1:] & known[:-1], [False]])
    edges = np.flatnonzero(whole[1:] != whole[:-1])
    return [(int(first), int(last) + 1) for first, last in pairwise(edges)][::2]
