"""What those who watch are shown of the day to come: the plan in force, limits, calls, and what was published."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.event import Event
from gridtide.decide.limits import import_max_kw
from gridtide.decide.plan import Plan
from gridtide.decide.reading import supply_kw
from gridtide.decide.situation import Situation
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import Timeline, epoch_s, instant

AHEAD = timedelta(hours=24)
Values = list[float | None]


def ahead_values(
    situation: Situation, plan: Plan | None, carbon: Kind, now: datetime
) -> dict[str, object]:
    """By step of the plan (of the situation without one) from the one that holds `now`, a day at most: power in kW,
    limits, price and carbon. `edges` has one more than every list; null is what nobody planned or published."""
    whole = situation.horizon if plan is None else plan.horizon
    first, last = _steps(whole, now)
    shown = Timeline(edges_s=whole.edges_s[first : last + 1])
    limits_kw = import_max_kw(situation.fleet, situation.events, shown)
    planned = (
        [{}] * len(situation.fleet.sites)
        if plan is None
        else _planned(plan, situation, first, last)
    )
    sites = []
    for number, site in enumerate(situation.fleet.sites):
        values: dict[str, object] = {
            "site": site.name,
            "clock": site.clock,
            "import_max_kw": plain(limits_kw[number]),
        }
        for kind, key in (
            (Kind.PRICE, Kind.PRICE.value),
            (carbon, "carbon_g_per_kwh"),
            (Kind.CURTAILMENT, Kind.CURTAILMENT.value),
        ):
            values[key] = plain(published(situation.signals, kind, site.zone, shown))
        sites.append(values | planned[number])
    return {
        "edges": [instant(int(edge)).isoformat() for edge in shown.edges_s],
        "made_at": None if plan is None else plan.made_at.isoformat(),
        "policy": None if plan is None else plan.policy,
        "sites": sites,
        "calls": [_call(one) for one in situation.events if _concerns(one, now, shown.end)],
    }


def _planned(plan: Plan, situation: Situation, first: int, last: int) -> list[dict[str, object]]:
    """Of each site in the steps shown: what is planned, and what its own supply is expected to give."""
    classes = class_kw(plan, situation)[..., first:last]
    own_kw = supply_kw(replace(situation, horizon=plan.horizon))
    rows: Mapping[str, NDArray[np.float64]] = {
        "plan_import_kw": plan.import_kw,
        "plan_facility_kw": plan.facility_kw,
        "plan_it_kw": plan.it_kw,
        "supply_kw": own_kw,
        "plan_unused_supply_kw": plan.unused_supply_kw,
    }
    names = [one.name for one in situation.jobs.classes]
    return [
        {key: plain(kw[site, first:last]) for key, kw in rows.items()}
        | {"plan_by_class_kw": {name: plain(classes[c, site]) for c, name in enumerate(names)}}
        for site in range(len(situation.fleet.sites))
    ]


def class_kw(plan: Plan, situation: Situation) -> NDArray[np.float64]:
    """IT power that a plan gives each class of work at each site, (C, S, T), kW."""
    fleet = situation.fleet
    at_entry_kw = plan.class_accelerators * fleet.menu.extra_kw[:, None]
    found = np.zeros((at_entry_kw.shape[0], len(fleet.sites), at_entry_kw.shape[2]))
    for entry, site in enumerate(fleet.site_of_place[fleet.menu.place].tolist()):
        found[:, site] += at_entry_kw[:, entry]
    return found


def published(
    signals: tuple[Signal, ...], kind: Kind, zone: str, shown: Timeline
) -> NDArray[np.float64]:
    """What series say at the start of each step, (T,), those that come first before others; NaN where none does."""
    found = np.full(len(shown), np.nan)
    for one in signals:
        if one.kind is not kind or one.zone != zone:
            continue
        step = np.searchsorted(one.timeline.edges_s, shown.starts_s, side="right") - 1
        holds = (step >= 0) & (step < len(one.timeline)) & np.isnan(found)
        found[holds] = one.values[step[holds]]
    return found


def _steps(whole: Timeline, now: datetime) -> tuple[int, int]:
    """First step that holds `now`, and one past the last within a day; the last step where the horizon is over."""
    first = int(np.searchsorted(whole.edges_s, epoch_s(now), side="right")) - 1
    first = min(max(first, 0), len(whole) - 1)
    last = int(np.searchsorted(whole.starts_s, epoch_s(now + AHEAD)))
    return first, max(last, first + 1)


def _concerns(event: Event, now: datetime, end: datetime) -> bool:
    return event.taken_back_at is None and event.start < end and event.end > now


def _call(event: Event) -> Mapping[str, object]:
    return {
        "site": event.site,
        "kind": event.kind.value,
        "name": event.name,
        "start": event.start.isoformat(),
        "end": event.end.isoformat(),
        "mandatory": event.mandatory,
    }


def plain(values: NDArray[np.float64]) -> Values:
    """Rounded to a thousandth; None for what is unknown or without bound."""
    return [round(one, 3) if np.isfinite(one) else None for one in values.tolist()]
