"""What jobs and stores do between two decisions: plain loops over the slots they were told."""

import math

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401
from gridtide.kernels.gensets import carried
from gridtide.physics.operating_point import seconds_at_speed, work_in_seconds

Whole = NDArray[np.int64]
Real = NDArray[np.float64]


@njit(cache=True, error_model="numpy")
def run_jobs(
    slots_of: tuple[Whole, Whole],
    where: tuple[Whole, Whole, Real],
    gang: Whole,
    limits: tuple[Whole, Whole, Whole],
    progress: tuple[Whole, Whole, Whole, Whole],
    work_class: Whole,
    span: tuple[int, int, int, int],
    busy: Real,
    occupied: Whole,
    turns: tuple[Real, Real, Real, Real] | None = None,
) -> None:
    """Run each job through the slots it was told in [span start, span end).

    slots_of: (offsets (n+1,), slots) by number of the step. where: (place, entry of the menu of operating
    points, speed of that point). gang: accelerators that each runs on there, (n,). limits: (true run time, declared
    limit, both at full speed, restart), seconds. progress, changed in place: (seconds of work done, last step run
    or -2, second at which it ended or -1, second from which it can run). span: (first step, end step, step length,
    second at which step 0 starts). busy: accelerators in use, mean over the step, (classes, M, end - first), and
    occupied: accelerators held, (P, end - first); both are added to. turns: where starts and stops are staggered, for
    each slot told: (seconds until work begins, of which power rises, seconds before the end when work ends, and power
    falls from then); a gang draws half of its power on the mean while it rises and falls.
    """
    offsets, slots = slots_of
    place, entry, speed = where
    true_s, declared_s, restart_s = limits
    done_s, last_step, ended_s, available_s = progress
    first, end, step_s, origin_s = span
    for job in range(gang.shape[0]):
        for index in range(offsets[job], offsets[job + 1]):
            step = slots[index]
            if step < first or step >= end or ended_s[job] >= 0:
                continue
            start_s = origin_s + step * step_s
            if available_s[job] > start_s:
                continue
            lost_s = restart_s[job] if done_s[job] > 0 and last_step[job] != step - 1 else 0
            late_s, early_s = 0, 0
            if turns is not None:
                late_s, early_s = math.ceil(turns[0][index]), math.ceil(turns[2][index])
            lost_s = min(lost_s, step_s - late_s - early_s)
            stop_s = min(true_s[job], declared_s[job])
            left_s = stop_s - done_s[job]
            open_s = step_s - late_s - early_s - lost_s
            used_s = min(open_s, seconds_at_speed(left_s, speed[job]))
            done_s[job] += min(left_s, work_in_seconds(used_s, speed[job]))
            last_step[job] = step
            on_s = float(lost_s + used_s)
            if turns is not None:
                on_s += late_s - turns[0][index] + 0.5 * turns[1][index]
                if done_s[job] < stop_s:
                    on_s += early_s - turns[2][index] + 0.5 * turns[3][index]
            busy[work_class[job], entry[job], step - first] += gang[job] * on_s / step_s
            occupied[place[job], step - first] += gang[job]
            if done_s[job] >= stop_s:
                ended_s[job] = start_s + late_s + lost_s + used_s


@njit(cache=True, error_model="numpy")
def smoothed(
    grid_kw: float,
    store: tuple[float, float],
    room: tuple[float, float],
    before_kw: float,
    change_kw: float,
) -> tuple[float, float]:
    """Charge and discharge that keep grid power within change_kw of what it was, as far as the store can, kW.

    grid_kw: with the store as it would be; store: its (charge, discharge) then; room: the largest of each that
    its power and energy allow in this step. before_kw: grid power a step before, NaN where unknown.
    """
    charge, discharge = store
    if np.isnan(before_kw):
        return charge, discharge
    over = grid_kw - (before_kw + change_kw)
    if over > 0.0:
        less = min(over, charge)
        charge -= less
        if less < over:
            discharge = max(discharge, min(room[1], discharge + over - less))
    under = before_kw - change_kw - grid_kw
    if under > 0.0:
        less = min(under, discharge)
        discharge -= less
        if less < under:
            charge = max(charge, min(room[0], charge + under - less))
    return charge, discharge


@njit(cache=True, error_model="numpy")
def readied(
    spare_kw: float,
    store: tuple[float, float],
    room: tuple[float, float],
    least: tuple[float, float],
) -> tuple[float, float]:
    """Charge and discharge that leave a site ready for what it has offered, kW.

    spare_kw: what it draws without its store beyond what a call takes off. store: (charge, discharge) as they would
    be; room: the largest of each; least: what the store must charge to have the energy a call may take, and give to
    have room for what it may bring.
    """
    charge, discharge = store
    if least[1] > 0.0:
        charge, discharge = 0.0, max(discharge, least[1])
    elif least[0] > 0.0:
        charge, discharge = max(charge, least[0]), 0.0
    short = discharge - charge - spare_kw
    if short > 0.0:
        less = min(short, max(0.0, discharge - max(least[1], 0.0)))
        discharge -= less
        if discharge == 0.0:
            charge = max(charge, min(charge + short - less, room[0]))
    return charge, discharge


@njit(cache=True, error_model="numpy")
def ordered(
    order: tuple[float, float],
    above_kw: float,
    beyond_kw: float,
    rooms: tuple[float, float],
    outs: tuple[float, float, float],
) -> tuple[float, float]:
    """Charge and discharge as ordered, as far as a held level, the import limit and the store allow, kW.

    above_kw: net power above what the site is held to; beyond_kw: above its import limit. rooms: the most to charge and
    to give with what is kept for calls; outs: largest discharge, the most for the import limit, what would spill.
    """
    charge = min(order[0], max(0.0, -above_kw), rooms[0])
    discharge = min(max(order[1], min(above_kw, outs[0])), rooms[1])
    discharge = max(discharge, min(beyond_kw, outs[1]), min(outs[2], rooms[1]), 0.0)
    both = min(charge, discharge)
    return charge - both, discharge - both


@njit(cache=True, error_model="numpy")
def recovered(
    called: tuple[float, float],
    lacking: tuple[float, float],
    most: tuple[float, float],
    rooms: tuple[float, float],
    beyond_kw: float,
) -> tuple[float, float]:
    """The most to charge and to give so that an offer holds again.

    called: kW kept for calls to draw less, and more. lacking: kW that energy, and that room in the store lack.
    most: largest charge and discharge. rooms: both as far as what is kept allows. beyond_kw: net power above the import
    limit.
    """
    up, down = called
    return (
        max(min(lacking[0], most[0] - down), min(up - most[1], rooms[0])),
        max(min(max(lacking[1], beyond_kw), most[1] - up), min(down - most[0], rooms[1])),
    )


@njit(cache=True, error_model="numpy")
def raised(least_kw: float, store: tuple[float, float], room_in: float) -> tuple[float, float]:
    """Charge and discharge that bring what they add to a site to a least, as far as they can: first less is given,
    then more is charged, kW. store: (charge, discharge) as they would be, one of them 0; room_in: largest charge."""
    charge, discharge = store
    lacking = least_kw - (charge - discharge)
    if lacking > 0.0:
        less = min(lacking, discharge)
        discharge -= less
        if less < lacking:
            charge = max(charge, min(room_in, charge + lacking - less))
    return charge, discharge


@njit(cache=True, error_model="numpy")
def run_gensets(
    above_kw: float,
    gensets: tuple[Real, Real, Real, Real, Real, Real, Real],
    site: int,
    t: int,
    hours: float,
) -> float:
    """What the generators of a site carry of what is above its limit in a step, kW.

    gensets: (how many started, share of the step in which they may carry load, (S, T); rating, L/kWh of load, L/kWh of
    rating while running, L in the tank, changed in place, (S,); filled with their power, fuel and number, (3, S, T)).
    """
    started, share, rated, per_kwh, idling, tank_l, ran = gensets
    made, burnt, running = carried(
        above_kw,
        (started[site, t], rated[site], share[site, t]),
        (per_kwh[site], idling[site], tank_l[site]),
        hours,
    )
    ran[0, site, t], ran[1, site, t], ran[2, site, t] = made, burnt, running
    tank_l[site] -= burnt
    return made


@njit(cache=True, error_model="numpy")
def unused_kw(falls_kw: float, less_kw: float, lacks_kw: float, supply_kw: float) -> float:
    """Own supply that is left unused: where power falls by more than the ramp, and for what is kept to draw less."""
    lost = max(0.0, min(falls_kw, supply_kw)) if falls_kw > 0.0 else 0.0
    return max(lost, min(lacks_kw, supply_kw)) if less_kw > 0.0 else lost


@njit(cache=True, error_model="numpy")
def run_stores(
    demand_kw: Real,
    supply_kw: Real,
    orders: tuple[Real, Real, Real],
    store: tuple[Real, Real, Real, Real, Real, Real, Real],
    limits: tuple[Real, Real, Real],
    ready: tuple[Real, Real, Real, Real],
    before: Real,
    hours: Real,
    seen: tuple[Real, Real, Real, Real, Real, Real],
    gensets: tuple[Real, Real, Real, Real, Real, Real, Real] | None = None,
    least_in: Real | None = None,
    water: tuple[Real, Real] | None = None,
    floor: Real | None = None,
) -> None:
    """Charge and discharge as ordered, as far as the store and the meter allow, step by step.

    A ramp rule is held by the store, and when power falls too fast by using less of one's own supply; what loads and
    weather do beyond that shows in the meter. So is an offer to draw less, where own supply leaves nothing to draw.

    demand_kw, supply_kw: facility power and own supply, (S, T). orders: (charge_kw, discharge_kw, the import to which
    the store holds its site), (S, T). store: (soc_kwh, changed in place, energy_kwh, least energy, charge efficiency,
    discharge efficiency, largest charge and discharge in kW), (S,). limits: (import_max_kw, export_max_kw, (S, T), ramp
    in kW per minute, (S,), inf without a rule). ready: what is kept for calls of the grid, which only the import limit
    may use: kW to draw less and more, kWh in the store above its least, kWh of room in it, (S, T). before: grid power
    a step before the first, (S,), NaN where unknown; the last one on return.
    seen, filled: (import_kw, export_kw, charge_kw, discharge_kw, unused_supply_kw, soc_kwh), (S, T).
    gensets: as of run_gensets, for what is above the import limit at last. least_in: least power of charging, (S,).
    water: (power of what rivers bring to stores, filled with that of what is spilt), (S, T), before any loss; a store
    that would spill gives what it can instead.
    floor: import below which a site gives less, then charges, then leaves own supply unused, (S, T), -inf without one.
    """
    charge_order, discharge_order, level = orders
    soc, energy, least, into, out_of, most_in, most_out = store
    import_max, export_max, ramp = limits
    less_kw, more_kw, kept_kwh, room_kwh = ready
    imported, exported, charged, discharged, unused, soc_seen = seen
    for site in range(demand_kw.shape[0]):
        for t in range(demand_kw.shape[1]):
            h, net = hours[t], demand_kw[site, t] - supply_kw[site, t]
            if water is not None:
                soc[site] += water[0][site, t] * h
            up, down = less_kw[site, t], more_kw[site, t]
            space = energy[site] - room_kwh[site, t] - soc[site]
            room_in = max(0.0, min(most_in[site] - down, space / (into[site] * h)))
            last_out = max(0.0, min(most_out[site], (soc[site] - least[site]) * out_of[site] / h))
            stored = soc[site] - least[site] - kept_kwh[site, t]
            room_out = max(0.0, min(most_out[site] - up, stored * out_of[site] / h))
            above = net - min(level[site, t], import_max[site, t] - down)
            spilt = (
                max(0.0, soc[site] - energy[site]) * out_of[site] / h if water is not None else 0.0
            )
            outs, beyond = (most_out[site], last_out, spilt), net - import_max[site, t]
            rooms, change = (room_in, room_out), ramp[site] * h * 60.0
            own = ordered(
                (charge_order[site, t], discharge_order[site, t]), above, beyond, rooms, outs
            )
            low = floor[site, t] if floor is not None else -np.inf
            own = raised(low - net, own, room_in)
            charge, discharge = smoothed(net + own[0] - own[1], own, rooms, before[site], change)
            if up > 0.0 or down > 0.0 or kept_kwh[site, t] > 0.0 or room_kwh[site, t] > 0.0:
                lacks_kw = max(0.0, -stored) / (into[site] * h)
                fills_kw = max(0.0, -space) * out_of[site] / h
                largest = (most_in[site], most_out[site])
                most = recovered((up, down), (lacks_kw, fills_kw), largest, rooms, beyond)
                least_kw = net - (up - export_max[site, t])
                charge, discharge = readied(least_kw, (charge, discharge), rooms, most)
            charge = max(0.0, min(charge, import_max[site, t] - net))
            discharge = max(0.0, min(discharge, net + export_max[site, t]))
            if least_in is not None and charge < least_in[site]:
                charge = 0.0
            net = net + charge - discharge
            made = 0.0
            if gensets is not None:
                made = run_gensets(net - import_max[site, t], gensets, site, t, h)
                net -= made
            falls = before[site] - change - net if made == 0.0 else 0.0
            lost = unused_kw(falls, up, up - export_max[site, t] - net, supply_kw[site, t])
            lost = max(lost, min(low - net, supply_kw[site, t]))
            net += lost
            soc[site] += into[site] * charge * h - discharge * h / out_of[site]
            if water is not None:
                water[1][site, t] = max(0.0, soc[site] - energy[site]) / h
                soc[site] = min(soc[site], energy[site])
            imported[site, t] = max(net, 0.0)
            exported[site, t] = min(max(-net, 0.0), export_max[site, t])
            unused[site, t] = lost + max(-net, 0.0) - exported[site, t]
            charged[site, t], discharged[site, t], soc_seen[site, t] = charge, discharge, soc[site]
            before[site] = imported[site, t] - exported[site, t]
