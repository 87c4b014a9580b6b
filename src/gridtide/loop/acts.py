"""From orders to single acts: what must be told at a step edge so that devices do what a dispatch says.

Start times, never holds: whatever waits is told when it may begin, whatever is held is told until when. What holds
already, and holds long enough, is not told again.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.recovering import level_held_kw
from gridtide.decide.setpoints import floor_held_kw
from gridtide.fleet.act import BeginAt, Exchange, PauseJob, ResumeJob
from gridtide.fleet.device import QueuedJob, Standing
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.rest_act import KeepAwake
from gridtide.fleet.service import Service
from gridtide.fleet.site_act import AnyAct, HoldImport, PlaceJob, Route, subject_of
from gridtide.fleet.ways import slower_ways
from gridtide.loop.in_turn_acts import Start, Stop, first_ahead, start_in, stop_in
from gridtide.loop.names import place_names, store_names
from gridtide.loop.plant_acts import acts_of_plants, end_of, rests, site_told
from gridtide.loop.resting_nodes import is_told, kept_awake
from gridtide.loop.world import Orders
from gridtide.timeline import epoch_s, instant

OPEN = (Standing.QUEUED, Standing.RUNNING, Standing.STOPPED)
"""Standings of a job that can still be told something."""


@dataclass(frozen=True, kw_only=True)
class JobTold:
    """What a job was told last: where, at which point (by its number), from when on it may run where it waits, and over
    how many seconds its power rises then."""

    place: int = -1
    point: int = 0
    held_until: datetime | None = None
    turn_s: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Holding:
    """What was told and is in force: of each job, and the newest act of every other subject."""

    jobs: Mapping[str, JobTold]
    others: Mapping[str, AnyAct]


def acts_now(
    orders: Orders,
    fleet: Fleet,
    services: tuple[Service, ...],
    queue: Mapping[str, QueuedJob],
    holding: Holding,
    now: datetime,
) -> list[AnyAct]:
    """What is to be told at a step edge, jobs first, in the order of the orders' rows."""
    acts: list[AnyAct] = []
    for row, name in enumerate(orders.jobs.name.tolist()):
        queued = queue.get(name)
        if queued is not None and queued.standing in OPEN:
            told = holding.jobs.get(name, JobTold())
            acts += _of_job(orders.dispatch, row, queued, told, fleet, now)
    for act in _of_sites(orders.dispatch, fleet, services, now):
        if _is_told(act, orders.only, fleet) and _is_news(
            act, holding.others.get(subject_of(act)), now
        ):
            acts.append(act)
    return acts


def stops_within(orders: Orders, queue: Mapping[str, QueuedJob], now: datetime) -> list[Stop]:
    """Stops that are told inside the step that begins, in the order of the orders' rows; those at its begin are among
    `acts_now`."""
    found = []
    for row, name in enumerate(orders.jobs.name.tolist()):
        queued = queue.get(name)
        if queued is not None and queued.standing in OPEN:
            stop = stop_in(orders.dispatch, row, queued.id, now)
            if stop is not None and stop.at > now:
                found.append(stop)
    return found


def spelled(act: AnyAct) -> dict[str, object]:
    """An act as plain values for JSON, its kind first."""
    values = {field.name: getattr(act, field.name) for field in fields(act)}
    return {"kind": type(act).__name__} | {name: _plain(value) for name, value in values.items()}


def starts_of(dispatch: Dispatch, row: int) -> NDArray[np.int64]:
    """Starts of the slots that a job was given, seconds since 1970, increasing."""
    placement = dispatch.placement
    slots = placement.slots[placement.offsets[row] : placement.offsets[row + 1]]
    return placement.horizon.starts_s[slots]


def _of_job(
    dispatch: Dispatch,
    row: int,
    queued: QueuedJob,
    told: JobTold,
    fleet: Fleet,
    now: datetime,
) -> Iterator[AnyAct]:
    """Where, if that is new; then on, off, or later."""
    placement = dispatch.placement
    place, point = int(placement.place[row]), int(placement.point[row])
    if place >= 0 and (place, point) != (told.place, told.point):
        name = place_names(fleet)[place]
        yield PlaceJob(job=queued.id, place=name, point=fleet.pools[place].points[point].name)
    number = first_ahead(dispatch, row, epoch_s(now))
    start = Start(at=placement.horizon.end) if number is None else start_in(dispatch, number)
    held = told.held_until is not None and told.held_until > now
    here = number is not None and placement.horizon.starts_s[placement.slots[number]] == epoch_s(
        now
    )
    yield from _when(queued, start, told, held, here, now)
    stop = stop_in(dispatch, row, queued.id, now)
    if stop is not None and stop.at == now:
        yield stop.act


def _when(
    queued: QueuedJob, start: Start, told: JobTold, held: bool, here: bool, now: datetime
) -> Iterator[AnyAct]:
    """On, off, or later. here: whether its start lies in the slot that begins now."""
    known = told.held_until == start.at and told.turn_s == start.turn_s
    if here and start == Start(at=now):
        if held:
            stopped = queued.standing is Standing.STOPPED
            yield ResumeJob(job=queued.id) if stopped else BeginAt(job=queued.id, at=now)
    elif queued.standing is Standing.RUNNING and not held and not here:
        yield PauseJob(job=queued.id, until=start.at)
    elif not ((held or start.at == now) and known):
        yield start.told(queued.id)


def _of_sites(
    dispatch: Dispatch, fleet: Fleet, services: tuple[Service, ...], now: datetime
) -> Iterator[AnyAct]:
    """Routes, stores, held imports, nodes and plants of the step that begins, each until its value changes."""
    horizon = dispatch.placement.horizon
    step = int(np.searchsorted(horizon.edges_s, epoch_s(now), side="right")) - 1
    names = place_names(fleet)
    slower = dispatch.slower_shares
    for v, service in enumerate(services):
        own = [
            n for n, (number, _) in enumerate(slower_ways(services)) if number == v and len(slower)
        ]
        for o, origin in enumerate(fleet.network.origins):
            parts = np.stack([dispatch.shares[v, o], *(slower[n, o] for n in own)])
            until = instant(horizon.edges_s[end_of(parts.reshape(-1, parts.shape[-1]), step)])
            split = tuple(tuple(zip(names, part[:, step].tolist(), strict=True)) for part in parts)
            yield Route(
                service=service.name,
                origin=origin,
                shares=split[0],
                slower=split[1:],
                until=until,
            )
    level_kw = level_held_kw(dispatch, len(horizon))
    floor_kw = floor_held_kw(dispatch, level_kw)
    for s, site in enumerate(fleet.sites):
        both = np.stack([dispatch.charge_kw[s], dispatch.discharge_kw[s]])
        if site.battery is not None:
            until = instant(horizon.edges_s[end_of(both, step)])
            charge_kw, discharge_kw = both[:, step].tolist()
            yield Exchange(
                store=store_names(fleet)[s],
                charge_kw=charge_kw,
                discharge_kw=discharge_kw,
                until=until,
            )
        price = dispatch.it_price_per_kwh[s]
        held = np.stack([price, level_kw[s], price if floor_kw is None else floor_kw[s]])
        yield HoldImport(
            site=site.name,
            most_kw=float(level_kw[s, step]),
            least_kw=_floor(floor_kw, s, step),
            raise_price_per_kw=float(dispatch.raise_price_per_kw[s]),
            it_price_per_kwh=float(price[step]),
            until=instant(horizon.edges_s[end_of(held, step)]),
        )
    yield from kept_awake(dispatch, fleet, now)
    yield from acts_of_plants(dispatch, fleet, step)


def _is_told(act: AnyAct, only: tuple[str, ...] | None, fleet: Fleet) -> bool:
    """Whether a site is told its orders, where only some are."""
    if only is None:
        return True
    match act:
        case HoldImport():
            return act.site in only
        case Exchange():
            return fleet.sites[store_names(fleet).index(act.store)].name in only
        case _:
            return site_told(act, fleet) in only


def _floor(floor_kw: NDArray[np.float64] | None, site: int, step: int) -> float | None:
    """The least import a site is held to, None where to none."""
    least_kw = -np.inf if floor_kw is None else float(floor_kw[site, step])
    return None if np.isneginf(least_kw) else least_kw


def _is_news(act: AnyAct, told: AnyAct | None, now: datetime) -> bool:
    """Whether something else holds than an act says, or nothing does any more."""
    if isinstance(act, KeepAwake):
        return not is_told(act, told)
    if told is None or told.until <= now:  # type: ignore[union-attr]
        return not rests(act)
    return _values(told) != _values(act)


def _values(act: AnyAct) -> list[object]:
    return [getattr(act, field.name) for field in fields(act) if field.name != "until"]


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value
