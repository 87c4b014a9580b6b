"""What can be changed about a plan's task, one thing at a time: prices, limits, machines, a job, a site."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.facts import later_cost_per_h
from gridtide.decide.layout import Facts
from gridtide.decide.plan_again import Task

Real = NDArray[np.float64]


def dearer(task: Task, site: int, share: float) -> Task:
    """The price of every kWh drawn or sold at a site changed by a share of it."""
    price = task.facts.price_per_kwh.copy()
    price[site] *= 1.0 + share
    sale = task.facts.sale_per_kwh.copy()
    sale[site] *= 1.0 + share
    facts = replace(task.facts, price_per_kwh=price, sale_per_kwh=sale)
    return replace(task, facts=_later_too(facts, task))


def carbon_dearer(task: Task, share: float) -> Task:
    """What carbon counts changed by a share of it, everywhere."""
    carbon = task.facts.carbon_cost_per_kwh * (1.0 + share)
    return replace(task, facts=_later_too(replace(task.facts, carbon_cost_per_kwh=carbon), task))


def demand_dearer(task: Task, site: int, share: float) -> Task:
    """The demand charge of a site changed by a share of it. Raises ValueError where there is none."""
    known = task.situation.fleet.sites[site]
    if known.contract.demand_charge_per_kw_month == 0.0:
        raise ValueError(f"{known.name} has no demand charge")
    if share < -1.0:
        raise ValueError("a demand charge below nothing")
    price = task.facts.months.price_per_kw.copy()
    price[site] *= 1.0 + share
    months = replace(task.facts.months, price_per_kw=price)
    return replace(task, facts=replace(task.facts, months=months))


def import_wider(task: Task, site: int, more_kw: float) -> Task:
    """The import limit of a site changed by kW in every step. Raises ValueError below 0."""
    limit = task.facts.import_max_kw.copy()
    limit[site] += more_kw
    if limit[site].min() < 0.0:
        raise ValueError(f"an import limit of {limit[site].min():,.0f} kW")
    return replace(task, facts=replace(task.facts, import_max_kw=limit))


def more_machines(task: Task, place: int, more: int) -> Task:
    """Accelerators of a place changed, for work and services alike. Raises ValueError below those in use."""
    machines, room = task.facts.accelerators.copy(), task.facts.room.copy()
    machines[place] += more
    room[place] += more
    kept = task.facts.kept[place]
    if more < 0 and (np.minimum(room[place], machines[place]) < kept).any():
        raise ValueError(f"fewer than the {kept.max()} that work which stays in its slots holds")
    return replace(task, facts=replace(task.facts, accelerators=machines, room=room))


def more_requests(task: Task, service: int, share: float) -> Task:
    """The requests of a service changed by a share of them. Raises ValueError below none."""
    if share < -1.0:
        raise ValueError("fewer than no requests")
    asked = task.facts.requests_per_s.copy()
    asked[service] *= 1.0 + share
    return replace(task, facts=replace(task.facts, requests_per_s=asked))


def site_out(task: Task, site: int) -> Task:
    """A site that takes no movable work and answers nothing; what cannot move, stores and supply stay."""
    return replace(
        task, shut=tuple(int(place) for place in np.flatnonzero(task.facts.site == site))
    )


def more_work(task: Task, share: float) -> Task:
    """The work of the job set apart changed by a share of it; -1 leaves it out."""
    buckets = task.facts.buckets
    work_h = buckets.work_h.copy()
    work_h[task.bucket] *= 1.0 + share
    return replace(task, facts=replace(task.facts, buckets=replace(buckets, work_h=work_h)))


def due(task: Task, deadline_s: int, gang: int) -> Task:
    """The job set apart, due at another second, on `gang` accelerators.

    Raises ValueError where no step it may use ends before.
    """
    horizon, buckets = task.situation.horizon, task.facts.buckets
    last = min(int(horizon.steps_until(np.asarray([deadline_s]))[0]), len(horizon))
    if last <= int(buckets.first[task.bucket].min()):
        raise ValueError("no step in which it may run ends before that")
    later_h = buckets.later_h.copy()
    beyond_h = gang * max(deadline_s - int(horizon.edges_s[-1]), 0) / 3600.0
    later_h[task.bucket] = min(beyond_h, float(buckets.work_h[task.bucket]))
    return replace(
        task, last=last, facts=replace(task.facts, buckets=replace(buckets, later_h=later_h))
    )


def _later_too(facts: Facts, task: Task) -> Facts:
    """Facts whose work beyond the horizon follows the prices within it."""
    cost = later_cost_per_h(
        facts.site,
        facts.price_per_kwh + facts.carbon_cost_per_kwh,
        facts.curve,
        facts.menu,
        len(task.facts.buckets),
    )
    return replace(facts, later_cost_per_h=cost)
