"""What batteries give and take beside what they are told to, and what it costs to bring them back in time."""

from dataclasses import dataclass
from math import isclose

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.flexibility.candidate import Candidate, together
from gridtide.decide.flexibility.outlook import Outlook
from gridtide.decide.flexibility.step import Change, Direction, Source
from gridtide.fleet.site import Battery

Real = NDArray[np.float64]
STEPS = 4
LEAST_SHARE = 1e-3
"""Of a battery's largest power; less is not worth a row."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """A battery as it is told to go: charge_kw, discharge_kw at its terminals, soc_kwh at the end of each slot, and
    what it holds ready for offers: kW of more discharge and of more charge, kWh it must not give and must not fill."""

    charge_kw: Real
    discharge_kw: Real
    soc_kwh: Real
    ready_kw: tuple[Real, Real]
    kept_kwh: tuple[Real, Real]


def from_stores(outlook: Outlook, duration_s: int) -> list[Candidate]:
    """Both ways, of every site with a battery."""
    found = []
    for number, site in enumerate(outlook.situation.fleet.sites):
        if site.battery is not None:
            course = _course(outlook, number, site.battery)
            for direction in Direction:
                found += _steps(outlook, number, site.battery, course, duration_s, direction)
    return found


def _course(outlook: Outlook, site: int, battery: Battery) -> Course:
    """Over the slots the plan covers; beyond it nobody knows what the battery will do."""
    dispatch, grid = outlook.dispatch, outlook.held.grid
    steps = int(np.searchsorted(grid.edges_s, outlook.plan.horizon.edges_s[-1]))
    charge, discharge = dispatch.charge_kw[site, :steps], dispatch.discharge_kw[site, :steps]
    hours = grid.hours[:steps]
    flow = battery.charge_efficiency * charge - discharge / battery.discharge_efficiency
    soc = np.empty(steps)
    now = float(outlook.situation.state.soc_kwh[site])
    for step in range(steps):
        now = min(now + flow[step] * hours[step], battery.energy_kwh)
        now = max(now, battery.soc_min * battery.energy_kwh)
        soc[step] = now
    ready, kept = np.zeros((2, 2, steps))
    for (number, product), kw in zip(
        outlook.situation.fleet.products, dispatch.offered_kw, strict=True
    ):
        if number == site:
            per_kw = (1.0 / battery.discharge_efficiency, battery.charge_efficiency)
            for way, goes in enumerate((product.goes_up, product.goes_down)):
                ready[way] += kw[:steps] * goes
                kept[way] += kw[:steps] * goes * product.hold_h * per_kw[way]
    return Course(
        charge_kw=charge,
        discharge_kw=discharge,
        soc_kwh=soc,
        ready_kw=(ready[0], ready[1]),
        kept_kwh=(kept[0], kept[1]),
    )


def _steps(
    outlook: Outlook,
    site: int,
    battery: Battery,
    course: Course,
    duration_s: int,
    direction: Direction,
) -> list[Candidate]:
    """Equal steps up to what power and energy allow; each is brought back where that is cheapest in the time left."""
    window, hours = outlook.window(duration_s), duration_s / 3600.0
    if window >= len(course.soc_kwh):
        return []
    room_kwh, most_kw, back_kw = _room(outlook, site, battery, course, direction)
    gives = direction is Direction.DOWN
    per_kw_h = 1.0 / battery.discharge_efficiency if gives else battery.charge_efficiency
    back_per_kwh = 1.0 / battery.charge_efficiency if gives else battery.discharge_efficiency
    most = min(float(most_kw[:window].min()), float(room_kwh[:window].min()) / (per_kw_h * hours))
    saves = outlook.price_per_kwh[site] - outlook.peak_per_kwh[site]
    price = outlook.price_per_kwh[site] if gives else saves
    left_kwh = np.maximum(back_kw, 0.0) * outlook.step_s / 3600.0
    left_kwh[:window] = 0.0
    now = float(saves[:window].mean())
    found = []
    least = LEAST_SHARE * max(battery.charge_max_kw, battery.discharge_max_kw)
    for step in range(1, STEPS + 1) if most > least else ():
        stored_kwh = step / STEPS * most * hours * per_kw_h
        short = np.flatnonzero(room_kwh[window:] < stored_kwh - 1e-9)
        end = window + int(short[0]) if len(short) else len(room_kwh)
        wanted_kwh = most / STEPS * hours * per_kw_h * back_per_kwh
        money = brought_back(left_kwh, price, end, wanted_kwh, cheapest=gives)
        if money is None:
            break
        kwh = most / STEPS * hours
        wear = battery.wear_cost_per_kwh * (kwh if gives else wanted_kwh)
        found.append(
            Candidate(
                site=site,
                work="storage",
                source=Source.STORAGE,
                direction=direction,
                delay=0.0,
                it_kw=0.0,
                meter_kw=most / STEPS,
                cost=wear + (money - now * kwh if gives else now * kwh - money),
                rebound_kwh=wanted_kwh,
                change=Change(store_kw=most / STEPS),
            )
        )
    return _alike_as_one(found)


def _alike_as_one(steps: list[Candidate]) -> list[Candidate]:
    """Steps one after another at the same price as one."""
    found: list[Candidate] = []
    for step in steps:
        if found and isclose(found[-1].price, step.price, rel_tol=1e-9):
            step = together([found.pop(), step])
        found.append(step)
    return found


def _room(
    outlook: Outlook, site: int, battery: Battery, course: Course, direction: Direction
) -> tuple[Real, Real, Real]:
    """By slot: kWh the store can still give or take, kW of more of it, kW at which it can be brought back."""
    steps = len(course.soc_kwh)
    net_kw = course.discharge_kw - course.charge_kw
    more_out = battery.discharge_max_kw - net_kw
    more_in = battery.charge_max_kw + net_kw
    spare_kw = (outlook.import_max_kw - outlook.import_kw)[site, :steps]
    drawn_kw = outlook.import_kw[site, :steps]
    if direction is Direction.DOWN:
        least = battery.soc_min * battery.energy_kwh + course.kept_kwh[0]
        back = np.minimum(more_in - course.ready_kw[1], spare_kw)
        return course.soc_kwh - least, more_out - course.ready_kw[0], back
    room = battery.energy_kwh - course.kept_kwh[1] - course.soc_kwh
    back = np.minimum(more_out - course.ready_kw[0], drawn_kw)
    return room, more_in - course.ready_kw[1], back


def brought_back(
    left_kwh: Real, price: Real, end: int, wanted_kwh: float, cheapest: bool
) -> float | None:
    """Money for so many kWh in slots before `end`, taken from what is left there; None where there is too little."""
    if float(left_kwh[:end].sum()) < wanted_kwh:
        return None
    money = 0.0
    order = np.argsort(price[:end] if cheapest else -price[:end], kind="stable")
    for slot in order:
        taken = min(float(left_kwh[slot]), wanted_kwh)
        left_kwh[slot] -= taken
        wanted_kwh -= taken
        money += taken * float(price[slot])
        if wanted_kwh <= 0.0:
            break
    return money
