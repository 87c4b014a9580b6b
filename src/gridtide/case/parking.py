"""[site.pool.parking]: how the nodes of a pool rest, and what of it is assumed."""

from collections.abc import Iterator

from gridtide.case.left_out import left_to_assumptions
from gridtide.case.machines import pool_powers_kw
from gridtide.case.schema import CaseFile, ParkingTable, PoolTable
from gridtide.finding import Finding
from gridtide.fleet.parking import Parking

S_PER_MIN = 60.0


def parking_of(table: ParkingTable, parked_kw: float, busy_kw: float) -> Parking:
    """How a valid pool rests. An idle node draws what a parked one does, and a waking one what a busy one does, unless
    the table states it."""
    idle, wake = table.idle_kw_per_accelerator, table.wake_kw_per_accelerator
    return Parking(
        node_accelerators=table.node_accelerators,
        idle_kw=parked_kw if idle is None else idle,
        parked_kw=parked_kw,
        off_kw=table.off_kw_per_accelerator,
        wake_kw=busy_kw if wake is None else wake,
        wake_parked_s=table.wake_parked_s,
        wake_off_s=table.wake_off_s,
        least_idle_s=S_PER_MIN * table.least_idle_min,
        least_parked_s=S_PER_MIN * table.least_parked_min,
        least_off_s=S_PER_MIN * table.least_off_min,
    )


def parking_notes(case: CaseFile) -> tuple[str, ...]:
    """A sentence for each pool whose rest is partly assumed."""
    said = []
    for site in case.site:
        for pool in site.pool:
            if pool.parking is None:
                continue
            left_out = left_to_assumptions(pool.parking, ParkingTable.model_fields)
            if left_out:
                said.append(f"rest of pool {pool.name} at {site.name}: {left_out}")
    return tuple(said)


def parking_faults(case: CaseFile) -> Iterator[Finding]:
    """Pools none of whose nodes may rest, and powers that fall the wrong way."""
    for number, site in enumerate(case.site, start=1):
        for index, pool in enumerate(site.pool, start=1):
            if pool.parking is not None:
                yield from _faults(f"site[{number}].pool[{index}]", pool, pool.parking)


def _faults(key: str, pool: PoolTable, table: ParkingTable) -> Iterator[Finding]:
    if pool.for_services < table.node_accelerators:
        yield Finding(
            subject=f"{key}.for_services",
            value=str(pool.for_services),
            limit=f"{table.node_accelerators} or more, a whole node: only what is kept for services may rest",
            mend="Keep nodes for services, so that no promise waits for one that sleeps, or leave out `parking`.",
        )
    parked_kw, _ = pool_powers_kw(pool)
    if parked_kw is None:
        return
    idle_kw = table.idle_kw_per_accelerator
    if idle_kw is not None and idle_kw < parked_kw:
        yield Finding(
            subject=f"{key}.parking.idle_kw_per_accelerator",
            value=f"{idle_kw:g} kW",
            limit=f"{parked_kw:g} kW or more, what a parked one draws",
            mend="Correct one of the two.",
        )
    if table.off_kw_per_accelerator > parked_kw:
        yield Finding(
            subject=f"{key}.parking.off_kw_per_accelerator",
            value=f"{table.off_kw_per_accelerator:g} kW",
            limit=f"{parked_kw:g} kW or less, what a parked one draws",
            mend="Correct one of the two.",
        )
