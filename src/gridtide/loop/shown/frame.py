"""What those who watch are shown: plain values of one instant, at most 4 KiB as JSON. Their names are a contract."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.limits import import_max_kw
from gridtide.decide.plan import Plan
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.loop.plants_seen import plants_shown
from gridtide.loop.room import Frame
from gridtide.loop.seen import Seen
from gridtide.loop.shown.many_sites import columns_of, fleet_of, many
from gridtide.loop.verifying import Alarm
from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import Timeline, epoch_s
from gridtide.trust.said import value_of

BYTES_MOST = 4096
ALARMS_MOST = 8


def site_values(
    situation: Situation, seen: Seen | None, plan: Plan | None, carbon: Kind, now: datetime
) -> list[dict[str, object]]:
    """Each site: what meters said last, what the plan says of now, what limits it, and what energy is worth."""
    found = []
    limits_kw = import_max_kw(situation.fleet, situation.events, _from(situation.horizon, now))
    for number, site in enumerate(situation.fleet.sites):
        values: dict[str, object] = {
            "site": site.name,
            "import_max_kw": _number(limits_kw[number, 0]),
            "price_per_mwh": value_at(situation.signals, Kind.PRICE, site.zone, now),
            "curtailment_kw": value_at(situation.signals, Kind.CURTAILMENT, site.zone, now),
            "carbon_g_per_kwh": value_at(situation.signals, carbon, site.zone, now),
            "plan_import_kw": _planned(plan, "import_kw", number, now),
            "plan_it_kw": _planned(plan, "it_kw", number, now),
        }
        if seen is not None:
            values |= _metered(situation, seen, number)
        values |= _flexible(situation, seen, number, limits_kw[number, 0])
        found.append(values)
    return found


def alarm_values(
    alarms: Iterable[Alarm], others: Iterable[tuple[str, str, str]], now: datetime
) -> list[dict[str, object]]:
    """What did not move, the newest first, then what else is wrong now: its kind, whose it is, in words."""
    found: list[dict[str, object]] = [
        {
            "kind": "told-but-not-moved",
            "subject": one.subject,
            "said": one.said,
            "value": value_of(one.said),
            "since": one.since.isoformat(),
        }
        for one in sorted(alarms, key=lambda one: one.since, reverse=True)
    ]
    at = now.isoformat()
    found += [
        {"kind": kind, "subject": subject, "said": said, "since": at}
        for kind, subject, said in others
    ]
    return found[:ALARMS_MOST]


def framed(number: int, at: datetime, values: Mapping[str, object]) -> Frame:
    """A frame of these values, that holds every site whole for those in this process."""
    sites = values.get("sites")
    return Frame(
        number=number,
        at=at,
        values=within(values),
        sites=tuple(sites) if isinstance(sites, list) else (),
    )


def within(values: Mapping[str, object]) -> dict[str, object]:
    """The values with sums of all sites, and where they are larger than a frame with less of them: many sites as
    columns; then other lists lose their last entries, the longest first, and `left_out` says how many of each."""
    kept = dict(values)
    sites = kept.get("sites")
    if isinstance(sites, list) and sites:
        kept["fleet"] = fleet_of(sites)
        if many(sites):
            del kept["sites"]
            kept["columns"] = columns_of(sites)
    left_out: dict[str, int] = {}
    while len(json.dumps(kept)) > BYTES_MOST:
        lists = [
            (len(json.dumps(one)), name)
            for name, one in kept.items()
            if isinstance(one, list) and one and name != "sites"
        ]
        _, longest = max(lists)
        part = kept[longest]
        assert isinstance(part, list)
        kept[longest] = part[:-1]
        left_out[longest] = left_out.get(longest, 0) + 1
        kept["left_out"] = left_out
    return kept


def _metered(situation: Situation, seen: Seen, number: int) -> dict[str, object]:
    classes = {kind.name: seen.class_kw[c, number] for c, kind in enumerate(situation.jobs.classes)}
    classes |= {one.name: seen.service_kw[v, number] for v, one in enumerate(situation.services)}
    used_kw = seen.supply_kw[number] - seen.unused_supply_kw[number]
    return {
        "it_kw": _number(seen.it_kw[number]),
        "facility_kw": _number(seen.facility_kw[number]),
        "import_kw": _number(seen.import_kw[number]),
        "export_kw": _number(seen.export_kw[number]),
        "renewable_used_kw": _number(used_kw),
        "renewable_curtailed_kw": _number(seen.unused_supply_kw[number]),
        "charge_kw": _number(seen.charge_kw[number]),
        "discharge_kw": _number(seen.discharge_kw[number]),
        "soc_kwh": _number(seen.soc_kwh[number]),
        "by_class_kw": {name: _number(kw) for name, kw in classes.items()},
        **{name: _number(one) for name, one in plants_shown(seen, situation.fleet, number).items()},
    }


def _flexible(
    situation: Situation, seen: Seen | None, number: int, import_max_kw: float
) -> dict[str, object]:
    """IT power of work that runs and may stop, with what its store gives at once; and what its store takes. At the
    meter no more than what is drawn now and may be fed in, and what the connection still carries; None where no meter
    says what is drawn."""
    fleet, jobs, state = situation.fleet, situation.jobs, situation.state
    here = np.append(fleet.site_of_place, -1)[state.place] == number
    runs = here & (state.status == Status.RUNNING) & jobs.interruptible & jobs.movable
    entry = fleet.menu.entry(np.maximum(state.told_place, 0), state.told_point)
    less_kw = float((jobs.accelerators * fleet.menu.extra_kw[entry])[runs].sum())
    battery, soc_kwh, more_kw = fleet.sites[number].battery, float(state.soc_kwh[number]), 0.0
    if battery is not None and np.isfinite(soc_kwh):
        if soc_kwh > battery.energy_kwh * battery.soc_min:
            less_kw += battery.discharge_max_kw
        if soc_kwh < battery.energy_kwh:
            more_kw = battery.charge_max_kw
    drawn_kw = np.nan if seen is None else float(seen.import_kw[number] - seen.export_kw[number])
    least_kw = -fleet.sites[number].contract.export_max_kw
    return {
        "could_less_kw": _number(np.clip(less_kw, 0.0, np.maximum(drawn_kw - least_kw, 0.0))),
        "could_more_kw": _number(np.clip(more_kw, 0.0, np.maximum(import_max_kw - drawn_kw, 0.0))),
    }


def _planned(plan: Plan | None, what: str, site: int, now: datetime) -> float | None:
    if plan is None or not plan.horizon.start <= now < plan.horizon.end:
        return None
    return _number(getattr(plan, what)[site, plan.horizon.step_holding(now)])


def value_at(signals: tuple[Signal, ...], kind: Kind, zone: str, now: datetime) -> float | None:
    """What a series says of an instant, published before expected; None where none does."""
    for one in signals:
        if one.kind is kind and one.zone == zone and one.timeline.start <= now < one.timeline.end:
            value = _number(one.values[one.timeline.step_holding(now)])
            if value is not None:
                return value
    return None


def _from(horizon: Timeline, now: datetime) -> Timeline:
    """The horizon from the step on that holds an instant."""
    first = int(np.searchsorted(horizon.edges_s, epoch_s(now), side="right")) - 1
    return Timeline(edges_s=horizon.edges_s[min(max(first, 0), len(horizon) - 1) :])


def _number(value: float | np.float64 | NDArray[np.float64]) -> float | None:
    """Rounded to a thousandth; None for what is unknown or without bound."""
    return round(float(value), 3) if np.isfinite(value) else None
