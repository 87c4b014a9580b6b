"""The program that clears a stretch of hours: energy and reserve together, units committed in parts (a relaxation).

Units of a class that run are a number between 0 and all of them, not a whole one; the rest is the commitment of units
as it is always written: steps above lowest output, starts, least times up and down, reserve within headroom and ramp
(after Palmintier and Webster, "Impact of unit clustering", 2014, and Morales-España et al. 2013). The stretch follows
upon itself: the hour before its first is its last.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, Program, matrix_of
from gridtide.invest.market.fleets import Window
from gridtide.invest.market.system import Basins, Classes, PowerSystem, Weather
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
ABOVE_PEAK = 20.0
"""How many times over what a kW above a limit of the net load costs, so that no limit is ever passed for gain."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Book:
    """The program of a stretch of T hours, and where in it everything stands (columns, then rows).

    on, start: (K, T); step: (pairs of class and step, T), step_of: the class of each pair; used: (V, T); shed, surplus:
    (T,); short: (R, T); drawn, served: of kinds of fleets (C, T), ready: their reserve, (C, R, T); above: the net
    load above its limit, (1,). balance, peak: rows, (T,); reserve: (R, T).
    """

    matrix: Matrix
    on: Whole
    start: Whole
    step: Whole
    step_of: Whole
    used: Whole
    shed: Whole
    surplus: Whole
    short: Whole
    drawn: Whole
    served: Whole
    ready: Whole
    balance: Whole
    above: Whole
    peak: Whole
    reserve: Whole


def book_of(
    system: PowerSystem, hours: slice, other_kw: Real, window: Window, offer_price_per_mw_h: float
) -> Book:
    """The program for some hours. other_kw: load that is no fleet's flexible work, (T,); window: kinds of fleets;
    nothing they may do is free yet, nor is the net load limited: `clearing` opens that. offer_price_per_mw_h: at
    which fleets stand ready."""
    program = Program()
    steps = hours.stop - hours.start
    terms, reserves = system.terms, system.reserves
    balance = program.constraints((steps,), other_kw, other_kw)
    reserve = program.constraints((len(reserves), steps), reserves.required_kw[:, None], np.inf)
    short = program.variables(
        (len(reserves), steps),
        cost_per_kwh(terms.short_price_per_mw_h),
        0.0,
        reserves.required_kw[:, None],
    )
    program.put(reserve, short, 1.0)
    on, start, step, step_of = _classes(program, system.classes, steps, balance)
    _class_reserve(program, system, on, step, step_of, reserve)
    used = _weather(program, system, hours, balance, reserve)
    _basins(program, system.basins, steps, balance)
    lacking = cost_per_kwh(terms.shed_price_per_mwh)
    shed = program.variables((steps,), lacking)
    surplus = program.variables((steps,), lacking)
    program.put(balance, shed, 1.0)
    program.put(balance, surplus, -1.0)
    drawn, served = _work(program, window, balance)
    ready = _ready(
        program, system, window, (drawn, served), reserve, cost_per_kwh(offer_price_per_mw_h)
    )
    above, peak = _peak(program, system, hours, other_kw, drawn)
    return Book(
        matrix=matrix_of(program),
        on=on,
        start=start,
        step=step,
        step_of=step_of,
        used=used,
        shed=shed,
        surplus=surplus,
        short=short,
        drawn=drawn,
        served=served,
        ready=ready,
        balance=balance,
        above=above,
        peak=peak,
        reserve=reserve,
    )


def _classes(
    program: Program, classes: Classes, steps: int, balance: Whole
) -> tuple[Whole, Whole, Whole, Whole]:
    many = classes.units[:, None]
    shape = (len(classes), steps)
    on = program.variables(shape, classes.lowest_cost_per_h[:, None], 0.0, many)
    start = program.variables(shape, classes.start_cost[:, None], 0.0, many)
    begun = program.constraints(shape, 0.0, np.inf)
    program.put(begun, start, 1.0)
    program.put(begun, on, -1.0)
    program.put(begun, np.roll(on, 1, axis=1), 1.0)
    _least_times(program, classes, on, start)
    step_of, place = np.nonzero(classes.step_kw > 0.0)
    width = classes.step_kw[step_of, place][:, None]
    step = program.variables(
        (len(step_of), steps),
        cost_per_kwh(1.0) * classes.step_price_per_mwh[step_of, place][:, None],
        0.0,
        width * many[step_of],
    )
    within = program.constraints(step.shape, -np.inf, 0.0)
    program.put(within, step, 1.0)
    program.put(within, on[step_of], -width)
    program.put(balance, on, classes.lowest_kw[:, None])
    program.put(balance, step, 1.0)
    _ramps(program, classes, on, step, step_of)
    return on, start, step, step_of


def _least_times(program: Program, classes: Classes, on: Whole, start: Whole) -> None:
    """What began within the least time up still runs; what runs less than all leaves room to have stood the least
    time."""
    steps = on.shape[1]
    hours = np.arange(steps)
    for one in range(len(classes)):
        up, down = (
            max(1, min(int(least[one]), steps - 1))
            for least in (classes.min_up_h, classes.min_down_h)
        )
        still = program.constraints((steps,), -np.inf, 0.0)
        rested = program.constraints((steps,), -np.inf, classes.units[one])
        program.put(still, on[one], -1.0)
        program.put(rested, on[one][hours - down], 1.0)
        for rows, least in ((still, up), (rested, down)):
            for back in range(least):
                program.put(rows, start[one][hours - back], 1.0)


def _ramps(program: Program, classes: Classes, on: Whole, step: Whole, step_of: Whole) -> None:
    """Only where an hour is too short to go through all steps."""
    per_h = 60.0 * classes.ramp_kw_per_min
    for one in np.flatnonzero((per_h > 0.0) & (per_h < classes.step_kw.sum(axis=1))).tolist():
        mine = step[step_of == one]
        for before, after, bound in ((1, 0, on[one]), (0, 1, np.roll(on[one], 1))):
            rows = program.constraints((on.shape[1],), -np.inf, 0.0)
            program.put(rows, np.roll(mine, after, axis=1), 1.0)
            program.put(rows, np.roll(mine, before, axis=1), -1.0)
            program.put(rows, bound, -per_h[one])


def _class_reserve(
    program: Program, system: PowerSystem, on: Whole, step: Whole, step_of: Whole, reserve: Whole
) -> None:
    classes, products = system.classes, system.reserves
    room_kw = classes.step_kw.sum(axis=1)
    steps = on.shape[1]
    for one in np.flatnonzero(room_kw > 0.0).tolist():
        mine = step[step_of == one]
        for upward in (True, False):
            given = np.flatnonzero(classes.gives[one] & (products.upward == upward))
            if not len(given):
                continue
            most = room_kw[one] * classes.units[one]
            ready = program.variables((len(given), steps), 0.0, 0.0, most)
            program.put(reserve[given], ready, 1.0)
            room = program.constraints((steps,), -np.inf, 0.0)
            program.put(room, ready, 1.0)
            program.put(room, mine, 1.0 if upward else -1.0)
            if upward:
                program.put(room, on[one], -room_kw[one])
            _in_time(program, classes, one, on, ready, products.within_s[given], room_kw[one])


def _in_time(
    program: Program,
    classes: Classes,
    one: int,
    on: Whole,
    ready: Whole,
    within_s: Real,
    room_kw: float,
) -> None:
    """What is promised within a time is no more than the ramp reaches in it."""
    for time_s in np.unique(within_s).tolist():
        reach_kw = classes.ramp_kw_per_min[one] * time_s / 60.0
        if reach_kw < room_kw:
            rows = program.constraints((on.shape[1],), -np.inf, 0.0)
            program.put(rows, ready[within_s <= time_s], 1.0)
            program.put(rows, on[one], -reach_kw)


def _weather(
    program: Program, system: PowerSystem, hours: slice, balance: Whole, reserve: Whole
) -> Whole:
    weather: Weather = system.weather
    available = weather.available_kw[hours].T
    used = program.variables(
        available.shape, cost_per_kwh(1.0) * weather.price_per_mwh[:, None], 0.0, available
    )
    program.put(balance, used, 1.0)
    for one in range(len(weather.names)):
        for upward in (True, False):
            given = np.flatnonzero(weather.gives[one] & (system.reserves.upward == upward))
            if len(given):
                ready = program.variables((len(given), available.shape[1]))
                program.put(reserve[given], ready, 1.0)
                room = program.constraints(
                    (available.shape[1],), -np.inf, available[one] if upward else 0.0
                )
                program.put(room, ready, 1.0)
                program.put(room, used[one], 1.0 if upward else -1.0)
    return used


def _basins(program: Program, basins: Basins, steps: int, balance: Whole) -> None:
    shape = (len(basins), steps)
    charge = program.variables(shape, 0.0, 0.0, basins.charge_kw[:, None])
    discharge = program.variables(shape, 0.0, 0.0, basins.discharge_kw[:, None])
    level = program.variables(shape, 0.0, 0.0, basins.energy_kwh[:, None])
    held = program.constraints(shape, 0.0, 0.0)
    program.put(held, level, 1.0)
    program.put(held, np.roll(level, 1, axis=1), -1.0)
    program.put(held, charge, -basins.round_trip[:, None])
    program.put(held, discharge, 1.0)
    program.put(balance, discharge, 1.0)
    program.put(balance, charge, -1.0)


def _work(program: Program, window: Window, balance: Whole) -> tuple[Whole, Whole]:
    """Kinds of fleets: what they draw, and what they have served so far."""
    shape = window.due_kwh.shape
    drawn = program.variables(shape, 0.0, 0.0, window.most_kw[:, None])
    served = program.variables(shape, 0.0, window.due_kwh, window.arrived_kwh)
    begin = np.zeros(shape)
    begin[:, 0] = -window.whole_kwh
    course = program.constraints(shape, begin, begin)
    program.put(course, served, 1.0)
    program.put(course, np.roll(served, 1, axis=1), -1.0)
    program.put(course, drawn, -1.0)
    program.put(balance, drawn, -1.0)
    return drawn, served


def _ready(
    program: Program,
    system: PowerSystem,
    window: Window,
    work: tuple[Whole, Whole],
    reserve: Whole,
    offer: float,
) -> Whole:
    """Reserve of fleets: what is called for a whole hour leaves no work late, none done before it came, and no power
    below 0 or above the most. Closed at first."""
    drawn, served = work
    shape = drawn.shape
    ready = program.variables((shape[0], len(system.reserves), shape[1]), offer, 0.0, 0.0)
    program.put(reserve[None], ready, 1.0)
    up, down = ready[:, system.reserves.upward], ready[:, ~system.reserves.upward]
    zero, most = np.zeros(shape), np.broadcast_to(window.most_kw[:, None], shape)
    bounds = (
        (up, -1.0, drawn, zero, np.inf),
        (up, -1.0, served, window.due_kwh, np.inf),
        (down, 1.0, drawn, -np.inf, most),
        (down, 1.0, served, -np.inf, window.arrived_kwh),
    )
    for moved, sign, course, lowest, highest in bounds:
        rows = program.constraints(shape, lowest, highest)
        program.put(rows, course, 1.0)
        program.put(rows[:, None, :], moved, sign)
    return ready


def _peak(
    program: Program, system: PowerSystem, hours: slice, other_kw: Real, drawn: Whole
) -> tuple[Whole, Whole]:
    """Rows that hold load less weather under a limit, which is open at first; above it only at a price."""
    net_kw = other_kw - system.weather.available_kw[hours].sum(axis=1)
    above = program.variables((1,), ABOVE_PEAK * system.terms.peak_cost_per_kw_year / system.weight)
    rows = program.constraints((len(net_kw),), -np.inf, np.inf)
    program.put(rows, drawn, 1.0)
    program.put(rows, above, -1.0)
    return above, rows
