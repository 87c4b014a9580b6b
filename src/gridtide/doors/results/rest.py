"""How nodes that may rest did: accelerator-hours in each state, and what that drew beside parking them all."""

from dataclasses import dataclass

from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study


@dataclass(frozen=True, kw_only=True)
class NodesAtRest:
    """Accelerator-hours idle, parked and off, and IT energy beside all of them parked, wakes counted."""

    idle_accelerator_h: float
    parked_accelerator_h: float
    off_accelerator_h: float
    beside_parked_kwh: float


def nodes_at_rest(study: Study, course: Course) -> NodesAtRest | None:
    """Over a course; None where no pool says how it rests."""
    if not _may_rest(study):
        return None
    hours, seen = study.timeline.hours, course.telemetry
    idle_h, parked_h, off_h = (seen.resting * hours).sum(axis=(1, 2)).tolist()
    return NodesAtRest(
        idle_accelerator_h=idle_h,
        parked_accelerator_h=parked_h,
        off_accelerator_h=off_h,
        beside_parked_kwh=float((seen.rest_kw * hours).sum()),
    )


def rest_of(comparison: Comparison) -> str | None:
    """One sentence of all policies; None where no pool says how it rests."""
    if not _may_rest(comparison.study):
        return None
    said = [
        f"{settlement.policy} {rest.off_accelerator_h:,.0f} accelerator-hours off,"
        f" {rest.beside_parked_kwh:+,.0f} kWh at the racks beside all parked"
        for settlement, course in zip(comparison.settlements, comparison.courses, strict=True)
        if (rest := nodes_at_rest(comparison.study, course)) is not None
    ]
    return f"Nodes that rest, their wakes counted: {'; '.join(said)}."


def _may_rest(study: Study) -> bool:
    return any(pool.parking is not None for pool in study.fleet.pools)
