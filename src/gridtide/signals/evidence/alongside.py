"""Two columns on one grid of times, so that one can be held against the other."""

from dataclasses import dataclass

import numpy as np

from gridtide.signals.raw import DAY_S, Raw, Real, step_s

FINEST_S = 300.0
REACH_S = 12 * 3600
BLOCK_S = 14 * DAY_S
LEAST_SHARED = 200


@dataclass(frozen=True, kw_only=True, eq=False)
class Alongside:
    """The means of both over each interval of the coarser one's step, five minutes at the least.

    own, theirs: arrays of one shape, NaN where empty. alike: whether both speak of one place, as far as their zones
    say.
    """

    step_s: float
    first_s: float
    own: Real
    theirs: Real
    alike: bool

    @property
    def times_s(self) -> Real:
        """Start of each interval."""
        return np.asarray(self.first_s + self.step_s * np.arange(len(self.own)), dtype=np.float64)


def alongside(raw: Raw, other: Raw) -> Alongside | None:
    """None where the two share too little time, or step in longer than three hours."""
    longer = max(step_s(raw), step_s(other))
    if raw.relative or other.relative or not 0 < longer <= 3 * 3600:
        return None
    step = max(longer, FINEST_S)
    first = min(raw.stamps_s[0], other.stamps_s[0]) // step * step - step
    last = max(raw.stamps_s[-1], other.stamps_s[-1])
    count = int((last - first) // step) + 2
    both = Alongside(
        step_s=step,
        first_s=float(first),
        own=_means(raw, first, step, count),
        theirs=_means(other, first, step, count),
        alike="here" in (raw.zone, other.zone) or raw.zone == other.zone,
    )
    shared = np.isfinite(both.own) & np.isfinite(both.theirs)
    return both if shared.sum() >= LEAST_SHARED else None


def _means(raw: Raw, first_s: float, step: float, count: int) -> Real:
    starts = raw.stamps_s - (step_s(raw) if raw.stamp_is_end else 0.0)
    known = np.isfinite(raw.values)
    at = np.clip(((starts - first_s) // step).astype(np.int64)[known], 0, count - 1)
    total = np.bincount(at, weights=raw.values[known], minlength=count)
    rows = np.bincount(at, minlength=count)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(rows > 0, total / rows, np.nan)


def changes_clipped(values: Real) -> Real:
    """Changes from each interval to the next, the rarest in a hundred cut, so that no spike decides alone."""
    moved = np.diff(values)
    known = moved[np.isfinite(moved)]
    if not len(known):
        return moved
    low, high = np.quantile(known, [0.005, 0.995])
    return np.clip(moved, low, high)


def beside_the_day(values: Real, step: float) -> Real:
    """What departs from the mean of the same time of day, four weeks by four weeks. Shape as `values`."""
    a_day = max(int(DAY_S // step), 1)
    rest = values.copy()
    for first in range(0, len(values), 28 * a_day):
        part = values[first : first + 28 * a_day]
        slot = np.arange(len(part)) % a_day
        known = np.isfinite(part)
        total = np.bincount(slot[known], weights=part[known], minlength=a_day)
        count = np.bincount(slot[known], minlength=a_day)
        rest[first : first + 28 * a_day] = part - (total / np.maximum(count, 1))[slot]
    return rest


def correlation(one: Real, other: Real) -> float:
    """Pearson's, over what both know; 0 where one does not move or hardly anything is shared."""
    both = np.isfinite(one) & np.isfinite(other)
    if both.sum() < 48:
        return 0.0
    a, b = one[both] - one[both].mean(), other[both] - other[both].mean()
    norm = float(np.sqrt(np.sum(a * a) * np.sum(b * b)))
    return float(np.sum(a * b)) / norm if norm > 0 else 0.0


def moved(values: Real, steps: int) -> Real:
    """The values that stand `steps` later, NaN beyond the ends."""
    found = np.full(len(values), np.nan)
    if abs(steps) >= len(values):
        return found
    if steps >= 0:
        found[: len(values) - steps] = values[steps:]
    else:
        found[-steps:] = values[:steps]
    return found
