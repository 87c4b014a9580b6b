"""Operating points of a case's pools: slower ways to run their machines, and which of them are worth a choice."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from gridtide.case.machines import pool_powers_kw
from gridtide.case.schema import CaseFile, PointTable, PoolTable
from gridtide.finding import Finding
from gridtide.fleet.operating_point import OperatingPoint

FULL = "full"
NO_SAVING_KW = 1e-9
"""Power below this that a point saves is none."""


def points_of(
    table: PoolTable, parked_kw: float, busy_kw: float, step_s: int
) -> tuple[OperatingPoint, ...]:
    """The menu of a pool, fastest first: full speed, then every point that no pause or other point matches.

    Speeds count in whole seconds of work per step of `step_s` seconds, rounded down.
    """
    full = OperatingPoint(name=FULL, speed=1.0, it_kw_per_accelerator=busy_kw)
    left_out = needless(table.point, parked_kw, busy_kw)
    kept = [point for point in table.point if point.name not in left_out]
    slower = [
        OperatingPoint(
            name=point.name,
            speed=int(point.speed * step_s + 1e-9) / step_s,
            it_kw_per_accelerator=point.busy_kw_per_accelerator,
        )
        for point in sorted(kept, key=lambda point: -point.speed)
    ]
    return (full, *slower)


def points_left_out(case: CaseFile) -> tuple[str, ...]:
    """A sentence for each operating point that no decision would ever take."""
    said = []
    for site in case.site:
        for pool in site.pool:
            parked_kw, busy_kw = pool_powers_kw(pool)
            if parked_kw is None or busy_kw is None:
                continue
            for name in sorted(needless(pool.point, parked_kw, busy_kw)):
                said.append(
                    f"point {name} of pool {pool.name} at {site.name} is left out: faster and slower points, or"
                    " pauses, do the same work with no more power"
                )
    return tuple(said)


def needless(points: tuple[PointTable, ...], parked_kw: float, busy_kw: float) -> frozenset[str]:
    """Points on or above the lower envelope of power over speed, from parked machines to full speed."""
    corners = [(0.0, parked_kw, "")]
    for point in (*sorted(points, key=lambda point: point.speed), None):
        speed, power_kw, name = (1.0, busy_kw, FULL) if point is None else _corner(point)
        while len(corners) > 1 and _above(corners[-2], corners[-1], (speed, power_kw)):
            corners.pop()
        corners.append((speed, power_kw, name))
    kept = {name for _, _, name in corners}
    return frozenset(point.name for point in points if point.name not in kept)


def _corner(point: PointTable) -> tuple[float, float, str]:
    return point.speed, point.busy_kw_per_accelerator, point.name


def _above(
    before: tuple[float, float, str], middle: tuple[float, float, str], after: tuple[float, float]
) -> bool:
    """Whether a point saves nothing beside a mixture of its two neighbours."""
    share = (middle[0] - before[0]) / (after[0] - before[0])
    return middle[1] >= (1.0 - share) * before[1] + share * after[1] - NO_SAVING_KW


def point_faults(case: CaseFile) -> Iterator[Finding]:
    """Operating points that cannot be told apart, or whose power does not fall with their speed."""
    for number, site in enumerate(case.site, start=1):
        for index, pool in enumerate(site.pool, start=1):
            yield from _pool_faults(f"site[{number}].pool[{index}]", pool)


def _pool_faults(key: str, pool: PoolTable) -> Iterator[Finding]:
    counts = Counter(point.name for point in pool.point)
    for name in sorted(name for name, count in counts.items() if count > 1):
        yield Finding(
            subject=f"{key}.point.name",
            value=f"{name} {counts[name]} times",
            limit="each name once",
            mend="Rename all but one.",
        )
    parked_kw, busy_kw = pool_powers_kw(pool)
    for number, point in enumerate(pool.point, start=1):
        yield from _point_faults(f"{key}.point[{number}]", point, parked_kw, busy_kw)
    by_speed = sorted(pool.point, key=lambda point: (-point.speed, -point.busy_kw_per_accelerator))
    for faster, slower in pairwise(by_speed):
        if slower.speed == faster.speed:
            value, limit = f"{faster.name} and {slower.name} at {slower.speed:g}", "each speed once"
        elif slower.busy_kw_per_accelerator >= faster.busy_kw_per_accelerator:
            value = f"{slower.name} draws {slower.busy_kw_per_accelerator:g} kW"
            limit = (
                f"below {faster.busy_kw_per_accelerator:g} kW, what the faster {faster.name} draws"
            )
        else:
            continue
        yield Finding(
            subject=f"{key}.point", value=value, limit=limit, mend="Correct speed or power, or leave one out."
        )  # fmt: skip


def _point_faults(
    key: str, point: PointTable, parked_kw: float | None, busy_kw: float | None
) -> Iterator[Finding]:
    if point.name == FULL:
        yield Finding(
            subject=f"{key}.name",
            value=FULL,
            limit=f"another name; every pool has a point called {FULL} of itself",
            mend="State its power by the pool's busy_kw_per_accelerator.",
        )
    if point.speed >= 1.0:
        yield Finding(
            subject=f"{key}.speed",
            value=f"{point.speed:g}",
            limit="below 1, the speed of the full point",
            mend="State the power at full speed by the pool's busy_kw_per_accelerator.",
        )
    power_kw = point.busy_kw_per_accelerator
    if busy_kw is not None and power_kw >= busy_kw:
        yield Finding(
            subject=f"{key}.busy_kw_per_accelerator",
            value=f"{power_kw:g} kW",
            limit=f"below {busy_kw:g} kW, what the pool draws at full speed",
            mend="Correct one of the two, or leave the point out.",
        )
    if parked_kw is not None and power_kw <= parked_kw:
        yield Finding(
            subject=f"{key}.busy_kw_per_accelerator",
            value=f"{power_kw:g} kW",
            limit=f"above {parked_kw:g} kW, what a parked accelerator draws",
            mend="Correct one of the two.",
        )
