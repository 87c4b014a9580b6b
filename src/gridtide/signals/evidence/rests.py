"""Where a price rests: values at the edge of its range to which it returns, month by month."""

from dataclasses import dataclass

import numpy as np

from gridtide.signals.raw import DAY_S, Raw, Real, Truth

TARIFF_LEVELS = 12
"""A price of no more levels than this in a year is a tariff, which rests at its lowest by design."""
BLOCK_S = 28 * DAY_S
SHARE_OF_BLOCK = 0.05
LEAST_ROWS = 8
BEYOND_SHARE = 0.005


@dataclass(frozen=True, kw_only=True, eq=False)
class Rest:
    """A floor or a cap that the values show. at: rows there; share: of the rows from first to last."""

    name: str
    value: float
    at: Truth
    first_s: float
    last_s: float
    share: float


def rests(raw: Raw) -> tuple[Rest, ...]:
    """Floors and caps of a series in time: values that many rows share and hardly any row passes.

    Within 28 days a value counts with 5 % of the rows, over all rows with eight at the very edge of what
    the series ever was; fewer are a coincidence of rounding. A month of one value alone is no evidence, for a
    feed may have frozen, but belongs to a rest that another month shows.
    """
    values = np.round(raw.values, 6)
    found: dict[tuple[str, float], Truth] = {}
    block = (raw.stamps_s // BLOCK_S).astype(np.int64)
    known = np.isfinite(values)
    still = np.zeros(len(values), dtype=np.bool_)
    for number in np.unique(block[known]):
        inside = known & (block == number)
        if len(np.unique(values[inside])) <= TARIFF_LEVELS:
            still |= inside
            continue
        for name, value in _edges_of(values[inside], SHARE_OF_BLOCK * float(inside.sum())):
            found[name, value] = found.get((name, value), np.zeros(len(values), bool)) | inside
    for name, value in _extremes(values[known]):
        found.setdefault((name, value), known)
    return tuple(
        _rest(raw, name, value, values, inside | still)
        for (name, value), inside in sorted(found.items(), key=lambda item: item[0])
    )


def _edges_of(part: Real, least: float) -> list[tuple[str, float]]:
    levels, counts = np.unique(part, return_counts=True)
    if len(part) < 240:
        return []
    below = np.concatenate([[0], np.cumsum(counts)[:-1]])
    above = len(part) - below - counts
    often = counts >= max(least, LEAST_ROWS)
    most = BEYOND_SHARE * len(part)
    low = [("floor", float(value)) for value in levels[often & (below <= most) & (below <= above)]]
    high = [("cap", float(value)) for value in levels[often & (above <= most) & (above < below)]]
    return [*low, *high]


def _extremes(known: Real) -> list[tuple[str, float]]:
    levels, counts = np.unique(known, return_counts=True)
    if len(levels) <= TARIFF_LEVELS or len(known) < 2000:
        return []
    usual = np.median(counts)
    edges = (("floor", 0), ("cap", -1))
    least = max(LEAST_ROWS, 4 * usual)
    return [(name, float(levels[at])) for name, at in edges if counts[at] >= least]


def _rest(raw: Raw, name: str, value: float, values: Real, inside: Truth) -> Rest:
    shown = raw.stamps_s[inside & (values == value)]
    first_s, last_s = float(shown[0]), float(shown[-1])
    span = (raw.stamps_s >= first_s) & (raw.stamps_s <= last_s) & np.isfinite(values)
    at = values == value
    share = float((at & span).sum() / span.sum())
    return Rest(name=name, value=value, at=at, first_s=first_s, last_s=last_s, share=share)


def at_rest(raw: Raw) -> Truth:
    """Whether each row lies at a floor or a cap."""
    found = np.zeros(len(raw.rows), dtype=np.bool_)
    for rest in rests(raw):
        found |= rest.at
    return found
