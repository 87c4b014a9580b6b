"""A dispatch as a person edited it: what they leave alone stays as it is told, the rest as they say. Nothing is checked
here beyond whether the edit fits what it is of; the guard looks at the whole afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import OF_JOBS, Binding, Dispatch, Reason, Turns, placement_of
from gridtide.decide.extra_cooling import ExtraCooling
from gridtide.decide.reservations import grid_step_s
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.fleet.menu import at_share, at_speed_s
from gridtide.fleet.response_cap import is_ruled
from gridtide.fleet.site import Battery
from gridtide.fleet.ways import slower_ways
from gridtide.physics.battery import charge_room_kw, discharge_room_kw, soc_after_kwh
from gridtide.timeline import epoch_s, instant
from gridtide.trust.edit import Edit
from gridtide.trust.touch import changed_rows, moved_by_job_kw, requests_kw, slots_of

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
HELD_AT = ("recovering_kw", "setpoint_kw")
NOTHING = {"recovering_kw": np.inf, "setpoint_kw": np.nan}
"""What a dispatch says where it says nothing, 0 for all others."""


def edited(
    dispatch: Dispatch,
    told: Dispatch,
    situation: Situation,
    promised: NDArray[np.bool_],
    edit: Edit,
    now: datetime,
) -> Dispatch:
    """The dispatch with an edit. Raises BadInput with everything that does not fit.

    told: what goes on where nothing new is told, over the same jobs and steps. promised: whose deadline is, (n,). A
    store that is bounded, or whose site may move only so much, holds no meter at a level any more.
    """
    refuse_if_any(_unfit(dispatch, told, situation, promised, edit, now))
    rows = {str(name): row for row, name in enumerate(situation.jobs.name)}
    dispatch = _left_alone(dispatch, told, situation, edit)
    dispatch = _jobs_of(dispatch, told, {rows[job] for job in edit.leave_jobs})
    for job, at in edit.begin:
        dispatch = _beginning(dispatch, situation, rows[job], at)
    for site, kw in edit.moved_most_kw:
        dispatch = _moving_less(dispatch, told, situation, _number(situation, site), kw)
    least_kw, most_kw = dict(edit.store_least_kw), dict(edit.store_most_kw)
    for site in sorted(least_kw.keys() | most_kw.keys()):
        bounds = least_kw.get(site, 0.0), most_kw.get(site, np.inf)
        dispatch = _store_within(dispatch, situation, _number(situation, site), bounds)
    return replace(dispatch, turns=Turns())


def _number(situation: Situation, site: str) -> int:
    return [one.name for one in situation.fleet.sites].index(site)


# what does not fit


def _unfit(
    dispatch: Dispatch,
    told: Dispatch,
    situation: Situation,
    promised: NDArray[np.bool_],
    edit: Edit,
    now: datetime,
) -> Iterator[Finding]:
    rows = {str(name): row for row, name in enumerate(situation.jobs.name)}
    sites = {site.name: site for site in situation.fleet.sites}
    changed = set(changed_rows(dispatch, told))
    for job in edit.jobs:
        if job not in rows:
            yield _finding(job, "is no job that is open", "a job of this decision")
    for job in edit.leave_jobs:
        if job in rows and rows[job] not in changed:
            yield _finding(job, "is left as it is already", "a job that this decision changes")
    for job, at in edit.begin:
        if job in rows:
            yield from _unfit_begin(dispatch, situation, promised, rows[job], at, now)
    for name in edit.sites:
        if name not in sites:
            yield _finding(name, "is no site", f"one of {', '.join(sites)}")
    for name in sorted({site for site, _ in (*edit.store_most_kw, *edit.store_least_kw)}):
        if name in sites and (sites[name].battery is None or sites[name].reservoir is not None):
            yield _finding(
                name, "has no store of its own", "a site with a store that no river fills"
            )
    for name in sorted(set(edit.sites) - set(edit.leave_sites)):
        if name in sites and _is_owed(dispatch, _number(situation, name)):
            said = "is to hold its meter as the grid was promised"
            yield _finding(name, said, "a site that owes nothing, or one that is left alone")


def _unfit_begin(
    dispatch: Dispatch,
    situation: Situation,
    promised: NDArray[np.bool_],
    row: int,
    at: datetime,
    now: datetime,
) -> Iterator[Finding]:
    jobs, horizon = situation.jobs, dispatch.placement.horizon
    subject, at_s = f"begin {jobs.name[row]}", epoch_s(at.replace(microsecond=0))
    if not jobs.movable[row]:
        yield _finding(subject, "is of work that is never moved", "work that may wait")
        return
    if situation.state.status[row] == Status.RUNNING and not jobs.interruptible[row]:
        yield _finding(
            subject, "runs, and has no checkpoint to stop at", "work that may be stopped"
        )
        return
    if dispatch.placement.place[row] < 0:
        yield _finding(subject, "is given no place by this decision", "a job that has one")
        return
    if at < now or at_s < int(jobs.release_s[row]):
        earliest = max(now, instant(int(jobs.release_s[row])))
        yield _finding(subject, at.isoformat(), f"from {earliest.isoformat()} on")
        return
    begin = int(np.searchsorted(horizon.starts_s, at_s))
    count = _slots_needed(dispatch, situation, row)
    if begin + count > len(horizon):
        yield _finding(subject, at.isoformat(), f"done by {horizon.end.isoformat()}, the last step")
        return
    deadline_s, ends_s = int(jobs.deadline_s[row]), int(horizon.ends_s[begin + count - 1])
    if promised[row] and deadline_s != NO_DEADLINE_S and ends_s > deadline_s:
        latest = instant(deadline_s - count * grid_step_s(horizon))
        said = f"at its promise, {instant(deadline_s).isoformat()}: begin by {latest.isoformat()}"
        yield _finding(subject, f"{at.isoformat()}, which ends {instant(ends_s).isoformat()}", said)


def _finding(subject: str, value: str, limit: str) -> Finding:
    mend = "Change that and ask again; nothing was changed."
    return Finding(subject=subject, value=value, limit=limit, mend=mend)


def _is_owed(dispatch: Dispatch, site: int) -> bool:
    """Whether a meter is held as was agreed with the grid, after a call or at a set-point."""
    held = [getattr(dispatch, name) for name in HELD_AT]
    return any(bool(np.isfinite(one[site]).any()) for one in held if one.size)


# jobs


def _slots_needed(dispatch: Dispatch, situation: Situation, row: int) -> int:
    """Slots that a job takes in one run; one more where starts and stops take turns inside them."""
    placement, state, menu = dispatch.placement, situation.state, situation.fleet.menu
    entry = menu.entry(placement.place[row : row + 1], placement.point[row : row + 1])
    before = menu.entry(state.told_place[row : row + 1], state.told_point[row : row + 1])
    work_s = int(at_speed_s(state.remaining_s[row : row + 1], menu.speed[entry])[0])
    gang = situation.jobs.accelerators[row : row + 1]
    takes = [at_share(gang, menu.gang_share[one])[0] for one in (before, entry)]
    if state.status[row] == Status.RUNNING and takes[0] != takes[1]:
        work_s += int(situation.jobs.restart_s[row])
    return -(-work_s // grid_step_s(placement.horizon)) + is_ruled(situation.fleet)


def _beginning(dispatch: Dispatch, situation: Situation, row: int, at: datetime) -> Dispatch:
    """A job in one run from the first step edge at or after an instant."""
    placement = dispatch.placement
    begin = int(np.searchsorted(placement.horizon.starts_s, epoch_s(at.replace(microsecond=0))))
    slots = np.arange(begin, begin + _slots_needed(dispatch, situation, row), dtype=np.int64)
    said = {"reason": int(Reason.EDITED), "binding": int(Binding.NONE), "cost": np.nan}
    columns: dict[str, Any] = {name: getattr(placement, name).copy() for name in OF_JOBS}
    for name, value in said.items():
        columns[name][row] = value
    return _placed(dispatch, {row: slots}, columns)


def _jobs_of(dispatch: Dispatch, told: Dispatch, rows: set[int]) -> Dispatch:
    """The dispatch with some jobs as another has them."""
    if not rows:
        return dispatch
    chosen = np.isin(np.arange(len(dispatch.placement)), sorted(rows))
    columns = {
        name: np.where(chosen, getattr(told.placement, name), getattr(dispatch.placement, name))
        for name in OF_JOBS
    }
    return _placed(dispatch, {row: slots_of(told, row) for row in rows}, columns)


def _placed(dispatch: Dispatch, slots: Mapping[int, Whole], columns: Mapping[str, Any]) -> Dispatch:
    own = [slots.get(row, slots_of(dispatch, row)) for row in range(len(dispatch.placement))]
    return replace(dispatch, placement=placement_of(dispatch.placement.horizon, own, columns))


# sites


def _left_alone(dispatch: Dispatch, told: Dispatch, situation: Situation, edit: Edit) -> Dispatch:
    """The dispatch with everything at some sites as another has it: jobs that it would run there or take from there,
    stores, levels, cooling, plants, offers, resting nodes, and whole services that answer there otherwise."""
    if not edit.leave_sites:
        return dispatch
    fleet, steps = situation.fleet, len(dispatch.placement.horizon)
    names = [site.name for site in fleet.sites]
    sites = np.isin(names, edit.leave_sites)
    places = sites[fleet.site_of_place]
    at = np.append(places, False)
    there = at[dispatch.placement.place] | at[told.placement.place]
    dispatch = _jobs_of(dispatch, told, set(np.flatnonzero(there).tolist()))
    plants = np.asarray([sites[s] for s, one in enumerate(fleet.sites) if one.reactor], np.bool_)
    offers = np.asarray([sites[s] for s, _ in fleet.products], np.bool_)
    columns: dict[str, Any] = {
        name: _rows(getattr(dispatch, name), getattr(told, name), rows, NOTHING.get(name, 0.0))
        for name, rows in (
            *((one, sites) for one in ("charge_kw", "discharge_kw", "it_price_per_kwh", *HELD_AT)),
            ("made_kw", plants),
            ("offered_kw", offers),
            ("nodes_used", places),
        )
    }
    for name in ("import_held_kw", "raise_price_per_kw"):
        columns[name] = np.where(sites, getattr(told, name), getattr(dispatch, name))
    cooling = {
        one.name: _rows(getattr(dispatch.cooling, one.name), getattr(told.cooling, one.name), sites)
        for one in fields(ExtraCooling)
    }
    columns["carried_kw"] = _rows(dispatch.carried_kw, told.carried_kw, offers)
    routes = _routes(dispatch, told, situation, places[:, None] & np.ones(steps, np.bool_))
    return replace(dispatch, cooling=ExtraCooling(**cooling), **columns, **routes)


def _rows(own: Real, other: Real, rows: NDArray[np.bool_], nothing: float = 0.0) -> Real:
    """Columns with some rows (of the last axis but one) of others; where either says nothing, that is `nothing`."""
    if own.size == other.size == 0:
        return own
    shape = own.shape if own.size else other.shape
    own, other = (one if one.size else np.full(shape, nothing) for one in (own, other))
    return np.where(rows[:, None], other, own)


def _routes(
    dispatch: Dispatch, told: Dispatch, situation: Situation, where: NDArray[np.bool_]
) -> dict[str, Any]:
    """Shares of requests, of each service that would answer otherwise at some places in some steps, (P, T), as another
    has them as a whole."""
    shape = (len(slower_ways(situation.services)), *dispatch.shares.shape[1:])
    usual, theirs = dispatch.shares, told.shares
    slower, beside = (
        one.slower_shares if one.slower_shares.size else np.zeros(shape) for one in (dispatch, told)
    )
    numbers = np.asarray([number for number, _ in slower_ways(situation.services)], np.int64)
    differs = ((usual != theirs) & where).any(axis=(1, 2))
    np.logical_or.at(differs, numbers, ((slower != beside) & where).any(axis=(1, 2)))
    slower = np.where(differs[numbers][:, None, None], beside, slower)
    return {
        "shares": np.where(differs[:, None, None], theirs, usual),
        "slower_shares": slower if slower.any() else dispatch.slower_shares,
    }


def _moving_less(
    dispatch: Dispatch, told: Dispatch, situation: Situation, site: int, most_kw: float
) -> Dispatch:
    """A site that differs from what is told by so much at most: requests first, then the jobs that save most, then its
    store with what is left. What is held at a level could go anywhere, so nothing is."""
    dispatch = _unheld(dispatch, site)
    places = situation.fleet.site_of_place == site
    asked_kw = requests_kw(dispatch, told, situation)[places].sum(axis=0)
    beyond = places[:, None] & (asked_kw > most_kw)
    dispatch = replace(dispatch, **_routes(dispatch, told, situation, beyond))
    left_kw = most_kw - requests_kw(dispatch, told, situation)[places].sum(axis=0)
    dispatch, moved_kw = _fewer_jobs(dispatch, told, situation, site, left_kw)
    told_kw = (told.charge_kw - told.discharge_kw)[site]
    change_kw = (dispatch.charge_kw - dispatch.discharge_kw)[site] - told_kw
    left_kw = np.maximum(left_kw - np.abs(moved_kw), 0.0)
    return _exchanging(dispatch, site, told_kw + np.clip(change_kw, -left_kw, left_kw))


def _fewer_jobs(
    dispatch: Dispatch, told: Dispatch, situation: Situation, site: int, left_kw: Real
) -> tuple[Dispatch, Real]:
    """The dispatch with as many of its jobs, those that save most first, as move a site within bounds, (T,); and by how
    much these move it."""
    placement, moved_kw, kept_back = dispatch.placement, np.zeros(len(left_kw)), set[int]()
    saved = np.nan_to_num(placement.cost_at_once - placement.cost, nan=0.0)
    rows = changed_rows(dispatch, told)
    for row in sorted(rows, key=lambda one: (-saved[one], one)):
        by_kw = moved_by_job_kw(dispatch, told, situation, row, site)
        if not by_kw.any():
            continue
        if (np.abs(moved_kw + by_kw) <= left_kw).all():
            moved_kw = moved_kw + by_kw
        else:
            kept_back.add(row)
    return _jobs_of(dispatch, told, kept_back), moved_kw


# stores


def _store_within(
    dispatch: Dispatch, situation: Situation, site: int, bounds_kw: tuple[float, float]
) -> Dispatch:
    """A store that charges and gives within bounds, as far as what it holds lets it."""
    dispatch = _unheld(dispatch, site)
    store = situation.fleet.sites[site].battery
    assert store is not None
    net_kw = (dispatch.charge_kw - dispatch.discharge_kw)[site]
    size_kw = np.clip(np.abs(net_kw), *bounds_kw)
    wanted_kw = np.where(net_kw == 0.0, 0.0, np.sign(net_kw) * size_kw)
    hours, soc_kwh = dispatch.placement.horizon.hours, float(situation.state.soc_kwh[site])
    return _exchanging(dispatch, site, _held_by(store, soc_kwh, wanted_kw, hours))


def _held_by(store: Battery, soc_kwh: float, wanted_kw: Real, hours: Real) -> Real:
    """What a store can charge and give of what is wanted, step by step, (T,); charging above 0."""
    found = np.zeros(len(wanted_kw))
    least_kwh = store.soc_min * store.energy_kwh
    for step, (kw, span_h) in enumerate(zip(wanted_kw.tolist(), hours.tolist(), strict=True)):
        room_kw = charge_room_kw(soc_kwh, store.energy_kwh, span_h, store.charge_efficiency)
        give_kw = discharge_room_kw(soc_kwh, least_kwh, span_h, store.discharge_efficiency)
        charge_kw = min(max(kw, 0.0), room_kw, store.charge_max_kw)
        charge_kw = charge_kw if charge_kw >= store.charge_least_kw else 0.0
        discharge_kw = min(max(-kw, 0.0), give_kw, store.discharge_max_kw)
        found[step] = charge_kw - discharge_kw
        soc_kwh = soc_after_kwh(
            soc_kwh,
            charge_kw,
            discharge_kw,
            span_h,
            store.charge_efficiency,
            store.discharge_efficiency,
        )
    return found


def _exchanging(dispatch: Dispatch, site: int, net_kw: Real) -> Dispatch:
    """A store that charges by what is above 0 and gives what is below."""
    charge_kw, discharge_kw = dispatch.charge_kw.copy(), dispatch.discharge_kw.copy()
    charge_kw[site], discharge_kw[site] = np.maximum(net_kw, 0.0), np.maximum(-net_kw, 0.0)
    return replace(dispatch, charge_kw=charge_kw, discharge_kw=discharge_kw)


def _unheld(dispatch: Dispatch, site: int) -> Dispatch:
    """A site whose meter is held at no level of its own."""
    held_kw = dispatch.import_held_kw.copy()
    held_kw[site] = np.inf
    return replace(dispatch, import_held_kw=held_kw)
