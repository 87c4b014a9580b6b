"""Regulation in seconds: what store, nodes at rest, gangs and waiting jobs are told, and what the meter then shows."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401
from gridtide.kernels.set_points import set_points
from gridtide.physics.battery import soc_after_kwh
from gridtide.physics.pue import (
    facility_power_kw,
    fast_facility_power_kw,
    fast_marginal_facility_power,
)

Real = NDArray[np.float64]
Single = NDArray[np.float32]
Whole = NDArray[np.int64]

REMEMBERED_S = 64
"""Seconds of orders that are kept, more than the slowest actuator takes."""
STORED, SLOW, LEVEL, COOLING, FELT, BIAS, RESTED, AIMED, NEXT = range(9)
"""State of a regulator: kWh stored, slow part of the request kW, level of the water, cooling power kW as it is and as
the regulator reckons it, what its meter shows beyond that, slow part that resting nodes carry kW, power at the meter
that is aimed at kW (NaN before the first second), the second."""
LOWEST, HIGHEST, USUAL, WEIGHT, WAITS = range(5)
"""What is known of each gang."""
METER, STORE, KEPT, IT, SHORT, WORK = range(6)
"""What is seen each second: meter kW, discharge less charge kW, kWh stored, IT kW, kW beyond reach, work done."""


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
def _at_work(gangs: Real, left_s: Real, begins_s: Real, soon: float) -> Real:
    """Lowest, highest, usual power and weight of gangs that work by then, the first three 0 of others, (4, G)."""
    found = np.zeros((4, left_s.shape[0]))
    for g in range(left_s.shape[0]):
        works = left_s[g] > 0.0 and begins_s[g] <= soon
        for row in range(WEIGHT):
            found[row, g] = gangs[row, g] if works else 0.0
        found[WEIGHT, g] = gangs[WEIGHT, g]
    return found


@njit(cache=True, error_model="numpy")
def _begin(
    lacking_kw: float, now: int, gangs: Real, lags: Whole, begins_s: Real, left_s: Real
) -> None:
    """Start waiting gangs, first come first, for power that is asked for beyond the highest points of all others.

    Only as many as leave the least power of all no higher than that of the gangs which were there from the beginning:
    what a band promised to draw less stands.
    """
    floor_kw, held_kw, wanted_kw = 0.0, 0.0, lacking_kw
    for g in range(begins_s.shape[0]):
        if gangs[WAITS, g] == 0.0:
            floor_kw += gangs[LOWEST, g]
        if left_s[g] > 0.0 and begins_s[g] < np.inf:
            held_kw += gangs[LOWEST, g]
            wanted_kw -= gangs[HIGHEST, g] if begins_s[g] > now + lags[1] else 0.0
    for g in range(begins_s.shape[0]):
        if wanted_kw <= 0.0:
            break
        if begins_s[g] < np.inf or left_s[g] <= 0.0 or held_kw + gangs[LOWEST, g] > floor_kw:
            continue
        begins_s[g] = now + lags[3]
        held_kw += gangs[LOWEST, g]
        wanted_kw -= gangs[HIGHEST, g]


@njit(cache=True, error_model="numpy")
def tick(
    request_kw: float,
    base_kw: float,
    now: int,
    means: tuple[Real, Real, Real, Whole],
    menu: tuple[Real, Real, Whole, Single],
    site: tuple[Real, int],
    law: Real,
    other_kw: float,
    state: Real,
    rings: tuple[Real, Real, Real],
    told: tuple[Whole, Single, Real],
    left_s: Real,
    every_s: int,
) -> float:
    """What nodes at rest, gangs and waiting gangs are told at one signal; returns what lies beyond all reach, kW.

    request_kw: above 0 to draw less than base_kw at the meter. means: (store, gangs, resting, lags). store: largest
    discharge and charge, least and most kWh, both efficiencies, discharge less charge of the base point. gangs: lowest,
    highest, usual kW, weight, and 1 where it waits, (5, G). resting: kW of a node awake, fewest and most awake nodes,
    usual ones. lags: seconds of store, points, resting and starts. menu: power and speed of each gang's points, rising,
    (G, K), and its nodes as `set_points` has them. told: point of each gang, power of each node, and the second from
    which each gang works, inf before it is started. site: (capacity kW, outdoor °C, kW beside, seconds of cooling, its
    true share, and its plant). law: seconds over which the slow part is taken, share of a store's error brought back an
    hour, share of the meter's error believed, seconds that a store's energy must last. other_kw: IT power that nobody
    moves.
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
    at_work = _at_work(gangs, left_s, told[2], now + lags[1])
    state[LEVEL], lacking, _ = set_points(
        it_kw - beside_kw, at_work, menu[0], (menu[2], menu[3]), state[LEVEL], told[0], told[1]
    )
    for g in range(left_s.shape[0]):
        told_gangs[slot, g] = menu[0][g, told[0][g]] if told[0][g] >= 0 else 0.0
    if lacking < 0.0:
        _begin(-lacking, now, gangs, lags, told[2], left_s)
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
def _nearer(aimed_kw: float, wanted_kw: float, base_kw: float, most_kw: float) -> float:
    """From what was aimed at, the base point at first, towards what is wanted by most_kw at most, kW."""
    from_kw = base_kw if np.isnan(aimed_kw) else aimed_kw
    if abs(wanted_kw - from_kw) <= most_kw:
        return wanted_kw
    return from_kw + most_kw if wanted_kw > from_kw else from_kw - most_kw


@njit(cache=True, error_model="numpy")
def _worked(told_kw: Real, points_kw: Real, speeds: Real, left_s: Real, done_s: Real) -> float:
    """Let every gang work a second at its power; the work of all, seconds at full speed. left_s and done_s follow."""
    work = 0.0
    for g in range(told_kw.shape[0]):
        if left_s[g] > 0.0:
            did = min(_speed_at(told_kw[g], points_kw[g], speeds[g]), left_s[g])
            done_s[g] += did
            work += did
            left_s[g] -= did
    return work


@njit(cache=True, error_model="numpy")
def regulate_block(
    request_kw: Real,
    every_s: int,
    base_kw: Real,
    means: tuple[Real, Real, Real, Whole],
    site: tuple[Real, int],
    law: Real,
    beside: tuple[Real, Real, Real],
    first: int,
    menu: tuple[Real, Real, Whole, Single],
    ramp_kw_per_s: float,
    state: Real,
    rings: tuple[Real, Real, Real],
    told: tuple[Whole, Single, Real],
    left_s: Real,
    done_s: Real,
    seen: Real,
) -> None:
    """Follow one signal each every_s seconds, and run store, gangs and building second by second between them.

    request_kw: (N,). means, menu, told, site, law as `tick` has them. beside: IT power that nobody moves, which the
    regulator reads a tick late; the same as it was planned, by which it foresees changes; and noise of the meter as
    shares of its reading, (M every_s,) each, M at least N: first is the tick of them at which the block begins, and
    base_kw, (M,), goes with them.
    ramp_kw_per_s: fastest change of the power aimed at, base less request. state: as named above, rings: orders of the
    last seconds to store, nodes and gangs, (R,), (R,), (R, G), left_s: work left of each gang, seconds at full speed,
    done_s: work done, (G,), all changed in place. seen, filled: (6, N every_s).
    """
    store, _, resting, lags = means
    body, plant = site
    other_kw, planned_kw, noise = beside
    told_store, told_units, told_gangs = rings
    points_kw, speeds = menu[0], menu[1]
    last = other_kw.shape[0] - 1
    read = 0
    rate = 1.0 - np.exp(-1.0 / max(body[3], 1e-9))
    short_kw = 0.0
    for number in range(request_kw.shape[0] * every_s):
        now, second = int(state[NEXT]), first * every_s + number
        slot, before = now % REMEMBERED_S, (now - 1) % REMEMBERED_S
        told_units[slot] = told_units[before]
        told_gangs[slot] = told_gangs[before]
        wanted_kw = base_kw[second // every_s] - request_kw[number // every_s]
        own_kw, ahead_kw = base_kw[second // every_s], ramp_kw_per_s * every_s
        aimed_kw = _nearer(state[AIMED], wanted_kw, own_kw, ramp_kw_per_s)
        request = own_kw - aimed_kw
        if second % every_s == 0:
            read = max(second - every_s, 0)
            at = min(second + lags[1], last)
            known_kw = other_kw[read] + planned_kw[at] - planned_kw[read]
            base = base_kw[at // every_s]
            ends_kw = _nearer(state[AIMED], wanted_kw, own_kw, ahead_kw)
            short_kw = tick(
                own_kw - ends_kw, base, now, means, menu, site, law, known_kw, state, rings, told, left_s, every_s,
            )  # fmt: skip
        state[AIMED] = aimed_kw
        at = min(second + lags[0], last)
        known_kw = other_kw[read] + planned_kw[at] - planned_kw[read]
        base = base_kw[at // every_s]
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
        units = told_units[(now - lags[2]) % REMEMBERED_S]
        it_kw = other_kw[second] + units * resting[0] + _of_gangs(acting, left_s)
        work = _worked(acting, points_kw, speeds, left_s, done_s)
        fast_kw = fast_facility_power_kw(it_kw, body[0], plant)
        slow_kw = facility_power_kw(it_kw, body[0], body[1], plant) - fast_kw
        state[COOLING] += (body[4] * slow_kw - state[COOLING]) * rate
        state[FELT] += (slow_kw - state[FELT]) * rate
        meter_kw = fast_kw + state[COOLING] + body[2] - net_kw
        if second % every_s == every_s - 1:
            felt_kw = fast_kw + state[FELT] + body[2] - net_kw + state[BIAS]
            state[BIAS] += law[2] * (meter_kw * (1.0 + noise[second]) - felt_kw)
        seen[METER, number], seen[STORE, number] = meter_kw, net_kw
        seen[KEPT, number] = state[STORED]
        seen[IT, number], seen[SHORT, number], seen[WORK, number] = it_kw, short_kw, work
        state[NEXT] += 1.0
