"""Slots of single jobs by what the whole fleet draws with them: convex power and the peak of each site.

A job is taken out, every slot of its window is priced by what the site would draw with it and without it, and the job
goes where it costs least, the peak it raises paid once. Nothing else moves meanwhile.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from gridtide.kernels import scalar  # noqa: F401  (makes the physics callable from compiled code)
from gridtide.kernels.learned_building import Tables, table_kw
from gridtide.kernels.placement import BIG, NOWHERE, answer_at, at_speed, held_cost, slots_needed
from gridtide.physics.pue import facility_power_kw

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
Flags = NDArray[np.bool_]
Terms = tuple[Whole, Real, Real, Real]
"""Sites of terms that bound what a site draws net of sales, (K,), their least and most, (K, T), kW, and money for a kW
beyond them for a slot, with 1 where what is sold does not count, (K, 2)."""
Building = tuple[Real, Real, Whole, Tables]
"""Capacity, outdoor temperature, plant, and the tables of those that have one."""
Sale = tuple[Real, Real, Real, Real, Real, Real]
"""What is earned by selling, and what beside energy is paid for by the kW: see `price_slots`."""
LEVELS = 4
"""How many heights of a new peak are tried for a job: none, thirds of the highest in its window, and that; twice
as many found at most 0.2 % more on eight seeded days."""


@njit(cache=True, error_model="numpy")
def net_kw(it_kw: float, s: int, t: int, building: Building, rest_kw: Real) -> float:
    """What a site draws net of its stores and supply, kW."""
    capacity_kw, outdoor_c, plant, (row, step_kw, kw) = building
    at = row[s]
    if at >= 0:
        power = table_kw(it_kw, outdoor_c[s, t], step_kw[at], kw[at])
    else:
        power = facility_power_kw(it_kw, capacity_kw[s], outdoor_c[s, t], plant[s])
    return float(power + rest_kw[s, t])


@njit(cache=True, error_model="numpy")
def drawing_slots(count: int, left: tuple[int, int, int, int]) -> int:
    """How many of the slots a job holds it is expected to draw power in; the rest is kept for its limit."""
    need = max(1, slots_needed(left[0], 0, 0, left[3]))
    expected = min(need, max(1, slots_needed(left[1], 0, 0, left[3])))
    return min(count, expected + max(count - need, 0))


@njit(cache=True, error_model="numpy")
def highest_kw(net: Real, counts: Flags, known_kw: float) -> float:
    """The month's peak of a site: what was drawn before and what its slots that count draw, kW."""
    most = known_kw
    for t in range(net.shape[0]):
        if counts[t]:
            most = max(most, net[t])
    return most


@njit(cache=True, error_model="numpy")
def lay(
    slots: Whole,
    power_kw: float,
    s: int,
    it_kw: Real,
    net: Real,
    building: Building,
    rest_kw: Real,
) -> None:
    """Add IT power to the slots of a site and refresh what it draws."""
    for t in slots:
        it_kw[s, t] += power_kw
        net[s, t] = net_kw(it_kw[s, t], s, t, building, rest_kw)


@njit(cache=True, error_model="numpy")
def missed(net: float, s: int, t: int, terms: Terms) -> float:
    """Money for what a site draws beyond the terms of calls and positions in a slot."""
    site, least_kw, most_kw, price = terms
    total = 0.0
    for k in range(site.shape[0]):
        if site[k] == s:
            kw = max(net, 0.0) if price[k, 1] > 0.0 else net
            beyond_kw = max(kw - most_kw[k, t], 0.0) + max(least_kw[k, t] - kw, 0.0)
            total += price[k, 0] * beyond_kw
    return total


@njit(cache=True, error_model="numpy")
def price_slots(
    window: tuple[int, int],
    place: tuple[int, int, int, float, int],
    it_kw: Real,
    net: Real,
    building: Building,
    rest_kw: Real,
    energy: tuple[Real, Real, Real, Flags],
    sale: Sale,
    terms: Terms,
    peak_kw: float,
    felt: Real,
    above: Real,
) -> None:
    """Price each slot of a window for one accelerator of a job, and how far it would pass the peak, kW.

    place: (entry of the menu, p, its site, IT kW of the gang, gang). energy: money for a kW drawn for the slot, (S, T);
    for an accelerator that is scarce, (P, T); for one in all in slots that do not count, (M, T); those that count,
    (S, T). sale: money for a kW sold for the slot, (S, T), and the most that may be, kW, (S, T); kW that
    agreements deliver, and money lost for one of them that is not drawn for the slot, (S, T) each; kW that a set-point
    asks for, and money for a kW beside it for the slot, (S, T) each. terms: of calls and positions. Fills felt, above.
    """
    m, p, s, power_kw, gang = place
    per_kw, scarce, beyond, counts = energy
    earned, most_kw, delivered_kw, lost, asked_kw, off = sale
    for t in range(window[0], window[1]):
        if not counts[s, t]:
            felt[t] = beyond[m, t]
            above[t] = 0.0
            continue
        then = net_kw(it_kw[s, t] + power_kw, s, t, building, rest_kw)
        unsold_kw = min(max(-net[s, t], 0.0), most_kw[s, t]) - min(max(-then, 0.0), most_kw[s, t])
        paid = per_kw[s, t] * (max(then, 0.0) - max(net[s, t], 0.0)) + earned[s, t] * unsold_kw
        left_kw = max(delivered_kw[s, t] - max(net[s, t], 0.0), 0.0)
        paid -= lost[s, t] * (left_kw - max(delivered_kw[s, t] - max(then, 0.0), 0.0))
        paid += off[s, t] * (abs(then - asked_kw[s, t]) - abs(net[s, t] - asked_kw[s, t]))
        if terms[0].shape[0] > 0:
            paid += missed(then, s, t, terms) - missed(net[s, t], s, t, terms)
        felt[t] = scarce[p, t] + paid / gang
        above[t] = max(0.0, then - peak_kw)


@njit(cache=True, error_model="numpy")
def most_above(above: Real, slots: Whole) -> float:
    """By how much a peak is passed in these slots, kW."""
    most = 0.0
    for t in slots:
        most = max(most, above[t])
    return most


@njit(cache=True, error_model="numpy")
def best_at(
    felt: Real,
    above: Real,
    charge: float,
    delay: float,
    free: Whole,
    gang: int,
    window: tuple[int, int],
    left: tuple[int, int, int, int],
    rule: tuple[bool, bool, bool, int],
    buffers: tuple[Whole, Whole, Whole, Whole, Whole],
) -> tuple[float, int]:
    """The cheapest answer of a job at a place, its new peak included, whole job; fills the third buffer."""
    chosen, scratch, best, open_, kept = buffers
    most = 0.0
    for t in range(window[0], window[1]):
        most = max(most, above[t])
    best_cost, best_count = BIG, 0
    for level in range(LEVELS):
        height = most * level / (LEVELS - 1)
        for t in range(free.shape[0]):
            inside = window[0] <= t < window[1]
            open_[t] = free[t] if inside and above[t] <= height + 1e-9 else 0
        value, count = answer_at(
            felt, delay, open_, gang, kept, 0.0, window[0], window[1], left, rule, chosen, scratch
        )
        if value < BIG:
            value = value * gang + charge * most_above(above, chosen[: drawing_slots(count, left)])
            if value < best_cost - 1e-9:
                best_cost, best_count = value, count
                best[:count] = chosen[:count]
        if most == 0.0:
            break
    return best_cost, best_count


@njit(cache=True, error_model="numpy")
def all_net_kw(it_kw: Real, building: Building, rest_kw: Real) -> Real:
    """What each site draws in each slot, `net_kw` of all, (S, T), kW."""
    net = np.empty_like(it_kw)
    for s in range(net.shape[0]):
        for t in range(net.shape[1]):
            net[s, t] = net_kw(it_kw[s, t], s, t, building, rest_kw)
    return net


@njit(cache=True, error_model="numpy")
def most_slots(order: Whole, offsets: Whole) -> int:
    """The most slots that any of these jobs has room for, 1 or more."""
    widest = 1
    for j in order:
        widest = max(widest, offsets[j + 1] - offsets[j])
    return widest


@njit(cache=True, error_model="numpy")
def sweep(
    order: Whole,
    jobs: tuple[Whole, Flags, Whole, Whole, Whole, Whole, Whole, Whole, Real, Real],
    told: tuple[Whole, Whole, Whole, Whole, Whole],
    free: Whole,
    site: Whole,
    menu: tuple[Whole, Real, Real, Whole],
    it_kw: Real,
    rest_kw: Real,
    building: Building,
    energy: tuple[Real, Real, Real, Flags],
    sale: Sale,
    terms: Terms,
    month: tuple[Real, Real],
) -> int:
    """Move each job, in order, to where the fleet costs least with it; how many moved.

    jobs: accelerators at each entry of the menu (n, M), entries it may move to (n, M), first (n, P), last (n,), left
    (n, 4), rule (n, 3), place it runs at (n,), on how many accelerators (n,), offer (n, P), delay (n,), all as in
    `placement.sweep`. told: (place, offsets, count, slots, point), free (P, T), it_kw (S, T): changed in place.
    menu: (place (M,), speed (M,), IT kW of an accelerator beyond a parked one (M,), full-speed entry of each place
    (P,)). rest_kw: charge - discharge - supply, (S, T). energy, sale, terms: see `price_slots`.
    month: highest import so far and money for a kW above, (S,) each.
    """
    takes, may, first, last, left, rule, running_at, running_with, offer, delay = jobs
    place, offsets, count, slots, point = told
    place_of, speed, extra_kw, whole = menu
    known_kw, charge = month
    steps = free.shape[1]
    net = all_net_kw(it_kw, building, rest_kw)
    chosen, scratch, best, found = np.empty((4, most_slots(order, offsets)), np.int64)
    open_, kept = np.zeros((2, steps), np.int64)
    felt, above = np.zeros((2, steps))
    moved = 0
    for j in order:
        if place[j] < 0:
            continue
        begin, room = offsets[j], offsets[j + 1] - offsets[j]
        work = (left[j, 0], left[j, 1], left[j, 2], left[j, 3])
        own = whole[place[j]] + point[j]
        s, gang = site[place[j]], takes[j, own]
        held = slots[begin : begin + count[j]].copy()
        drawn = held[: drawing_slots(count[j], at_speed(work, speed[own]))]
        lay(drawn, -gang * extra_kw[own], s, it_kw, net, building, rest_kw)
        for t in held:
            free[place[j], t] += gang
        stays, best_cost, best_entry, best_count = BIG, BIG, NOWHERE, 0
        for m in range(place_of.shape[0]):
            q = place_of[m]
            window = (first[j, q], last[j])
            if window[0] >= window[1] or not (may[j, m] or m == own):
                continue
            s, gang = site[q], takes[j, m]
            peak_kw = highest_kw(net[s], energy[3][s], known_kw[s])
            here = (m, q, s, gang * extra_kw[m], gang)
            price_slots(
                window, here, it_kw, net, building, rest_kw, energy, sale, terms, peak_kw, felt, above,
            )  # fmt: skip
            goes_on = running_at[j] == q and running_with[j] == gang
            runs = (rule[j, 0] == 1, rule[j, 1] == 1, goes_on, rule[j, 2])
            paced = at_speed(work, speed[m])
            waits = delay[j] * speed[m] * (takes[j, whole[q]] / gang)
            if m == own:
                stays = held_cost(
                    felt, waits, free[q], gang, (kept, 0.0), window, paced, runs, offer[j, q], held
                )  # fmt: skip
                stays += charge[s] * most_above(above, drawn)
            if not may[j, m]:
                continue
            value, taken = best_at(
                felt, above, charge[s], waits, free[q], gang, window, paced, runs,
                (chosen[:room], scratch[:room], best, open_, kept),
            )  # fmt: skip
            if value < BIG and value + offer[j, q] < best_cost - 1e-9:
                best_cost, best_entry, best_count = value + offer[j, q], m, taken
                found[:taken] = best[:taken]
        if stays < BIG and best_cost < stays - 1e-6 * (1.0 + abs(stays)):
            own = best_entry
            place[j], point[j] = place_of[own], own - whole[place_of[own]]
            count[j] = best_count
            slots[begin : begin + best_count] = found[:best_count]
            moved += 1
        s, gang = site[place[j]], takes[j, own]
        held = slots[begin : begin + count[j]]
        drawn = held[: drawing_slots(count[j], at_speed(work, speed[own]))]
        lay(drawn, gang * extra_kw[own], s, it_kw, net, building, rest_kw)
        for t in held:
            free[place[j], t] -= gang
    return moved
