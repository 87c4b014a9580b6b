"""What the boards of a pool are told at each of its operating points: as the case states it, or its table of caps."""

from collections.abc import Iterator

from gridtide.case.machines import accelerators
from gridtide.case.schema import CaseFile, PointTable, PoolTable
from gridtide.finding import Finding
from gridtide.fleet.board_bound import FREE, BoardBound, BoardPoint
from gridtide.fleet.site import Pool


def board_menu(case: CaseFile, place: str, pool: Pool) -> tuple[BoardPoint, ...]:
    """The points of a pool, site/pool, as its boards are told them, fastest first; full speed leaves them free. pool:
    the same pool of the fleet, whose menu has lost the points that no decision would take. A valid case, as it is read:
    a pool with a table has the points of that."""
    table = _pool_table(case, place)
    stated = {point.name: _bound(point) for point in table.point}
    return tuple(
        BoardPoint(
            name=point.name,
            speed=point.speed,
            it_kw=point.it_kw_per_accelerator,
            bound=stated.get(point.name, FREE),
        )
        for point in pool.points
        if point.gang_share == 1.0
    )


def board_point_faults(case: CaseFile, place: str) -> Iterator[Finding]:
    """Points of a pool that its boards cannot be told, or whose cap is below what its accelerator takes."""
    table = _pool_table(case, place)
    known = accelerators().get(table.accelerator)
    lowest_kw = 0.0 if known is None or known.lowest_cap_w is None else known.lowest_cap_w / 1000.0
    for point in table.point:
        subject = f"point {point.name} of {place}"
        if _bound(point).is_free:
            yield _fault(subject, "says nothing of its boards", "cap_kw, highest_mhz or both")
        if point.cap_kw is not None and point.cap_kw < lowest_kw:
            limit = f"at least {lowest_kw:g} kW, the lowest cap that {table.accelerator} takes"
            yield _fault(f"{subject}, cap_kw", f"{point.cap_kw:g} kW", limit)


def _bound(point: PointTable) -> BoardBound:
    return BoardBound(cap_kw=point.cap_kw, highest_mhz=point.highest_mhz)


def _pool_table(case: CaseFile, place: str) -> PoolTable:
    site, _, pool = place.rpartition("/")
    return next(
        one for found in case.site if found.name == site for one in found.pool if one.name == pool
    )


def _fault(subject: str, value: str, limit: str) -> Finding:
    mend = "Mend [[site.pool.point]]; docs/live.md says what boards are told."
    return Finding(subject=subject, value=value, limit=limit, mend=mend)
