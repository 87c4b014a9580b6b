"""What those who watch are shown of the plan: a few sites at a time, the jobs that press most, and what it costs."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Binding, Reason
from gridtide.decide.limits import import_max_kw
from gridtide.decide.plan import PARTS, Certificate, Plan
from gridtide.decide.reading import supply_kw
from gridtide.decide.situation import Situation
from gridtide.decide.state import Status
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.loop.shown.ahead import class_kw, plain, published
from gridtide.loop.shown.glance import Glance
from gridtide.loop.world import Orders
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline, epoch_s, instant

SITES_MOST = 4
STEPS_MOST = 192
JOBS_MOST = 40
RUNS_MOST = 24
PROPOSED = ("title", "because", "against", "undo_until", "expires_at", "asks", "advice", "digest")


def plan_shown(glance: Glance, first: int) -> dict[str, Any]:
    """The newest plan of SITES_MOST sites from number `first` on, over STEPS_MOST steps at most; JOBS_MOST jobs, those
    with least slack first; `left_out` counts the rest. told: whether a decision holds; what is drawn was not told where
    none does. Power in kW, energy in kWh, prices in the currency it names."""
    turn, plan = glance.turn, glance.memory.plan
    said: dict[str, Any] = {
        "at": glance.at.isoformat(),
        "currency": glance.currency,
        "decision": None if glance.in_force is None else glance.in_force.id,
        "made_at": None if plan is None else plan.made_at.isoformat(),
        "policy": None if plan is None else plan.policy,
        "certificate": None if plan is None else _proved(plan.certificate),
        "newest_proposal": _proposed(glance),
        "edges": [],
        "sites": [],
        "jobs": [],
        "left_out": {"sites": 0, "steps": 0, "jobs": 0},
    }
    if turn is None:
        return said
    orders = glance.orders or turn.orders
    jobs, jobs_left = _jobs(glance, turn.situation, orders)
    said |= {"jobs": jobs, "told": glance.orders is not None}
    if plan is None:
        return {**said, "left_out": {**said["left_out"], "jobs": jobs_left}}
    begin = int(np.searchsorted(plan.horizon.edges_s, epoch_s(glance.at), side="right")) - 1
    begin = min(max(begin, 0), len(plan.horizon) - 1)
    end = min(begin + STEPS_MOST, len(plan.horizon))
    shown = Timeline(edges_s=plan.horizon.edges_s[begin : end + 1])
    sites = range(first, min(first + SITES_MOST, len(turn.situation.fleet.sites)))
    return said | {
        "edges": [instant(int(edge)).isoformat() for edge in shown.edges_s],
        "sites": _sites(glance, turn.situation, plan, sites, (begin, end)),
        "left_out": {
            "sites": len(turn.situation.fleet.sites) - len(sites),
            "steps": len(plan.horizon) - end,
            "jobs": jobs_left,
        },
    }


def _proposed(glance: Glance) -> dict[str, Any] | None:
    """What the newest decision that waits would change."""
    if not glance.proposals:
        return None
    return {key: glance.proposals[-1][key] for key in PROPOSED if key in glance.proposals[-1]}


def _proved(certificate: Certificate) -> dict[str, Any]:
    """What is proved of a plan, of the one at whose prices jobs were placed where there are both."""
    one = certificate.placed_by or certificate
    return {
        "cost": one.cost,
        "lower_bound": one.lower_bound,
        "run_at_once_cost": one.run_at_once_cost,
        "gap_share": one.gap_of_run_at_once,
        "gap_of_saving_share": one.gap_of_saving,
        "method": one.method,
    }


def _sites(
    glance: Glance, situation: Situation, plan: Plan, sites: range, steps: tuple[int, int]
) -> list[dict[str, Any]]:
    """Series of each site over the steps shown."""
    cut = slice(*steps)
    shown = Timeline(edges_s=plan.horizon.edges_s[steps[0] : steps[1] + 1])
    classes_kw = class_kw(plan, situation)[..., cut]
    own_kw = supply_kw(replace(situation, horizon=plan.horizon))[:, cut]
    limits_kw = import_max_kw(situation.fleet, situation.events, shown)
    names = [one.name for one in situation.jobs.classes]
    carbon = glance.mandate.objective.carbon
    found = []
    for number in sites:
        site = situation.fleet.sites[number]
        it_kw, facility_kw = plan.it_kw[number, cut], plan.facility_kw[number, cut]
        of_classes_kw = classes_kw[:, number]
        stacked = dict(zip(names, of_classes_kw, strict=True))
        stacked["idle"] = np.maximum(it_kw - of_classes_kw.sum(axis=0), 0.0)
        stacked["losses"] = np.maximum(facility_kw - it_kw, 0.0)
        unused_kw = plan.unused_supply_kw[number, cut]
        groups = {
            "by_class_kw": stacked,
            "own_supply_kw": {
                "used": np.maximum(own_kw[number] - unused_kw, 0.0),
                "curtailed": unused_kw,
            },
            "store_power_kw": {
                "charge": plan.charge_kw[number, cut],
                "discharge": plan.discharge_kw[number, cut],
            },
            "price_parts_per_kwh": dict(zip(PARTS, plan.prices.parts[:, number, cut], strict=True)),
        }
        lines = {
            "import_kw": plan.import_kw[number, cut],
            "import_max_kw": limits_kw[number],
            "price_per_mwh": published(situation.signals, Kind.PRICE, site.zone, shown),
            "carbon_g_per_kwh": published(situation.signals, carbon, site.zone, shown),
            "it_price_per_kwh": plan.prices.it_price_per_kwh[number, cut],
        }
        if site.battery is not None:
            lines["store_kwh"] = plan.soc_kwh[number, cut]
        found.append(
            {"site": site.name, "clock": site.clock}
            | {
                key: {name: plain(one) for name, one in group.items()}
                for key, group in groups.items()
            }
            | {key: plain(one) for key, one in lines.items()}
        )
    return found


def _jobs(glance: Glance, situation: Situation, orders: Orders) -> tuple[list[dict[str, Any]], int]:
    """Jobs that are not over as the orders place them, least slack first, those without a deadline last; and how many
    are left out."""
    status = {
        str(name): Status(int(one)).name.lower()
        for name, one in zip(situation.jobs.name, situation.state.status, strict=True)
    }
    slack_s = _slack_s(orders)
    order = np.lexsort((-orders.jobs.accelerators, slack_s))
    rows = [row for row in order.tolist() if str(orders.jobs.name[row]) in status]
    prices = _promise_prices(glance, situation)
    found = []
    for row in rows[:JOBS_MOST]:
        name = str(orders.jobs.name[row])
        beside = {"status": status[name], "promise_price_per_h": prices.get(name)}
        found.append(_job(situation, orders, row, int(slack_s[row])) | beside)
        found[-1]["runs"] = _runs(orders, row, glance.at)
    return found, max(len(rows) - JOBS_MOST, 0)


def _slack_s(orders: Orders) -> NDArray[np.int64]:
    """Seconds between the end of each job's last slot and its deadline; -1 without slots, NO_DEADLINE_S where nobody
    waits for the end."""
    placement, deadline_s = orders.dispatch.placement, orders.jobs.deadline_s
    counts = np.diff(placement.offsets)
    ends_s = np.zeros(len(placement), dtype=np.int64)
    placed = counts > 0
    ends_s[placed] = placement.horizon.ends_s[placement.slots[placement.offsets[1:][placed] - 1]]
    return np.where(
        deadline_s >= NO_DEADLINE_S, NO_DEADLINE_S, np.where(placed, deadline_s - ends_s, -1)
    )


def _job(situation: Situation, orders: Orders, row: int, slack_s: int) -> dict[str, Any]:
    placement, jobs = orders.dispatch.placement, orders.jobs
    place, deadline_s = int(placement.place[row]), int(jobs.deadline_s[row])
    dated = deadline_s < NO_DEADLINE_S
    placed = placement.offsets[row + 1] > placement.offsets[row]
    at = int(situation.fleet.site_of_place[place])
    return {
        "job": str(jobs.name[row]),
        "site": situation.fleet.sites[at].name if place >= 0 else None,
        "class": jobs.classes[int(jobs.work_class[row])].name,
        "accelerators": int(jobs.accelerators[row]),
        "promised": bool(orders.promised[row]),
        "deadline": instant(deadline_s).isoformat() if dated else None,
        "slack_s": slack_s if dated and placed else None,
        "reason": Reason(int(placement.reason[row])).name.lower(),
        "binding": Binding(int(placement.binding[row])).name.lower(),
    }


def _runs(orders: Orders, row: int, now: datetime) -> list[list[str]]:
    """Slots of a job that are not over as stretches of time, the first RUNS_MOST of them."""
    placement = orders.dispatch.placement
    slots = placement.slots[placement.offsets[row] : placement.offsets[row + 1]]
    slots = slots[placement.horizon.ends_s[slots] > epoch_s(now)]
    if not len(slots):
        return []
    breaks = np.flatnonzero(np.diff(slots) > 1) + 1
    return [
        [
            instant(int(placement.horizon.starts_s[one[0]])).isoformat(),
            instant(int(placement.horizon.ends_s[one[-1]])).isoformat(),
        ]
        for one in np.split(slots, breaks)[:RUNS_MOST]
    ]


def _promise_prices(glance: Glance, situation: Situation) -> dict[str, float]:
    """What one more accelerator-hour of each job costs, by name, where the plan is of this turn and carries it."""
    plan = glance.memory.plan
    if plan is None or plan.made_at != situation.as_of:
        return {}
    prices = plan.prices.promise_price
    if len(prices) != len(situation.jobs.name):
        return {}
    return {
        str(name): round(float(price), 6)
        for name, price in zip(situation.jobs.name, prices, strict=True)
        if np.isfinite(price)
    }
