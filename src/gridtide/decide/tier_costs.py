"""What a little more work costs by how long it may wait, and a few more answers by how slow they may be.

A small amount is added to the whole course, and the same again; each time the course is solved. Cost is convex in the
amount, so that the price of the first lies between the two differences. Whoever may wait longer has every course of
whoever may not: a later tier is never dearer.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.extra_work import ExtraWork, with_extra_work
from gridtide.decide.program import Solution, summed
from gridtide.decide.relaxed import Course, Relaxed, program_of, relaxed_course
from gridtide.decide.situation import Situation
from gridtide.decide.vertex import Vertex, vertex_of
from gridtide.fleet.service import Service, demand_zone
from gridtide.signals.signal import Kind

Real = NDArray[np.float64]
SHARE_NAME = "one more"


@dataclass(frozen=True, kw_only=True, eq=False)
class TierCost:
    """Money for one unit more. first: of the small amount added to the course as it is, again: of as much once more;
    by_price: by the prices of the course with the first, (releases,) or of one number. undone_share: of what was added,
    that which is not done at what it is worth."""

    first: float
    again: float
    by_price: Real
    undone_share: float

    @property
    def marginal(self) -> float:
        """Between both sides of the small amount."""
        return 0.5 * (self.first + self.again)


def work_tier_cost(course: Course, extra: ExtraWork, base: tuple[float, Vertex | None]) -> TierCost:
    """Of an accelerator-hour of extra work. base: cost and vertex of the course without it."""
    count, asked_h = len(extra.release), extra.accelerators * len(extra.release)
    once = program_of(with_extra_work(course, extra))
    found, near = vertex_of(once.matrix, once.names, base[1])
    double = replace(extra, accelerators=2.0 * extra.accelerators)
    twice = program_of(with_extra_work(course, double))
    again, _ = vertex_of(twice.matrix, twice.names, near)
    undone = found.values[once.columns.undone[-count:]].sum()
    return TierCost(
        first=(cost_of(once, found) - base[0]) / asked_h,
        again=(cost_of(twice, again) - cost_of(once, found)) / asked_h,
        by_price=_by_price(once, found, count),
        undone_share=float(undone / asked_h),
    )


def _by_price(relaxed: Relaxed, solution: Solution, count: int) -> Real:
    """Money for one more accelerator-hour in each of the last `count` buckets, less what the accelerator that comes
    with it saves by working whenever that is cheapest."""
    matrix, columns = relaxed.matrix, relaxed.columns
    buckets = len(relaxed.work)
    felt = summed(matrix.column, matrix.value * solution.row_dual[matrix.index], len(matrix.cost))
    saved = np.maximum(-(matrix.cost - felt)[columns.work], 0.0)
    lent = summed(columns.bucket, saved, buckets)
    return np.asarray(solution.row_dual[relaxed.work] - lent)[buckets - count :]


def cost_of(relaxed: Relaxed, solution: Solution) -> float:
    """Money of a solved course. Raises ValueError where none holds: the course without more does."""
    if not solution.feasible:
        raise ValueError(f"a little more work leaves no course: {solution.status}")
    return solution.objective - relaxed.ahead


def answer_tier_cost(
    situation: Situation, base: Course, number: int, tier: Service, share: float
) -> TierCost:
    """Of a thousand more requests to a service, answered as `tier` may be; `share` of its own requests are added."""
    costs, near = [], None
    refused, asked = 0.0, 0.0
    for times in (0.0, 1.0, 2.0):
        course = _with_requests(situation, base, number, tier, share * times)
        relaxed = program_of(course)
        found, near = vertex_of(relaxed.matrix, relaxed.names, near)
        costs.append(cost_of(relaxed, found))
        if times == 1.0:
            hours = course.facts.hours
            asked = 3600.0 * float((course.facts.requests_per_s[-1] * hours).sum())
            left = found.values[relaxed.columns.refused[-1]]
            refused = 3600.0 * float((left * hours).sum())
    first, again = (1e3 * difference / asked for difference in np.diff(costs))
    return TierCost(
        first=float(first),
        again=float(again),
        by_price=np.asarray([0.5 * float(first + again)]),
        undone_share=refused / asked,
    )


def _with_requests(
    situation: Situation, base: Course, number: int, tier: Service, share: float
) -> Course:
    """The course with one more service that is asked for a share of what another is."""
    own = situation.services[number]
    named = replace(tier, name=f"{own.name} {SHARE_NAME}")
    zones = {
        demand_zone(own.name, origin): demand_zone(named.name, origin)
        for origin in situation.fleet.network.origins
    }
    asked = tuple(
        replace(signal, zone=zones[signal.zone], values=share * signal.values)
        for signal in situation.signals
        if signal.kind is Kind.REQUESTS and signal.zone in zones
    )
    wider = replace(
        situation,
        services=(*situation.services, named),
        signals=(*situation.signals, *asked),
    )
    return relaxed_course(wider, base.objective)
