"""Letting everything go without a jump at the meter: one after the other at each site, at its ramp."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from gridtide.fleet.device import QueuedJob, Restraint, StoreReading
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.response_cap import steepest_kw_per_it
from gridtide.grid.stagger import queued_starts_s
from gridtide.loop.expecting import Draw
from gridtide.loop.names import point_of, store_names


@dataclass(frozen=True, kw_only=True)
class LetGo:
    """What is to be let go at a device, when, and what comes of it at the meter at most, kW."""

    at: datetime
    device: str
    subject: str
    kw: float


def let_go(
    held: Sequence[tuple[str, Restraint]],
    queue: Mapping[str, QueuedJob],
    drawn: Mapping[str, Draw],
    stores: Mapping[str, StoreReading],
    fleet: Fleet,
    now: datetime,
    plants: Mapping[str, tuple[int, float]] | None = None,
) -> tuple[LetGo, ...]:
    """When each restraint is let go: at a site with a ramp each waits until those before it have had their time.

    Stores, halls and plants first, then jobs begin, the nearest deadline first. What holds requests and imports goes at
    once: how much comes of that nobody can say beforehand. Boards of a job that get free move the meter by no more than
    it draws. plants: halls, stores of cold and plants by name, each with the number of its site and what it moves
    there, kW.
    """
    drawn = {**drawn, **{point_of(name): one for name, one in drawn.items()}}
    steepest = steepest_kw_per_it(fleet)
    moves = {name: _site_of(one.of, fleet) for name, one in drawn.items()}
    moves |= {name: number for number, name in enumerate(store_names(fleet))}
    plants = plants or {}
    moves |= {name: number for name, (number, _) in plants.items()}
    plants_kw = {name: kw for name, (_, kw) in plants.items()}
    found = []
    for number, site in enumerate(fleet.sites):
        own = [(d, one) for d, one in held if moves.get(one.subject) == number]
        own.sort(key=lambda pair: _urgency(pair[1], queue))
        kws = [
            plants_kw[one.subject]
            if one.subject in plants_kw
            else _kw(one.subject, drawn, stores, float(steepest[number]))
            for _, one in own
        ]
        ramp = site.contract.ramp_max_kw_per_min
        starts_s = [0.0] * len(own) if ramp is None else queued_starts_s(kws, ramp)
        found += [
            LetGo(at=now + timedelta(seconds=ceil(start_s)), device=d, subject=one.subject, kw=kw)
            for (d, one), kw, start_s in zip(own, kws, starts_s, strict=True)
        ]
    others = [pair for pair in held if pair[1].subject not in moves]
    found += [LetGo(at=now, device=d, subject=one.subject, kw=0.0) for d, one in others]
    return tuple(sorted(found, key=lambda one: (one.at, one.subject)))


def _site_of(meter: str, fleet: Fleet) -> int:
    """Number of the site whose meter it is."""
    names = [site.name for site in fleet.sites]
    return next(n for n, name in enumerate(names) if meter.startswith(f"{name} "))


def _urgency(one: Restraint, queue: Mapping[str, QueuedJob]) -> tuple[bool, str, str]:
    job = queue.get(one.subject)
    deadline = None if job is None else job.deadline
    return (job is not None, "9" if deadline is None else deadline.isoformat(), one.subject)


def _kw(
    subject: str, drawn: Mapping[str, Draw], stores: Mapping[str, StoreReading], steepest: float
) -> float:
    """What a subject moves at the meter when it is let go."""
    if subject in stores:
        return abs(stores[subject].charge_kw - stores[subject].discharge_kw)
    return drawn[subject].kw * steepest if subject in drawn else 0.0
