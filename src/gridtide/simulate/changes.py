"""What can be changed on a course, one thing at a time: classes of promises, services, limits and assets."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.course_changes import (
    an_hour_later,
    due_at_the_end,
    due_inside,
    scaled,
    without_requests,
)
from gridtide.decide.promise_prices import work_h_of_jobs
from gridtide.decide.relaxed import Course, relaxed_course
from gridtide.decide.situation import Event, Situation
from gridtide.fleet.contract import Contract
from gridtide.fleet.service import Service
from gridtide.fleet.site import Battery, Site
from gridtide.fleet.thermal import ColdStore

Thing = TypeVar("Thing")

TENTH = 0.1
BLOCK_KW = 1000.0
"""Import and export are asked for by the megawatt, where a connection has ten of them or more."""


class Kind(StrEnum):
    """What a change is made to."""

    WORK = "work"
    DEADLINE = "deadline"
    SLACK = "slack"
    SERVICE = "service"
    LATENCY = "latency"
    RESERVE = "reserve"
    CALL = "call"
    IMPORT = "import"
    EXPORT = "export"
    RAMP = "ramp"
    RESPONSE = "response"
    DEMAND_CHARGE = "demand-charge"
    BATTERY = "battery"
    COLD_STORE = "cold-store"
    HALL = "hall"
    SUPPLY = "supply"
    PLANT = "plant"
    OFFER = "offer"
    MACHINES = "machines"


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """One thing changed.

    what: in words. subject: the class, service or site it is about. step: how much of `unit` is given (taken,
    where negative). changed: the course with this change.
    """

    what: str
    kind: Kind
    subject: str
    step: float
    unit: str
    changed: Callable[[], Course]


def changes_of(course: Course) -> Iterator[Change]:
    """Classes of jobs, services and calls of the grid, then what each site has."""
    yield from _classes(course)
    yield from _services(course)
    yield from _calls(course)
    yield from _response(course)
    for index, site in enumerate(course.situation.fleet.sites):
        yield from _connection(course, index, site)
        yield from _storage(course, index, site)
        yield from _cold(course, index, site)
        yield from _supply(course, index, site)
        yield from _plants(course, index, site)
        yield from _offers(course, index, site)
        yield from _machines(course, index, site)


def _classes(course: Course) -> Iterator[Change]:
    """A class left out, due only at the end, and due an hour later."""
    buckets, jobs = course.facts.buckets, course.situation.jobs
    work_h = work_h_of_jobs(course)
    for number, kind in enumerate(jobs.classes):
        chosen = buckets.work_class == number
        if not chosen.any():
            continue
        members = (buckets.of_job >= 0) & (jobs.work_class == number)
        dated = chosen & due_inside(course)
        bound = members & np.append(dated, False)[buckets.of_job]
        yield Change(
            what=f"all work of {kind.name} left out ({_jobs(members)})",
            kind=Kind.WORK,
            subject=kind.name,
            step=float(work_h[members].sum()),
            unit="accelerator-hour",
            changed=partial(scaled, course, chosen, 0.0),
        )
        if not bound.any():
            continue
        yield Change(
            what=f"no deadline of {kind.name} before the end of the course ({_jobs(bound)})",
            kind=Kind.DEADLINE,
            subject=kind.name,
            step=float(bound.sum()),
            unit="job",
            changed=partial(due_at_the_end, course, dated),
        )
        yield Change(
            what=f"one more hour until every deadline of {kind.name} ({_jobs(bound)})",
            kind=Kind.SLACK,
            subject=kind.name,
            step=float(bound.sum()),
            unit="job",
            changed=partial(an_hour_later, course, dated),
        )


def _services(course: Course) -> Iterator[Change]:
    """A service without its requests, and without a limit on how long its answers take."""
    hours = course.facts.hours
    for number, service in enumerate(course.situation.services):
        asked = float((course.facts.requests_per_s[number].sum(axis=0) * hours).sum()) * 3600.0
        yield Change(
            what=f"no requests of {service.name}",
            kind=Kind.SERVICE,
            subject=service.name,
            step=asked / 1e6,
            unit="million requests",
            changed=partial(without_requests, course, number),
        )
        slower = replace(service, latency_max_s=float("inf"))
        yield Change(
            what=f"no limit of {service.latency_max_s:g} s on the answers of {service.name}",
            kind=Kind.LATENCY,
            subject=service.name,
            step=1.0,
            unit="limit",
            changed=partial(_with_service, course, number, slower),
        )


def _calls(course: Course) -> Iterator[Change]:
    events = course.situation.events
    for number, event in enumerate(events):
        if not np.isfinite(event.limit_kw):
            continue
        rest = events[:number] + events[number + 1 :]
        yield Change(
            what=f"no call of the grid at {event.site} from {event.start:%Y-%m-%d %H:%M} UTC",
            kind=Kind.CALL,
            subject=event.site,
            step=1.0,
            unit="call",
            changed=partial(_with_calls, course, rest),
        )


def _response(course: Course) -> Iterator[Change]:
    """All sites together, free to answer at once."""
    fleet = course.situation.fleet
    if fleet.response_max_kw_per_min is None:
        return
    free = replace(course.situation, fleet=replace(fleet, response_max_kw_per_min=None))
    yield Change(
        what="no cap on simultaneous response",
        kind=Kind.RESPONSE,
        subject="the fleet",
        step=1.0,
        unit="cap",
        changed=partial(_read_again, course, free),
    )


def _connection(course: Course, index: int, site: Site) -> Iterator[Change]:
    contract = site.contract

    def change(what: str, kind: Kind, step: float, unit: str, other: Contract) -> Change:
        return _at_site(course, index, what, kind, step, unit, replace(site, contract=other))

    if np.isfinite(contract.import_max_kw):
        block_kw = _block_kw(contract.import_max_kw)
        for sign in (1.0, -1.0):
            moved = replace(contract, import_max_kw=contract.import_max_kw + sign * block_kw)
            what = f"{_said(sign * block_kw)} import at {site.name}"
            yield change(what, Kind.IMPORT, sign * block_kw / 1000.0, "MW", moved)
    if contract.export_max_kw > 0:
        block_kw = _block_kw(contract.export_max_kw)
        wider = replace(contract, export_max_kw=contract.export_max_kw + block_kw)
        what = f"{_said(block_kw)} export at {site.name}"
        yield change(what, Kind.EXPORT, block_kw / 1000.0, "MW", wider)
    if contract.ramp_max_kw_per_min is not None:
        free = replace(contract, ramp_max_kw_per_min=float("inf"))
        yield change(f"no ramp rule at {site.name}", Kind.RAMP, 1.0, "rule", free)
    if contract.demand_charge_per_kw_month > 0 and contract.demand_over_factor == 1.0:
        free = replace(contract, demand_charge_per_kw_month=0.0)
        yield change(f"no demand charge at {site.name}", Kind.DEMAND_CHARGE, 1.0, "charge", free)


def _storage(course: Course, index: int, site: Site) -> Iterator[Change]:
    battery = site.battery
    if battery is None:
        return
    more_kwh = TENTH * battery.energy_kwh
    for sign, word in ((1.0, "more"), (-1.0, "less")):
        other = _resized(battery, 1.0 + sign * TENTH)
        what = f"{more_kwh:,.0f} kWh {word} battery at {site.name}"
        moved = replace(site, battery=other)
        yield _at_site(course, index, what, Kind.BATTERY, sign * more_kwh / 1e3, "MWh", moved)
    yield Change(
        what=f"no battery at {site.name}",
        kind=Kind.BATTERY,
        subject=site.name,
        step=-battery.energy_kwh / 1e3,
        unit="MWh",
        changed=partial(_without_battery, course, index),
    )


def _cold(course: Course, index: int, site: Site) -> Iterator[Change]:
    """A store of cold a tenth larger, smaller and gone, and a hall kept at one temperature."""
    store, hall = site.cold_store, site.hall
    if store is not None:
        more_kwh = TENTH * store.energy_kwh
        for sign, word in ((1.0, "more"), (-1.0, "less")):
            moved = replace(site, cold_store=_resized_cold(store, 1.0 + sign * TENTH))
            what = f"{more_kwh:,.0f} kWh of cold {word} in the store at {site.name}"
            step = sign * more_kwh / 1e3
            yield _at_site(course, index, what, Kind.COLD_STORE, step, "MWh of cold", moved)
        yield Change(
            what=f"no store of cold at {site.name}",
            kind=Kind.COLD_STORE,
            subject=site.name,
            step=-store.energy_kwh / 1e3,
            unit="MWh of cold",
            changed=partial(_without_cold, course, index),
        )
    if hall is not None:
        kept = replace(hall, coolest_c=hall.set_c, warmest_c=hall.set_c)
        what = f"the hall at {site.name} kept at {hall.set_c:g} °C"
        moved = replace(site, hall=kept)
        yield _at_site(course, index, what, Kind.HALL, -1.0, "hall", moved)


def _supply(course: Course, index: int, site: Site) -> Iterator[Change]:
    for number, supply in enumerate(site.supplies):
        more_kw = TENTH * supply.capacity_kw
        for step_kw, what in (
            (more_kw, f"{more_kw:,.0f} kW more {supply.kind} at {site.name}"),
            (-supply.capacity_kw, f"no {supply.kind} at {site.name}"),
        ):
            other = replace(supply, capacity_kw=supply.capacity_kw + step_kw)
            moved = replace(site, supplies=_swapped(site.supplies, number, other))
            yield _at_site(course, index, what, Kind.SUPPLY, step_kw / 1000.0, "MW", moved)


def _offers(course: Course, index: int, site: Site) -> Iterator[Change]:
    """A site that may not offer one of its products."""
    for number, product in enumerate(site.products):
        rest = (*site.products[:number], *site.products[number + 1 :])
        what = f"no {product.name} offered at {site.name}"
        moved = replace(site, products=rest)
        yield _at_site(course, index, what, Kind.OFFER, -1.0, "product", moved)


def _machines(course: Course, index: int, site: Site) -> Iterator[Change]:
    for number, pool in enumerate(site.pools):
        where = f"{pool.name} at {site.name}"
        more = max(1, round(TENTH * pool.accelerators))
        wider = replace(pool, accelerators=pool.accelerators + more)
        moved = replace(site, pools=_swapped(site.pools, number, wider))
        what = f"{more:,} more {pool.accelerator} in {where}"
        yield _at_site(course, index, what, Kind.MACHINES, float(more), pool.accelerator, moved)
        if pool.burst_reserve > 0 and pool.for_services > 0:
            bare = replace(pool, burst_reserve=0.0)
            moved = replace(site, pools=_swapped(site.pools, number, bare))
            what = f"no burst reserve of {pool.burst_reserve:.0%} in {where}"
            yield _at_site(course, index, what, Kind.RESERVE, 1.0, "reserve", moved)


def _at_site(
    course: Course, index: int, what: str, kind: Kind, step: float, unit: str, site: Site
) -> Change:
    return Change(
        what=what,
        kind=kind,
        subject=site.name,
        step=step,
        unit=unit,
        changed=partial(_with_site, course, index, site),
    )


def _with_site(course: Course, index: int, site: Site) -> Course:
    return _read_again(course, _sited(course.situation, index, site))


def _without_battery(course: Course, index: int) -> Course:
    """What was in it is gone with it."""
    site = course.situation.fleet.sites[index]
    soc_kwh = course.situation.state.soc_kwh.copy()
    soc_kwh[index] = 0.0
    bare = _sited(course.situation, index, replace(site, battery=None))
    return _read_again(course, replace(bare, state=replace(bare.state, soc_kwh=soc_kwh)))


def _plants(course: Course, index: int, site: Site) -> Iterator[Change]:
    """A plant that is told what to make, gone, as fast as it is told, and without its outages."""
    plant = site.reactor
    if plant is None:
        return
    yield Change(
        what=f"no plant at {site.name}",
        kind=Kind.PLANT,
        subject=site.name,
        step=-plant.capacity_kw / 1000.0,
        unit="MW",
        changed=partial(_without_plant, course, index),
    )
    for what, other in (
        ("no pace", replace(plant, ramp_kw_per_min=float("inf"))),
        ("no outage", replace(plant, outages=())),
    ):
        if other != plant:
            said, moved = f"{what} of the plant at {site.name}", replace(site, reactor=other)
            yield _at_site(course, index, said, Kind.PLANT, 1.0, "plant", moved)


def _without_plant(course: Course, index: int) -> Course:
    """With what it made."""
    situation, sites = course.situation, course.situation.fleet.sites
    row = sum(site.reactor is not None for site in sites[:index])
    bare = _sited(situation, index, replace(sites[index], reactor=None))
    made_kw = np.delete(situation.state.made_kw, row)
    return _read_again(course, replace(bare, state=replace(bare.state, made_kw=made_kw)))


def _without_cold(course: Course, index: int) -> Course:
    """What was in the store is gone with it."""
    site = course.situation.fleet.sites[index]
    assert site.cold_store is not None
    cold_kwh = course.situation.state.cold_kwh.copy()
    cold_kwh[index] = 0.0
    bare = replace(site, cold_store=_resized_cold(site.cold_store, 0.0))
    situation = _sited(course.situation, index, bare)
    return _read_again(
        course, replace(situation, state=replace(situation.state, cold_kwh=cold_kwh))
    )


def _with_service(course: Course, number: int, service: Service) -> Course:
    services = _swapped(course.situation.services, number, service)
    return _read_again(course, replace(course.situation, services=services))


def _with_calls(course: Course, events: tuple[Event, ...]) -> Course:
    return _read_again(course, replace(course.situation, events=events))


def _read_again(course: Course, situation: Situation) -> Course:
    return relaxed_course(situation, course.objective)


def _sited(situation: Situation, index: int, site: Site) -> Situation:
    sites = _swapped(situation.fleet.sites, index, site)
    return replace(situation, fleet=replace(situation.fleet, sites=sites))


def _swapped(things: tuple[Thing, ...], index: int, thing: Thing) -> tuple[Thing, ...]:
    return (*things[:index], thing, *things[index + 1 :])


def _resized(battery: Battery, times: float) -> Battery:
    """More or less of it above the level it may not fall below, which stays where it is."""
    return replace(
        battery,
        soc_min=battery.soc_min / times,
        energy_kwh=battery.energy_kwh * times,
        charge_max_kw=battery.charge_max_kw * times,
        discharge_max_kw=battery.discharge_max_kw * times,
    )


def _resized_cold(store: ColdStore, times: float) -> ColdStore:
    """More or less of it."""
    return replace(
        store,
        energy_kwh=store.energy_kwh * times,
        charge_max_kw=store.charge_max_kw * times,
        discharge_max_kw=store.discharge_max_kw * times,
    )


def _block_kw(limit_kw: float) -> float:
    return BLOCK_KW if limit_kw >= 10.0 * BLOCK_KW else TENTH * limit_kw


def _jobs(chosen: NDArray[np.bool_]) -> str:
    count = int(chosen.sum())
    return f"{count:,} job{'' if count == 1 else 's'}"


def _said(step_kw: float) -> str:
    """`one more MW of`, `one MW less of`, `40 kW more` or `40 kW less`."""
    if abs(step_kw) == BLOCK_KW:
        return "one more MW of" if step_kw > 0 else "one MW less of"
    return f"{abs(step_kw):,.4g} kW {'more' if step_kw > 0 else 'less'}"
