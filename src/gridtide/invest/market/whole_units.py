"""How far parts of units are from whole ones: a commitment of whole units from the relaxed one, and what it costs
more."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.invest.market.clearing import Cleared, Clearing
from gridtide.invest.market.system import Classes

Real = NDArray[np.float64]
NEARLY = 1e-6


@dataclass(frozen=True, kw_only=True)
class WholeUnits:
    """cost: of the year with whole units on the same courses of load; bound: that no commitment of whole units costs
    less than, as the relaxed one does not."""

    cost: float
    bound: float

    @property
    def gap(self) -> float:
        """How much dearer at most than the cheapest commitment, as a share of the bound."""
        return (self.cost - self.bound) / max(abs(self.bound), 1e-9)


def with_whole_units(
    clearings: Sequence[Clearing], still: Sequence[Cleared], weight: float
) -> WholeUnits:
    """Stretches in which no fleet moves, their units rounded up, dispatched once more."""
    cost = bound = 0.0
    for clearing, relaxed in zip(clearings, still, strict=True):
        on = rounded_up(clearing.system.classes, relaxed.on)
        cost += clearing.cleared(relaxed.drawn_kw, offers=False, on=on).cost
        bound += relaxed.bound
    return WholeUnits(cost=weight * cost, bound=weight * bound)


def rounded_up(classes: Classes, on: Real) -> Real:
    """Whole units that run, (K, T), no fewer than in parts; more where least times up or down would be broken.

    A unit is only ever added, so that this ends, at the latest with all of a class running throughout.
    """
    found = np.ceil(on - NEARLY)
    for one, most in enumerate(classes.units.tolist()):
        up, down = int(classes.min_up_h[one]), int(classes.min_down_h[one])
        while True:
            needed = np.minimum(_held_up(found[one], up, down, most), most)
            if (needed <= found[one]).all():
                break
            found[one] = np.maximum(found[one], needed)
    return np.asarray(found)


def _held_up(on: Real, up: int, down: int, most: float) -> Real:
    """How many units least times ask for in each hour, (T,), of a course that comes again and again."""
    steps = len(on)
    starts = np.maximum(on - np.roll(on, 1), 0.0)
    stops = np.maximum(np.roll(on, 1) - on, 0.0)
    began = sum(np.roll(starts, back) for back in range(min(up, steps - 1)))
    rests = sum(np.roll(stops, back) for back in range(min(down, steps - 1)))
    short = np.asarray(most - on < rests - NEARLY)
    return np.maximum(began, np.where(short, on + 1.0, 0.0))
