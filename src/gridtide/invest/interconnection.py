"""Which connection should a load ask for: firm, flexible, or flexible with something of its own on site?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.grid.hosting_curve import curtailed
from gridtide.grid.waiting_work import Waited
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ConnectionCosts:
    """What ways to connect cost, in one currency of one year; money per year for what is built, annuity and upkeep.

    curtailed_per_mwh: what load that is not served would have been worth. energy_per_mwh: of the grid.
    reinforcement_per_kw_year: of rating added to a branch. battery_per_kw_year, battery_per_kwh_year, round_trip:
    efficiency, 0-1. genset_per_kw_year, genset_per_mwh: fuel and upkeep. per_waiting_currency: money for one of the
    currency in which waiting of work is priced, None where it is the same.
    """

    currency: str
    curtailed_per_mwh: float
    energy_per_mwh: float
    reinforcement_per_kw_year: float
    battery_per_kw_year: float
    battery_per_kwh_year: float
    battery_round_trip: float
    genset_per_kw_year: float
    genset_per_mwh: float
    per_waiting_currency: float | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """One way to connect. cost_per_year: in the currency of the costs, unserved load among it; unserved_kwh: in a
    year; built: what is built, as (what, how much), by names that end in their unit."""

    name: str
    cost_per_year: float
    unserved_kwh: float
    built: tuple[tuple[str, float], ...] = ()


def ways_to_connect(
    size_kw: float,
    firm_room_kw: Real,
    quick_room_kw: Real,
    expected_kwh: float,
    reinforcement_kw: Real,
    costs: ConnectionCosts,
    work: tuple[Waited, str] | None,
) -> tuple[Way, ...]:
    """All ways to connect a load of size_kw in all hours, the cheapest first.

    firm_room_kw: room with what must hold after any outage kept before it, quick_room_kw: with load taken off after
    it, (H,); expected_kwh: what that then costs in a year, by how often branches fail. reinforcement_kw: rating to
    be added to each branch, (L,). work: what waits, and the currency that is priced in. Raises BadInput for another
    currency without a rate.
    """
    short = curtailed(size_kw, firm_room_kw)
    quick = curtailed(size_kw, quick_room_kw)
    lacking = cost_per_kwh(costs.curtailed_per_mwh)
    added = float(reinforcement_kw.sum())
    ways = [
        Way(
            name="firm, branches reinforced",
            cost_per_year=added * costs.reinforcement_per_kw_year,
            unserved_kwh=0.0,
            built=(("reinforcement_kw", added),),
        ),
        Way(
            name="flexible, off before an outage",
            cost_per_year=short.energy_kwh * lacking,
            unserved_kwh=short.energy_kwh,
        ),
        Way(
            name="flexible, off after an outage",
            cost_per_year=(quick.energy_kwh + expected_kwh) * lacking,
            unserved_kwh=quick.energy_kwh + expected_kwh,
        ),
        _with_genset(short.deepest_kw, short.energy_kwh, costs),
        _with_battery(size_kw, firm_room_kw, costs),
    ]
    if work is not None:
        ways.append(_with_work(*work, costs))
    return tuple(sorted(ways, key=lambda way: way.cost_per_year))


def battery_kwh(size_kw: float, room_kw: Real, round_trip: float) -> float:
    """The least battery, as strong as the deepest lack, that serves a load in all hours: what it lacks at most if it
    fills in hours with room beyond the load; inf where room is short for longer than it is there to fill it."""
    room = np.maximum(room_kw, 0.0)
    lack = np.maximum(size_kw - room, 0.0)
    strongest = float(lack.max(initial=0.0))
    filled = np.minimum(np.maximum(room - size_kw, 0.0), strongest) * round_trip
    if filled.sum() < lack.sum():
        return float("inf")
    missing = most = 0.0
    for change in np.tile(lack - filled, 2).tolist():
        missing = max(0.0, missing + change)
        most = max(most, missing)
    return most


def _with_genset(deepest_kw: float, energy_kwh: float, costs: ConnectionCosts) -> Way:
    run = cost_per_kwh(costs.genset_per_mwh - costs.energy_per_mwh) * energy_kwh
    return Way(
        name="flexible with a genset",
        cost_per_year=deepest_kw * costs.genset_per_kw_year + run,
        unserved_kwh=0.0,
        built=(("genset_kw", deepest_kw),),
    )


def _with_battery(size_kw: float, room_kw: Real, costs: ConnectionCosts) -> Way:
    """What the battery loses is paid as energy of the grid."""
    short = curtailed(size_kw, room_kw)
    energy = battery_kwh(size_kw, room_kw, costs.battery_round_trip)
    lost = short.energy_kwh * (1.0 / costs.battery_round_trip - 1.0)
    return Way(
        name="flexible with a battery",
        cost_per_year=short.deepest_kw * costs.battery_per_kw_year
        + energy * costs.battery_per_kwh_year
        + lost * cost_per_kwh(costs.energy_per_mwh),
        unserved_kwh=0.0,
        built=(("battery_kw", short.deepest_kw), ("battery_kwh", energy)),
    )


def _with_work(waited: Waited, currency: str, costs: ConnectionCosts) -> Way:
    """Late work counts as not served."""
    rate = costs.per_waiting_currency
    if rate is None:
        if currency != costs.currency:
            raise BadInput([_other_money(currency, costs.currency)])
        rate = 1.0
    unserved = waited.unmet_kwh + waited.late_kwh
    return Way(
        name="flexible, work waits",
        cost_per_year=waited.waiting_cost * rate + unserved * cost_per_kwh(costs.curtailed_per_mwh),
        unserved_kwh=unserved,
    )


def _other_money(waiting: str, costs: str) -> Finding:
    return Finding(
        subject="costs.currency",
        value=f"{costs}, while waiting of work is priced in {waiting}",
        limit="one currency, or a rate between both",
        mend=f"Write costs.per_waiting_currency: how many {costs} one {waiting} is.",
    )
