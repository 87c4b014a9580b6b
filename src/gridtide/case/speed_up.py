"""Sizes of elastic gangs: how fast the work of a class is on a share of its accelerators, on every pool it may use.

The speed-up stands with the class and not with the pool: how work scales is its own, as its power at a clock is the
machine's. A pool's menu gets each of its points at each size; only elastic jobs of the class run there.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from gridtide.case.points import FULL
from gridtide.case.schema import CaseFile, ClassTable
from gridtide.finding import Finding
from gridtide.fleet.operating_point import OperatingPoint

AS_GOOD = 1e-9
"""Speed for a share that concave speed-up may pass by rounding."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """One size of the gangs of a class: accelerators relative to the whole gang, and speed relative to it there."""

    work_class: int
    gang_share: float
    speed: float


def sizes_of(case: CaseFile) -> tuple[Size, ...]:
    """The sizes besides whole gangs, smallest first, of the classes that have elastic jobs."""
    elastic = {table.work_class for table in case.jobs if table.elastic}
    return tuple(
        Size(work_class=number, gang_share=share, speed=speed)
        for number, kind in enumerate(case.work_class)
        if kind.name in elastic
        for share, speed in sorted(kind.speed_up)
        if share != 1.0
    )


def with_sizes(
    points: tuple[OperatingPoint, ...], sizes: tuple[Size, ...], step_s: int
) -> tuple[OperatingPoint, ...]:
    """A menu with each of its points at each size behind it. Power stays that of a busy accelerator at the point.

    Speeds count in whole seconds of work per step of `step_s` seconds, rounded down.
    """
    sized = (
        replace(
            point,
            name=f"{of_gang(point.name)}{size.gang_share:g} of the gang",
            speed=int(point.speed * size.speed * step_s + 1e-9) / step_s,
            gang_share=size.gang_share,
            work_class=size.work_class,
        )
        for size in sizes
        for point in points
    )
    return (*points, *sized)


def of_gang(name: str) -> str:
    """How the name of a point at a size begins; that of full speed says nothing."""
    return "" if name == FULL else f"{name} on "


def speed_up_faults(case: CaseFile) -> Iterator[Finding]:
    """Speed-ups that are none, and elastic jobs of a class without one."""
    for number, kind in enumerate(case.work_class, start=1):
        yield from _curve_faults(f"class[{number}].speed_up", kind)
    scaling = {kind.name for kind in case.work_class if kind.speed_up}
    for number, table in enumerate(case.jobs, start=1):
        if table.elastic and table.work_class not in scaling:
            yield Finding(
                subject=f"jobs[{number}].elastic",
                value=f"true, and class {table.work_class} has no speed_up",
                limit="a class that says how fast its work is on part of a gang",
                mend="Give the class speed_up, such as [[0.5, 0.6], [1, 1]] from runs of your own.",
            )


def _curve_faults(key: str, kind: ClassTable) -> Iterator[Finding]:
    curve = sorted({(0.0, 0.0), (1.0, 1.0), *kind.speed_up})
    for before, after in pairwise(curve):
        if after[0] == before[0]:
            yield _fault(
                key,
                f"speeds {before[1]:g} and {after[1]:g} on {after[0]:g} of the gang",
                "one speed a share, 1 on the whole gang",
            )
        elif after[1] <= before[1]:
            yield _fault(
                key,
                f"speed {after[1]:g} on {after[0]:g} of the gang, {before[1]:g} on {before[0]:g}",
                "faster on more accelerators",
            )
    for before, middle, after in zip(curve, curve[1:], curve[2:], strict=False):
        if before[0] < middle[0] < after[0] and _rises(before, middle, after):
            yield _fault(
                key,
                f"more gained from {middle[0]:g} to {after[0]:g} of the gang than from {before[0]:g} to {middle[0]:g}",
                "each accelerator adds no more than the one before",
            )


def _rises(
    before: tuple[float, float], middle: tuple[float, float], after: tuple[float, float]
) -> bool:
    """Whether an accelerator gains more behind the middle than before it."""
    first = (middle[1] - before[1]) / (middle[0] - before[0])
    second = (after[1] - middle[1]) / (after[0] - middle[0])
    return second > first + AS_GOOD


def _fault(key: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=key,
        value=value,
        limit=limit,
        mend="State pairs of share of the gang and speed beside the whole gang, as measured.",
    )
