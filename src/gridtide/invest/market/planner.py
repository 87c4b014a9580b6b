"""The least cost of energy, reserve and a year's capacity: stretches tied by one number, the highest net load of all.

What stretches cost under a limit of net load is convex in it, and the duals of the limit are its slope: cutting
planes in one dimension (Kelley 1960) close in from both sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from gridtide.invest.market.clearing import Cleared, Clearing
from gridtide.invest.market.system import PowerSystem

CLOSE = 1e-6
CUTS = 40


@dataclass(frozen=True, kw_only=True)
class Cut:
    """A line that the year's cost of energy and reserve never lies below: at a limit, its height and slope."""

    limit_kw: float
    cost: float
    slope: float

    def at(self, limit_kw: float) -> float:
        """Its height at another limit."""
        return self.cost + self.slope * (limit_kw - self.limit_kw)


def net_peak_kw(clearings: Sequence[Clearing], cleared: Sequence[Cleared]) -> float:
    """The highest load less what weather gives, of all stretches."""
    pairs = zip(clearings, cleared, strict=True)
    return max(float((one.net_kw + done.drawn_kw.sum(axis=0)).max()) for one, done in pairs)


def by_peak(
    clearings: Sequence[Clearing], system: PowerSystem
) -> tuple[tuple[Cleared, ...], float]:
    """Each stretch cleared at the least cost of a year, and a bound of it that the duals prove."""
    rate = system.terms.peak_cost_per_kw_year
    free = tuple(one.cleared(None, offers=True) for one in clearings)
    best, least = free, np.inf
    cuts: list[Cut] = []
    bound, limit_kw = -np.inf, net_peak_kw(clearings, free)
    for _ in range(CUTS):
        found = _under(clearings, free, limit_kw)
        slope = -sum(float(one.peak_price_per_kw.sum()) for one in found) * system.weight
        proven = sum(one.bound for one in found) * system.weight
        cuts.append(Cut(limit_kw=limit_kw, cost=proven, slope=slope))
        spent = _year_cost(clearings, found, system)
        best, least = (found, spent) if spent < least else (best, least)
        limit_kw, bound = _lowest(cuts, rate, limit_kw_most=cuts[0].limit_kw)
        if least - bound <= CLOSE * abs(least):
            break
    return best, bound


def _under(
    clearings: Sequence[Clearing], free: Sequence[Cleared], limit_kw: float
) -> tuple[Cleared, ...]:
    """Stretches whose best course keeps the limit by itself stay as they are."""
    return tuple(
        done
        if (one.net_kw + done.drawn_kw.sum(axis=0)).max() <= limit_kw
        else one.cleared(None, offers=True, net_peak_kw=limit_kw)
        for one, done in zip(clearings, free, strict=True)
    )


def _year_cost(
    clearings: Sequence[Clearing], found: Sequence[Cleared], system: PowerSystem
) -> float:
    """Of energy and reserve with the capacity that the courses need, penalties of a limit left aside."""
    peak_kw = net_peak_kw(clearings, found)
    spent = sum(one.cost - one.passed_cost for one in found)
    return spent * system.weight + system.terms.peak_cost_per_kw_year * peak_kw


def _lowest(cuts: Sequence[Cut], rate: float, limit_kw_most: float) -> tuple[float, float]:
    """Where the highest of the cuts with what capacity costs is lowest, and how low that is."""
    ends = [0.0, limit_kw_most]
    for one in range(len(cuts)):
        for other in cuts[one + 1 :]:
            bend = cuts[one].slope - other.slope
            if abs(bend) > 1e-12:
                ends.append((other.at(0.0) - cuts[one].at(0.0)) / bend)
    inside = sorted(end for end in ends if 0.0 <= end <= limit_kw_most)
    heights = [max(cut.at(end) for cut in cuts) + rate * end for end in inside]
    lowest = int(np.argmin(heights))
    return inside[lowest], heights[lowest]
