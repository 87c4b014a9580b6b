"""Nodes that rest between uses, step by step: who is needed, who is expected, who wakes."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Real = NDArray[np.float64]

ON, IDLE, PARKED, OFF = 0, 1, 2, 3


@njit(cache=True, error_model="numpy")
def expected(
    record: Real, told: Real, at: tuple[int, int], ahead: tuple[int, int], unknown: float
) -> float:
    """The most that is needed over the next steps: what a plan tells, and what was needed a day before.

    record: of the last day, the need of step t at t modulo its length. told: from the first step of a span on, of any
    length. at: the step, by its number and within the span. ahead: how many steps of what a plan tells and of the
    day before. unknown: what counts as needed where neither is known.
    """
    day, (number, within) = record.shape[0], at
    most = 0.0
    for step in range(1, 1 + max(ahead[0], ahead[1])):
        if within + step < told.shape[0] and step <= ahead[0]:
            most = max(most, told[within + step])
        if step <= ahead[1] and (number + step >= day or within + step >= told.shape[0]):
            if number + step < day:
                return unknown
            most = max(most, record[(number + step) % day])
    return most


@njit(cache=True, error_model="numpy")
def next_rest(
    state: int, kept_s: float, needed: bool, soon: tuple[bool, bool, bool], least_s: Real
) -> int:
    """The state of a node that has been in its own for kept_s seconds.

    needed: now. soon: whether it is expected within its wake from parked, from off, and within a time off that pays.
    least_s: least seconds in each state, (4,). A need wakes at once; only a node that is not needed waits.
    """
    if needed:
        return ON
    within_parked, within_off, within_rest = soon
    if state == ON:
        state, kept_s = IDLE, 0.0
    if state == OFF:
        return IDLE if within_off and kept_s >= least_s[OFF] else OFF
    if state == PARKED:
        if within_parked:
            return IDLE
        return OFF if kept_s >= least_s[PARKED] and not within_rest else PARKED
    return PARKED if kept_s >= least_s[IDLE] and not within_parked else IDLE


@njit(cache=True, error_model="numpy")
def rest_nodes(
    need: Real,
    told: Real,
    record: Real,
    bounds: Whole,
    rules: tuple[Whole, Whole, Real, Real],
    nodes: tuple[Whole, Real, Real],
    span: tuple[int, float],
    out: tuple[Real, Real, Real],
) -> None:
    """Carry the nodes of every place through T steps.

    need: accelerators of these nodes that are wanted, (P, T); told: what a plan wants of them from the first step on,
    of any length. record: as in `expected`, (P, D), written on.
    bounds: nodes of place p are bounds[p]:bounds[p + 1]; the first are needed first. rules: (accelerators of a node
    (P,), steps ahead as in `next_rest`, and for parked ones where a plan tells (P, 4), least seconds in each state
    (P, 4), seconds to wake from each (P, 4)).
    nodes: (state, seconds in it, seconds until awake), (K,) each, changed in place. span: (number of the first step,
    seconds of a step). out, added to: accelerators that cannot be used, mean over the step (P, T); accelerator-seconds
    of waking (P, T); accelerators idle, parked and off, mean over the step (3, P, T).

    Before a day has passed and without a plan, every node counts as expected before it is switched off,
    none before it is parked.
    """
    size, ahead, least_s, wake_s = rules
    state, kept_s, left_s = nodes
    unready, waking_s, resting = out
    first, step_s = span
    for place in range(need.shape[0]):
        whole = float((bounds[place + 1] - bounds[place]) * size[place])
        for t in range(need.shape[1]):
            at = first + t
            when, tells = (at, t), told[place]
            soon_p, soon_o, soon_r, soon_t = ahead[place]
            level_p = expected(record[place], tells, when, (soon_t, soon_p), 0.0)
            level_o = expected(record[place], tells, when, (soon_o, soon_o), whole)
            level_r = expected(record[place], tells, when, (soon_r, soon_r), whole)
            for node in range(bounds[place], bounds[place + 1]):
                floor = (node - bounds[place]) * size[place] + 1e-9
                was = state[node]
                soon = (level_p > floor, level_o > floor, level_r > floor)
                now = next_rest(was, kept_s[node], need[place, t] > floor, soon, least_s[place])
                if was == IDLE and now == PARKED and left_s[node] > 0.0:
                    now = IDLE
                if now != was:
                    kept_s[node] = 0.0
                    if now < PARKED <= was:
                        left_s[node] = wake_s[place, was]
                    state[node] = now
                if now >= PARKED:
                    left_s[node] = 0.0
                waking = min(left_s[node], step_s)
                left_s[node] -= waking
                kept_s[node] += step_s
                waking_s[place, t] += size[place] * waking
                if now >= PARKED:
                    unready[place, t] += size[place]
                else:
                    unready[place, t] += size[place] * waking / step_s
                if now > ON:
                    resting[now - 1, place, t] += size[place] * (1.0 - waking / step_s)
            record[place, at % record.shape[1]] = need[place, t]
