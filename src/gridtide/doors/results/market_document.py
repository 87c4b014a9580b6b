"""The document of `gridtide market`: each rule at each share of the load, and from which share what changes."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from gridtide.invest.market.capacity import (
    AtCriterion,
    CapacityTerms,
    at_criterion,
    credit_of,
    held_through,
    unit_kw,
)
from gridtide.invest.market.fleets import Traits
from gridtide.invest.market.outcome import Feedback, Outcome, feedback, outcome_of, rebound
from gridtide.invest.market.rules import RULES, Market, Ruled
from gridtide.invest.market.shares import Moved, over_reaction, saturation
from gridtide.invest.market.system import PowerSystem
from gridtide.invest.market.whole_units import with_whole_units

Told = Callable[[str], None]
DURATION_POINTS = 120
BY_EASE = ("price", "capacity", "rounds", "bids")
"""Rules in the order of what they ask of fleets and market: hear a price, be metered in announced hours, answer again
and again, state all of one's work."""
ENOUGH = 0.9


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a market. shares: rising, above 0 and below 1; rules: names of RULES; number: of fleets; seek:
    whether shares between those asked are cleared to find where a price over-reacts; capacity: what it is paid by."""

    shares: tuple[float, ...]
    rules: tuple[str, ...]
    number: int
    traits: Traits
    seed: int
    offer_price_per_mw_h: float
    rounds: int
    seek: bool
    capacity: CapacityTerms = field(default_factory=CapacityTerms)


def market_document(system: PowerSystem, asked: Asked, told: Told) -> dict[str, Any]:
    """One system. told: hears what is done next; each share has as many turns as rules, and the search has its own."""
    tables, markets, outcomes = [], [], []
    for share in asked.shares:
        market = market_at(system, asked, share)
        table, of_rules = _at_share(market, asked, told)
        tables.append(table)
        markets.append(market)
        outcomes.append(of_rules)
    return {
        "of": system.name,
        "currency": system.currency,
        "days": sorted({int(hour) // 24 + 1 for hour in system.hour}),
        "hours": len(system),
        "year_hours_per_hour": system.weight,
        "load_kw": {"mean": float(system.load_kw.mean()), "highest": float(system.load_kw.max())},
        "classes": _classes(system),
        "terms": {**asdict(system.terms), **asdict(asked.capacity)},
        "fleets": {
            "number": asked.number, "seed": asked.seed, **asdict(asked.traits), "slacks_h": list(asked.traits.slacks_h),
        },
        "offer_price_per_mw_h": asked.offer_price_per_mw_h,
        "rules": list(asked.rules),
        "reserves": [
            {"name": name, "upward": bool(up), "required_kw": float(kw)}
            for name, up, kw in zip(
                system.reserves.names, system.reserves.upward, system.reserves.required_kw, strict=True
            )
        ],
        "shares": tables,
        "advice": [_advice(table) for table in tables],
        "over_reaction": _over_reaction(system, asked, tables, told),
        "saturation": asdict(saturation(system, markets[0])),
        "relaxation": _relaxation(markets[0]),
        "pictures": _pictures(system, markets[-1], outcomes),
        "notes": list(system.notes),
    }  # fmt: skip


def market_at(system: PowerSystem, asked: Asked, share: float) -> Market:
    """The market in which fleets hold a share."""
    return Market(
        system,
        share,
        asked.number,
        asked.traits,
        asked.seed,
        asked.offer_price_per_mw_h,
        asked.rounds,
    )


def _classes(system: PowerSystem) -> list[dict[str, Any]]:
    classes = system.classes
    return [
        {"name": classes.names[one], "units": int(classes.units[one]), "lowest_kw": float(classes.lowest_kw[one]),
         "highest_kw": float(classes.lowest_kw[one] + classes.step_kw[one].sum())}
        for one in range(len(classes))
    ]  # fmt: skip


def _at_share(
    market: Market, asked: Asked, told: Told
) -> tuple[dict[str, Any], dict[str, Outcome]]:
    found: dict[str, Outcome] = {}
    rows: list[dict[str, Any]] = []
    at: AtCriterion | None = None
    for rule in ("none", *(name for name in asked.rules if name != "none")):
        told(f"{market.share:.1%} of the load, {rule}")
        ruled = RULES[rule](market)
        found[rule] = outcome_of(market, ruled)
        if rule == "none":
            at = at_criterion(market.system, found["none"].load_kw, asked.capacity.lole_h)
        credit = (
            None
            if at is None
            else asdict(credit_of(market, asked.capacity, at, found["none"], found[rule]))
        )
        rows.append({**_row(market, ruled, found["none"], found[rule]), "credit": credit})
    flexible_kw = sum(float(one.sum()) for one in market.fleets.arrival_kwh) / len(market.system)
    return {
        "share": market.share,
        "fleet_kw": float(found["none"].fleet_kw.sum(axis=0).mean()),
        "flexible_kw": flexible_kw,
        "capacity": None if at is None else _capacity(market, at),
        "rules": rows,
    }, found


def _capacity(market: Market, at: AtCriterion) -> dict[str, Any]:
    """What a kW of each class is credited, and what fleets hold through calls."""
    classes, weather = market.system.classes, market.system.weather
    installed = [
        *(classes.units * unit_kw(classes)),
        *weather.available_kw.max(axis=0, initial=0.0),
    ]
    shares = [*at.class_share, *at.feed_share]
    return {
        "load_scale": at.scale,
        "required_kw": at.required_kw,
        "classes": [
            {"name": name, "highest_kw": float(kw), "credited_share": float(share)}
            for name, kw, share in zip((*classes.names, *weather.names), installed, shares, strict=True)
        ],
        "calls": [{"hours": hours, "held_kw": kw} for hours, kw in held_through(market).items()],
    }  # fmt: skip


def _row(market: Market, ruled: Ruled, still: Outcome, out: Outcome) -> dict[str, Any]:
    flexible_kw = float(market.fleets.arrival_kwh.sum()) / len(market.system)
    reserves = zip(
        market.system.reserves.names,
        out.reserve_price_per_mw_h,
        out.reserve_share_given,
        strict=True,
    )
    return {
        "rule": ruled.rule,
        "cost_per_year": out.cost,
        "energy_cost_per_year": out.energy_cost,
        "capacity_cost_per_year": out.capacity_cost,
        "bound_per_year": out.bound,
        "saved_per_year": still.cost - out.cost,
        "saved_per_flexible_kw_year": (still.cost - out.cost) / flexible_kw,
        "mean_price_per_mwh": out.mean_price_per_mwh,
        "highest_price_per_mwh": float(out.price_per_mwh.max()),
        "feedback": asdict(feedback(market, still, out)),
        "rebound": asdict(rebound(market, still, out)),
        "bill_per_year": float(out.bills.sum()),
        "bills_per_year": out.bills.tolist(),
        "emissions_kg": out.emissions_kg,
        "curtailed_kwh": out.curtailed_kwh,
        "shed_kwh": out.shed_kwh,
        "reserve_lacking_kwh": out.short_kwh,
        "reserves": [
            {"name": name, "price_per_mw_h": float(price), "share_given": float(given)}
            for name, price, given in reserves
        ],
        "served_kwh": float(out.fleet_kw.sum()) * market.system.weight,
        "broken_promises": int((out.late_kwh > 0.0).sum()),
        "rounds": [
            {"costs": list(damped.costs), "bound": damped.bound, "gap": damped.gap, "close": damped.close,
             "undamped_costs": list(undamped.costs)}
            for damped, undamped in zip(ruled.trails, ruled.undamped, strict=True)
        ],
    }  # fmt: skip


def _over_reaction(
    system: PowerSystem, asked: Asked, tables: Sequence[dict[str, Any]], told: Told
) -> dict[str, Any] | None:
    """None where the published price is not among the rules."""
    if "price" not in asked.rules:
        return None
    best = next((name for name in ("planner", "bids") if name in asked.rules), "price")

    def looked_at(share: float) -> Moved:
        told(f"{share:.1%} of the load, looking for where a price over-reacts")
        market = market_at(system, asked, share)
        still, after = (outcome_of(market, RULES[rule](market)) for rule in ("none", "price"))
        return Moved(
            saved=still.cost - after.cost, spread=feedback(market, still, after).spread_kept
        )

    found = over_reaction(
        asked.shares,
        [_moved(table, "price") for table in tables],
        [_moved(table, best).saved for table in tables],
        looked_at if asked.seek else None,
    )
    return {**asdict(found), "highest_share": asked.shares[-1], "beside": best}


def _moved(table: dict[str, Any], rule: str) -> Moved:
    row = next(row for row in table["rules"] if row["rule"] == rule)
    return Moved(saved=row["saved_per_year"], spread=Feedback(**row["feedback"]).spread_kept)


def _advice(table: dict[str, Any]) -> dict[str, Any]:
    """The simplest rule that saves ENOUGH of what the best one does; its part of that, and the published price's.

    Nothing is said (None) where no rule saves anything.
    """
    saved = {row["rule"]: row["saved_per_year"] for row in table["rules"]}
    best = max(saved.values())
    found = {
        "share": table["share"],
        "best_saved_per_year": best,
        "enough": None,
        "part": None,
        "price_part": None,
    }
    simple = next(
        (rule for rule in BY_EASE if rule in saved and saved[rule] >= ENOUGH * best), None
    )
    if best > 0.0:
        found |= {
            "enough": simple,
            "part": saved[simple] / best if simple else None,
            "price_part": saved["price"] / best if "price" in saved else None,
        }
    return found


def _relaxation(market: Market) -> dict[str, Any]:
    whole = with_whole_units(market.clearings, market.still, market.system.weight)
    return {
        "bound_per_year": whole.bound, "whole_units_cost_per_year": whole.cost, "gap": whole.gap,
        "at_share": market.share,
    }  # fmt: skip


def _pictures(
    system: PowerSystem, market: Market, outcomes: Sequence[dict[str, Outcome]]
) -> dict[str, Any]:
    """Of the highest share asked: prices by duration, and the stretch with the highest net load hour by hour."""
    last = outcomes[-1]
    net_kw = last["none"].net_load_kw
    hours = next(one for one in system.stretches if one.start <= int(net_kw.argmax()) < one.stop)
    at = np.unique(np.linspace(0, len(system) - 1, DURATION_POINTS).round().astype(int))
    return {
        "share": market.share,
        "duration": {
            "hours_per_year": (at * system.weight).tolist(),
            "price_per_mwh": {rule: np.sort(out.price_per_mwh)[::-1][at].tolist() for rule, out in last.items()},
        },
        "stretch": {
            "first_day": int(system.hour[hours.start]) // 24 + 1,
            "fleet_kw": {rule: out.fleet_kw.sum(axis=0)[hours].tolist() for rule, out in last.items()},
            "load_kw": {rule: out.load_kw[hours].tolist() for rule, out in last.items()},
            "net_load_kw": {rule: out.net_load_kw[hours].tolist() for rule, out in last.items()},
            "price_per_mwh": {rule: out.price_per_mwh[hours].tolist() for rule, out in last.items()},
        },
    }  # fmt: skip
