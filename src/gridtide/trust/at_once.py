"""Does more start or stop at once than the fleet's cap and the ramp rules of its sites allow?"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.fleet.response_cap import (
    in_turn_stores,
    rates_kw_per_min,
    steepest_kw_per_it,
    stores_kw_per_min,
)
from gridtide.timeline import instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
TOLERANCE = 1e-6
ALL = -1
SAME_S = 1e-6
"""Seconds that rounding may let one turn begin before another ended."""


@dataclass(frozen=True, kw_only=True)
class AtOnce:
    """What moves too much at once: whose limit, how much, and what is allowed, in words."""

    subject: str
    value: str
    allowed: str


@dataclass(frozen=True, kw_only=True, eq=False)
class _Edges:
    """Starts or stops of a dispatch: job, site, kW at the meter, and when power moves, seconds of the horizon."""

    job: Whole
    site: Whole
    kw: Real
    from_s: Real
    until_s: Real


def too_much_at_once(
    dispatch: Dispatch, situation: Situation, it_kw: Real, spare_s: Whole, free: Whole, gang: Whole
) -> tuple[AtOnce, ...]:
    """Every start and stop that is at once though it could wait, and every moment in which turns overlap.

    it_kw: of each job beyond parked machines; spare_s: what the slots of each job hold beyond its declared work;
    gang: its accelerators, (n,). free: accelerators that nothing holds, (P, T).
    """
    rates = rates_kw_per_min(situation.fleet)
    if not np.isfinite(rates).any():
        return ()
    site = situation.fleet.site_of_place[np.maximum(dispatch.placement.place, 0)]
    meter_kw = it_kw * steepest_kw_per_it(situation.fleet)[site]
    starts, stops = _starts(dispatch, situation, meter_kw, site), _stops(dispatch, meter_kw, site)
    found = [
        *_could_wait(starts, "starts", situation, dispatch, spare_s, rates),
        *_could_run_on(starts, stops, situation, dispatch, spare_s, free, gang, rates),
    ]
    for edges, what in ((starts, "starts"), (stops, "stops")):
        found += _overlapping(edges, what, situation, dispatch)
    return (*found, *_stores_at_once(dispatch, situation))


def _stores_at_once(dispatch: Dispatch, situation: Situation) -> list[AtOnce]:
    """The slot into which stores change faster together than their part of the cap."""
    own, horizon = in_turn_stores(situation.fleet), dispatch.placement.horizon
    known = situation.state.store_kw.size > 0
    if not own.any():
        return []
    taken_kw = (dispatch.charge_kw - dispatch.discharge_kw)[own]
    before_kw = situation.state.store_kw[own] if known else taken_kw[:, 0]
    change = np.diff(np.column_stack([before_kw, taken_kw]), axis=1)
    fastest = np.maximum(np.maximum(change, 0.0).sum(axis=0), np.maximum(-change, 0.0).sum(axis=0))
    fastest = fastest / (horizon.hours * 60.0)
    most, slot = stores_kw_per_min(situation.fleet), int(np.argmax(fastest))
    if fastest[slot] <= most * (1.0 + TOLERANCE) + TOLERANCE:
        return []
    when = instant(int(horizon.starts_s[slot]))
    value = f"{fastest[slot]:,.3f} kW per minute into {when:%Y-%m-%d %H:%M} UTC"
    allowed = f"{most:,.3f} kW per minute"
    return [AtOnce(subject="stores together", value=value, allowed=allowed)]


def _columns(dispatch: Dispatch) -> tuple[Whole, Whole, NDArray[np.bool_], NDArray[np.bool_]]:
    """Job and slot of each row of a placement, and whether the row before and behind it is the slot next to it."""
    placement = dispatch.placement
    job = np.repeat(np.arange(len(placement)), np.diff(placement.offsets))
    joined = (np.diff(placement.slots) == 1) & (np.diff(job) == 0)
    return job, placement.slots, np.append([False], joined)[: len(job)], np.append(joined, [False])


def _starts(dispatch: Dispatch, situation: Situation, kw: Real, site: Whole) -> _Edges:
    job, slot, joined, _ = _columns(dispatch)
    runs_on = (slot == 0) & _goes_on(dispatch, situation)[job] if len(job) else joined
    rows = np.flatnonzero(~joined & ~runs_on)
    begins_s = (
        dispatch.placement.horizon.starts_s[slot[rows]] - dispatch.placement.horizon.edges_s[0]
    )
    late, rise = _turns(dispatch, rows, "late_s"), _turns(dispatch, rows, "rise_s")
    of = job[rows]
    return _Edges(
        job=of, site=site[of], kw=kw[of], from_s=begins_s + late - rise, until_s=begins_s + late
    )


def _stops(dispatch: Dispatch, kw: Real, site: Whole) -> _Edges:
    """Pauses: what ends with its last slot has done its work, or is stopped by nobody here."""
    job, slot, _, joined = _columns(dispatch)
    last = np.append(job[1:] != job[:-1], [True])[: len(job)]
    rows = np.flatnonzero(~joined & ~last)
    ends_s = dispatch.placement.horizon.ends_s[slot[rows]] - dispatch.placement.horizon.edges_s[0]
    early, fall = _turns(dispatch, rows, "early_s"), _turns(dispatch, rows, "fall_s")
    of = job[rows]
    return _Edges(
        job=of, site=site[of], kw=kw[of], from_s=ends_s - early, until_s=ends_s - early + fall
    )


def _turns(dispatch: Dispatch, rows: Whole, name: str) -> Real:
    own: Real = getattr(dispatch.turns, name)
    return own[rows] if len(dispatch.turns) else np.zeros(len(rows))


def _goes_on(dispatch: Dispatch, situation: Situation) -> NDArray[np.bool_]:
    """Which jobs run where they are told to and were told the slot that begins now before, (n,)."""
    state, now_s = situation.state, int(dispatch.placement.horizon.edges_s[0])
    told = [
        now_s in state.told_starts_s[state.told_offsets[j] : state.told_offsets[j + 1]]
        for j in range(len(state.place))
    ]
    there = state.told_place == dispatch.placement.place
    runs = there & (state.status == Status.RUNNING)
    return np.asarray(np.asarray(told, dtype=np.bool_) & runs, dtype=np.bool_)


def _could_wait(
    starts: _Edges,
    what: str,
    situation: Situation,
    dispatch: Dispatch,
    spare_s: Whole,
    rates: Real,
) -> list[AtOnce]:
    """Starts at once of work that has a slot to spare, and would have its turn inside one."""
    step_s = int(dispatch.placement.horizon.step_s or 0)
    restart_s = situation.jobs.restart_s[starts.job]
    needs_s = 60.0 * starts.kw / rates[starts.site] + 1.0 + restart_s
    sudden = (starts.until_s <= starts.from_s) & (starts.kw > 0.0)
    sudden &= np.isfinite(rates[starts.site]) & (needs_s <= step_s)
    sudden &= spare_s[starts.job] >= step_s + restart_s
    return [_sudden(starts, int(row), what, situation, dispatch) for row in np.flatnonzero(sudden)]


def _could_run_on(
    starts: _Edges,
    stops: _Edges,
    situation: Situation,
    dispatch: Dispatch,
    spare_s: Whole,
    free: Whole,
    gang: Whole,
    rates: Real,
) -> list[AtOnce]:
    """Pauses at once where the machines would have been free behind the edge and the work has time to spare."""
    step_s = int(dispatch.placement.horizon.step_s or 0)
    sudden = (stops.until_s <= stops.from_s) & (stops.kw > 0.0) & np.isfinite(rates[stops.site])
    sudden &= 60.0 * stops.kw / rates[stops.site] <= step_s
    behind = np.minimum(np.round(stops.from_s / step_s).astype(np.int64), free.shape[1] - 1)
    sudden &= free[dispatch.placement.place[stops.job], behind] >= gang[stops.job]
    sudden &= spare_s[stops.job] >= step_s + situation.jobs.restart_s[stops.job]
    at_once = starts.job[starts.until_s <= starts.from_s]
    sudden &= ~np.isin(stops.job, at_once)
    return [
        _sudden(stops, int(row), "stops", situation, dispatch) for row in np.flatnonzero(sudden)
    ]


def _sudden(edges: _Edges, row: int, what: str, situation: Situation, dispatch: Dispatch) -> AtOnce:
    when = instant(int(dispatch.placement.horizon.edges_s[0]) + int(edges.from_s[row]))
    return AtOnce(
        subject=f"{situation.jobs.name[edges.job[row]]}",
        value=f"{what} at once at {when:%Y-%m-%d %H:%M:%S} UTC, {edges.kw[row]:,.1f} kW",
        allowed="in its turn, for which it has the time",
    )


def _overlapping(
    edges: _Edges, what: str, situation: Situation, dispatch: Dispatch
) -> list[AtOnce]:
    """The steepest moment of turns at each site with a rule, and of the fleet under its cap, where it is too steep."""
    fleet = situation.fleet
    limits = [
        (number, site.name, site.contract.ramp_max_kw_per_min)
        for number, site in enumerate(fleet.sites)
    ]
    if fleet.response_max_kw_per_min is not None:
        beside = stores_kw_per_min(fleet) if in_turn_stores(fleet).any() else 0.0
        limits.append((ALL, "the fleet", fleet.response_max_kw_per_min - beside))
    found = []
    for number, name, most in limits:
        own = (edges.until_s > edges.from_s) & ((edges.site == number) | (number == ALL))
        if most is None or not own.any():
            continue
        steepest, at_s = _steepest(edges.kw[own], edges.from_s[own], edges.until_s[own])
        if steepest > most * (1.0 + TOLERANCE):
            when = instant(int(dispatch.placement.horizon.edges_s[0]) + int(at_s))
            value = f"{what} {steepest:,.3f} kW per minute at {when:%Y-%m-%d %H:%M:%S} UTC"
            allowed = f"{most:,.3f} kW per minute"
            found.append(AtOnce(subject=name, value=value, allowed=allowed))
    return found


def _steepest(kw: Real, from_s: Real, until_s: Real) -> tuple[float, float]:
    """The steepest moment of straight turns, kW per minute, and when it begins."""
    slope = 60.0 * kw / (until_s - from_s)
    at = np.concatenate([from_s + SAME_S, until_s])
    change = np.concatenate([slope, -slope])
    order = np.lexsort((change, at))
    total = np.cumsum(change[order])
    worst = int(np.argmax(total))
    return float(total[worst]), float(at[order][worst])
