"""Which work of a fleet draws less in each curtailed hour of a new load, and what that costs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.headroom import Headroom

Real = NDArray[np.float64]
HOUR_S = 3600.0
TINY_KW = 1e-6


@dataclass(frozen=True, kw_only=True)
class OfferedStep:
    """kW that a kind of work draws less for a duration, and from which price per kWh on; of a fleet of a stated
    size."""

    work: str
    duration_s: float
    kw: float
    price_per_kwh: float


@dataclass(frozen=True, kw_only=True)
class Curtailing:
    """energy_kwh: that this work leaves out in all curtailed hours; cost: of it; most_kw: in any hour; dearest_per_kwh:
    of its steps that are used; hours: in which it is."""

    work: str
    energy_kwh: float
    cost: float
    most_kw: float
    dearest_per_kwh: float
    hours: int


@dataclass(frozen=True, kw_only=True)
class WhoCurtails:
    """Work, the cheapest on average first. unmet_kwh: curtailed energy that no step covers; unmet_hours: hours of it;
    longer_h: hours of events that outlast every step, in which the longest steps are asked anew."""

    works: tuple[Curtailing, ...]
    unmet_kwh: float
    unmet_hours: int
    longer_h: int


def who_curtails(found: Headroom, steps: Sequence[OfferedStep], fleet_kw: float) -> WhoCurtails:
    """Steps in the order of price cover each hour's curtailment, those of the shortest duration that outlasts its
    event.

    steps: of a fleet that draws fleet_kw; the new load is taken to be as many such fleets as its size holds.
    """
    scale = found.load_kw / fleet_kw
    given: list[_Given] = []
    left = [np.zeros(1)]
    for number in range(len(found.events)):
        left.append(_answer(found, number, steps, scale, given))
    unmet = np.concatenate(left)
    longest_s = max((step.duration_s for step in steps), default=0.0)
    works = [
        _together([one for one in given if one.step.work == work])
        for work in sorted({one.step.work for one in given if one.kw.max() > TINY_KW})
    ]
    return WhoCurtails(
        works=tuple(sorted(works, key=lambda one: one.cost / one.energy_kwh)),
        unmet_kwh=float(unmet[unmet > TINY_KW].sum()),
        unmet_hours=int((unmet > TINY_KW).sum()),
        longer_h=sum(event.hours for event in found.events if event.hours * HOUR_S > longest_s),
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Given:
    """What a step gives in the hours of an event, (hours,), kW; the event by number."""

    event: int
    step: OfferedStep
    kw: Real


def _answer(
    found: Headroom, number: int, steps: Sequence[OfferedStep], scale: float, given: list[_Given]
) -> Real:
    """Steps that answer an event, added to `given`; what is left of its hours, (hours,)."""
    event = found.events[number]
    left: Real = found.curtailed_kw[event.start : event.start + event.hours].copy()
    durations = sorted({step.duration_s for step in steps})
    outlasting = [one for one in durations if one >= event.hours * HOUR_S]
    chosen = (outlasting or durations[-1:] or [0.0])[0]
    ordered = sorted(
        (step for step in steps if step.duration_s == chosen),
        key=lambda step: (step.price_per_kwh, step.work),
    )
    for step in ordered:
        taken = np.minimum(left, scale * step.kw)
        given.append(_Given(event=number, step=step, kw=taken))
        left = left - taken
    return left


def _together(own: Sequence[_Given]) -> Curtailing:
    """All that a kind of work gives."""
    by_event: dict[int, Real] = {}
    for one in own:
        by_event[one.event] = by_event.get(one.event, 0.0) + one.kw
    used = [one for one in own if one.kw.max() > TINY_KW]
    return Curtailing(
        work=own[0].step.work,
        energy_kwh=float(sum(one.kw.sum() for one in own)),
        cost=float(sum(one.step.price_per_kwh * one.kw.sum() for one in own)),
        most_kw=float(max(kw.max() for kw in by_event.values())),
        dearest_per_kwh=max(one.step.price_per_kwh for one in used),
        hours=int(sum((kw > TINY_KW).sum() for kw in by_event.values())),
    )
