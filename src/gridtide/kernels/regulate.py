"""Regulation in seconds: what store, resting nodes and gangs are told at each signal, and what the meter then shows."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401
from gridtide.physics.battery import soc_after_kwh
from gridtide.physics.pue import (
    facility_power_kw,
    fast_facility_power_kw,
    fast_marginal_facility_power,
)

Real = NDArray[np.float64]
Whole = NDArray[np.int64]

REMEMBERED_S = 64
"""Seconds of orders that are kept, more than the slowest actuator takes."""
PASSES = 60
CLOSE = 1e-9
STORED, SLOW, LEVEL, COOLING, FELT, BIAS, RESTED, NEXT, APART = range(9)
"""State of a regulator: kWh stored, slow part of the request kW, level of the water, cooling power kW as it is and as
the regulator reckons it, what its meter shows beyond that, slow part that resting nodes carry kW, the second,
and by how much the IT power that nobody moves, as read last, is more than planned, kW."""
METER, STORE, KEPT, IT, SHORT, WORK = range(6)
"""What is seen each second: meter kW, discharge less charge kW, kWh stored, IT kW, kW beyond reach, work done."""


@njit(cache=True, error_model="numpy")
def water_filled(
    target_kw: float, usual: Real, bounds: tuple[Real, Real], weight: Real, level: float, out: Real
) -> tuple[float, float]:
    """Least Σ weight/2 (out - usual)² with Σ out = target within bounds: out = clip(usual + level/weight, bounds).

    level: that of the tick before, from which Newton's steps begin inside a bracket. Returns the level and what lacks,
    kW, above 0 where bounds leave too much, below where too little.
    """
    lowest, highest = bounds
    below, above = 0.0, 0.0
    least, most = 0.0, 0.0
    for i in range(usual.shape[0]):
        least += lowest[i]
        most += highest[i]
        below = min(below, (lowest[i] - usual[i]) * weight[i])
        above = max(above, (highest[i] - usual[i]) * weight[i])
    if target_kw <= least or target_kw >= most:
        down = target_kw <= least
        for i in range(usual.shape[0]):
            out[i] = lowest[i] if down else highest[i]
        return (below if down else above), (least if down else most) - target_kw
    level = min(max(level, below), above)
    for _ in range(PASSES):
        total, slope = 0.0, 0.0
        for i in range(usual.shape[0]):
            free = usual[i] + level / weight[i]
            if free <= lowest[i]:
                total += lowest[i]
            elif free >= highest[i]:
                total += highest[i]
            else:
                total += free
                slope += 1.0 / weight[i]
        lacking = target_kw - total
        if abs(lacking) <= CLOSE * max(abs(target_kw), 1.0):
            break
        if lacking > 0.0:
            below = level
        else:
            above = level
        level = level + lacking / slope if slope > 0.0 else below - 1.0
        if not below < level < above:
            level = 0.5 * (below + above)
    for i in range(usual.shape[0]):
        out[i] = min(max(usual[i] + level / weight[i], lowest[i]), highest[i])
    return level, 0.0


@njit(cache=True, error_model="numpy")
def it_for_fast_power(fast_kw: float, it_kw: float, capacity_kw: float, plant: int) -> float:
    """The IT power at which conversion and fans draw fast_kw in all, from a guess near by, kW."""
    for _ in range(8):
        drawn = fast_facility_power_kw(it_kw, capacity_kw, plant)
        change = (fast_kw - drawn) / fast_marginal_facility_power(it_kw, capacity_kw, plant)
        it_kw = max(0.0, it_kw + change)
        if abs(change) <= 1e-7 * capacity_kw:
            break
    return it_kw


@njit(cache=True, error_model="numpy")
def _cooled(cooling_kw: float, it_kw: float, site: tuple[Real, int], seconds: float) -> float:
    """Power of the heat plant after so many seconds at an IT power, kW."""
    body, plant = site
    fast_kw = fast_facility_power_kw(it_kw, body[0], plant)
    settled_kw = facility_power_kw(it_kw, body[0], body[1], plant) - fast_kw
    return float(
        cooling_kw + (settled_kw - cooling_kw) * (1.0 - np.exp(-seconds / max(body[3], 1e-9)))
    )


@njit(cache=True, error_model="numpy")
def _of_gangs(gangs_kw: Real, left_s: Real) -> float:
    """Power of the gangs that still work, kW."""
    total = 0.0
    for g in range(gangs_kw.shape[0]):
        if left_s[g] > 0.0:
            total += gangs_kw[g]
    return total


@njit(cache=True, error_model="numpy")
def _speed_at(power_kw: float, points_kw: Real, speeds: Real) -> float:
    """Speed of a gang between its points, which rise, and towards nothing below them."""
    below_kw, below = 0.0, 0.0
    for k in range(points_kw.shape[0]):
        if power_kw <= points_kw[k]:
            width = points_kw[k] - below_kw
            part = (power_kw - below_kw) / width if width > 0.0 else 1.0
            return float(below + part * (speeds[k] - below))
        below_kw, below = points_kw[k], speeds[k]
    return float(below)


@njit(cache=True, error_model="numpy")
def _room(store: Real, stored_kwh: float, within_h: float) -> tuple[float, float]:
    """Discharge and charge that the store keeps up for so long, kW."""
    most_out, most_in, least, most, into, out_of, _ = store
    giving = min(most_out, max(0.0, stored_kwh - least) * out_of / within_h)
    taking = min(most_in, max(0.0, most - stored_kwh) / (into * within_h))
    return giving, taking


@njit(cache=True, error_model="numpy")
def tick(
    request_kw: float,
    base_kw: float,
    now: int,
    means: tuple[Real, Real, Real, Whole],
    site: tuple[Real, int],
    law: Real,
    other_kw: float,
    state: Real,
    rings: tuple[Real, Real, Real],
    left_s: Real,
    every_s: int,
) -> float:
    """What resting nodes and gangs are told at one signal; returns what of the request lies beyond all reach, kW.

    request_kw: above 0 to draw less than base_kw at the meter. means: (store, gangs, resting, lags). store: largest
    discharge and charge, least and most kWh, both efficiencies, discharge less charge of the base point. gangs: lowest,
    highest, usual kW and weight, (4, G). resting: kW of a node awake, fewest and most awake nodes, usual ones. lags:
    seconds of store, points and resting. site: (capacity kW, outdoor °C, kW beside, seconds of cooling, its true share,
    and its plant). law: seconds over which the slow part is taken, share of a store's error brought back an hour, share
    of the meter's error believed, seconds that a store's energy must last. other_kw: IT power that nobody moves.
    """
    store, gangs, resting, lags = means
    body, plant = site
    _, told_units, told_gangs = rings
    slot = now % REMEMBERED_S
    state[SLOW] += (request_kw - state[SLOW]) * (1.0 - np.exp(-every_s / max(law[0], 1e-9)))
    giving, taking = _room(store, state[STORED], law[3] / 3600.0)
    middle = 0.5 * (store[2] + store[3])
    carried = state[SLOW] + law[1] * (middle - state[STORED])
    carried = min(max(carried, request_kw - (giving - store[6])), request_kw + taking + store[6])
    state[RESTED] += (carried - state[RESTED]) * (1.0 - np.exp(-every_s / (2.0 * max(lags[2], 1))))
    if resting[2] > resting[1] and resting[0] > 0.0:
        nodes = resting[3] - np.rint(state[RESTED] / resting[0])
        told_units[slot] = min(max(nodes, resting[1]), resting[2])
    at = (now + min(lags[1] - lags[2], 0)) % REMEMBERED_S
    beside_kw = other_kw + told_units[at] * resting[0]
    aim_kw = base_kw + store[6] - carried - body[2] - state[BIAS]
    acting_kw = other_kw + told_units[(now - lags[2]) % REMEMBERED_S] * resting[0]
    acting_kw += _of_gangs(told_gangs[(now - 1) % REMEMBERED_S], left_s)
    cooling_kw = _cooled(state[FELT], acting_kw, site, float(lags[1]))
    it_kw = it_for_fast_power(aim_kw - cooling_kw, acting_kw, body[0], plant)
    cooling_kw = _cooled(cooling_kw, it_kw, site, 0.5 * every_s)
    it_kw = it_for_fast_power(aim_kw - cooling_kw, it_kw, body[0], plant)
    alive = left_s > 0.0
    lowest, highest = np.where(alive, gangs[0], 0.0), np.where(alive, gangs[1], 0.0)
    usual = np.where(alive, gangs[2], 0.0)
    state[LEVEL], lacking = water_filled(
        it_kw - beside_kw, usual, (lowest, highest), gangs[3], state[LEVEL], told_gangs[slot]
    )
    slack = 1e-6 * body[0]
    if abs(lacking) <= slack:
        return 0.0
    now_giving, now_taking = _room(store, state[STORED], every_s / 3600.0)
    if lacking > 0.0:
        beyond = lacking + store[6] + request_kw - carried - now_giving
    else:
        beyond = -lacking - (now_taking + store[6] + request_kw - carried)
    return float(max(0.0, beyond))


@njit(cache=True, error_model="numpy")
def regulate_block(
    request_kw: Real,
    every_s: int,
    base_kw: Real,
    means: tuple[Real, Real, Real, Whole],
    site: tuple[Real, int],
    law: Real,
    beside: tuple[Real, Real, Real],
    curve: tuple[Real, Real],
    state: Real,
    rings: tuple[Real, Real, Real],
    left_s: Real,
    done_s: Real,
    seen: Real,
) -> None:
    """Follow one signal each every_s seconds, and run store, gangs and building second by second between them.

    request_kw: (N,). base_kw: the same or further, for what is foreseen, as is planned_kw. means, site, law as `tick`
    has them. beside: IT power that nobody moves, which the regulator reads a tick late; the same as it was planned, by
    which it foresees changes; and noise of the meter as shares of its reading, (N every_s,) each.
    curve: power and speed of each gang's points, rising, (G, K) each. state: as named above, rings: orders of the last
    seconds to store, nodes and gangs, (R,), (R,), (R, G), left_s: work left of each gang, seconds at full speed,
    done_s: work done, (G,), all changed in place. seen, filled: (6, N every_s).
    """
    store, _, resting, lags = means
    body, plant = site
    other_kw, planned_kw, noise = beside
    told_store, told_units, told_gangs = rings
    points_kw, speeds = curve
    last = planned_kw.shape[0] - 1
    apart_kw = 0.0
    rate = 1.0 - np.exp(-1.0 / max(body[3], 1e-9))
    short_kw = 0.0
    for second in range(request_kw.shape[0] * every_s):
        now = int(state[NEXT])
        slot, before = now % REMEMBERED_S, (now - 1) % REMEMBERED_S
        told_units[slot] = told_units[before]
        told_gangs[slot] = told_gangs[before]
        request = request_kw[second // every_s]
        if second % every_s == 0:
            apart_kw, state[APART] = state[APART], other_kw[second] - planned_kw[second]
            at = min(second + lags[1], last)
            known_kw = apart_kw + planned_kw[at]
            base = base_kw[min(at // every_s, base_kw.shape[0] - 1)]
            short_kw = tick(
                request, base, now, means, site, law, known_kw, state, rings, left_s, every_s
            )
        at = min(second + lags[0], last)
        known_kw = apart_kw + planned_kw[at]
        base = base_kw[min(at // every_s, base_kw.shape[0] - 1)]
        soon = now + lags[0]
        units = told_units[min(now, soon - lags[2]) % REMEMBERED_S]
        gangs_kw = _of_gangs(told_gangs[min(now, soon - lags[1]) % REMEMBERED_S], left_s)
        it_kw = known_kw + units * resting[0] + gangs_kw
        reckoned_kw = (
            fast_facility_power_kw(it_kw, body[0], plant) + state[FELT] + body[2] + state[BIAS]
        )
        told_store[slot] = min(max(reckoned_kw - base + request, -store[1]), store[0])
        giving, taking = _room(store, state[STORED], 1.0 / 3600.0)
        net_kw = min(max(told_store[(now - lags[0]) % REMEMBERED_S], -taking), giving)
        state[STORED] = soc_after_kwh(
            state[STORED], max(-net_kw, 0.0), max(net_kw, 0.0), 1.0 / 3600.0, store[4], store[5]
        )
        acting = told_gangs[(now - lags[1]) % REMEMBERED_S]
        work = 0.0
        for g in range(acting.shape[0]):
            if left_s[g] > 0.0:
                did = min(_speed_at(acting[g], points_kw[g], speeds[g]), left_s[g])
                done_s[g] += did
                work += did
        units = told_units[(now - lags[2]) % REMEMBERED_S]
        it_kw = other_kw[second] + units * resting[0] + _of_gangs(acting, left_s)
        for g in range(acting.shape[0]):
            left_s[g] -= min(_speed_at(acting[g], points_kw[g], speeds[g]), left_s[g])
        fast_kw = fast_facility_power_kw(it_kw, body[0], plant)
        slow_kw = facility_power_kw(it_kw, body[0], body[1], plant) - fast_kw
        state[COOLING] += (body[4] * slow_kw - state[COOLING]) * rate
        state[FELT] += (slow_kw - state[FELT]) * rate
        meter_kw = fast_kw + state[COOLING] + body[2] - net_kw
        if second % every_s == every_s - 1:
            felt_kw = fast_kw + state[FELT] + body[2] - net_kw + state[BIAS]
            state[BIAS] += law[2] * (meter_kw * (1.0 + noise[second]) - felt_kw)
        seen[METER, second], seen[STORE, second], seen[KEPT, second] = (
            meter_kw,
            net_kw,
            state[STORED],
        )
        seen[IT, second], seen[SHORT, second], seen[WORK, second] = it_kw, short_kw, work
        state[NEXT] += 1.0
