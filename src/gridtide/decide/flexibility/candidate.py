"""What could bend at one site before it is put in order: work with an IT power and a cost, to be made into steps."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.step import Change, Direction, Source

Real = NDArray[np.float64]
GROUPS_MAX = 5
"""Steps that candidates alike in all but price are told in at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Candidate:
    """One thing that can bend for a duration. it_kw: of IT, None where `meter_kw` at the meter is known at once.

    cost: money for the whole duration; rebound_kwh: at the meter, afterwards. key: what groups must have in common.
    """

    site: int
    work: str
    source: Source
    direction: Direction
    delay: float
    it_kw: float
    meter_kw: float
    cost: float
    rebound_kwh: float
    change: Change

    @property
    def kw(self) -> float:
        """By which its price is told: IT where that is what bends, else the meter."""
        return self.it_kw or self.meter_kw

    @property
    def tolerated(self) -> bool:
        """Whether services bear it as the case stands."""
        return all(route.tolerated for route in self.change.routes)

    @property
    def price(self) -> float:
        """Money for each kW through the duration."""
        return self.cost / self.kw


def together(members: list[Candidate]) -> Candidate:
    """Candidates alike in all but price as one that pays for the dearest of them."""
    if len(members) == 1:
        return members[0]
    kw = sum(one.kw for one in members)
    first = members[0]
    return Candidate(
        site=first.site,
        work=first.work,
        source=first.source,
        direction=first.direction,
        delay=first.delay,
        it_kw=sum(one.it_kw for one in members),
        meter_kw=sum(one.meter_kw for one in members),
        cost=max(one.price for one in members) * kw,
        rebound_kwh=sum(one.rebound_kwh for one in members),
        change=_joined([one.change for one in members]),
    )


def part_of(one: Candidate, share: float) -> Candidate:
    """A share of what a battery, a hall or a store of cold gives, at the same price."""
    change = replace(
        one.change, store_kw=share * one.change.store_kw, heat_kw=share * one.change.heat_kw
    )
    return replace(
        one,
        meter_kw=share * one.meter_kw,
        cost=share * one.cost,
        rebound_kwh=share * one.rebound_kwh,
        change=change,
    )


def in_groups(candidates: list[Candidate]) -> list[Candidate]:
    """Candidates of one kind in at most GROUPS_MAX groups, the cheapest first, each as large as the others."""
    ordered = sorted(candidates, key=lambda one: one.price)
    whole = sum(one.kw for one in ordered)
    groups: list[list[Candidate]] = [[] for _ in range(GROUPS_MAX)]
    before = 0.0
    for one in ordered:
        groups[min(int(GROUPS_MAX * before / whole), GROUPS_MAX - 1)].append(one)
        before += one.kw
    return [together(members) for members in groups if members]


def _joined(changes: list[Change]) -> Change:
    counts = np.concatenate([np.diff(change.offsets) for change in changes])
    return Change(
        jobs=np.concatenate([change.jobs for change in changes]),
        offsets=np.concatenate([[0], np.cumsum(counts)]),
        slots=np.concatenate([change.slots for change in changes]),
        points=np.concatenate([change.points for change in changes]),
        places=np.concatenate([change.places for change in changes]),
        store_kw=sum(change.store_kw for change in changes),
        heat_kw=np.sum([change.heat_kw for change in changes], axis=0),
        routes=tuple(route for change in changes for route in change.routes),
    )
