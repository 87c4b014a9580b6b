"""The document of `gridtide site`: every place with its account, what is best, what turns it."""

import math
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from gridtide.invest.siting.account import PlaceAccount, YearAccount, capacity_factor
from gridtide.invest.siting.choice import (
    Judged,
    beats,
    best_of,
    front_of,
    judged_all,
    winner_by_year,
)
from gridtide.invest.siting.curtailed import taken_up
from gridtide.invest.siting.flips import Flip, Robustness, robustness_of
from gridtide.invest.siting.latency import rtt_from
from gridtide.invest.siting.limits import Breach
from gridtide.invest.siting.moving import Moving
from gridtide.invest.siting.place import PlaceYear
from gridtide.invest.siting.prices import price_figures
from gridtide.invest.siting.question import Siting
from gridtide.physics.levelised_cost import levelised_cost_per_mwh, recovery_factor

Told = Callable[[str], None]


def site_document(siting: Siting, told: Told) -> dict[str, Any]:
    """One siting. told: hears what is being looked at, for a person who waits."""
    told("every candidate alone")
    candidates = judged_all(siting)
    best = best_of(candidates)
    front = front_of(candidates)
    told("what turns the choice")
    robust = robustness_of(siting, told)
    return {
        "of": siting.name,
        "currency": siting.currency,
        "cost_year": siting.cost_year,
        "years": list(siting.years),
        "interest": siting.interest,
        "carbon_price_per_t": siting.carbon_price_per_t,
        "carbon": siting.carbon.value,
        "it_kw": sum(work.it_kw for work in siting.classes),
        "classes": [work.name for work in siting.classes],
        "possible": best is not None,
        "best": None if best is None else best.place.name,
        "best_by_year": {str(year): name for year, name in winner_by_year(siting).items()},
        "candidates": [_candidate(siting, one, candidates, front) for one in candidates],
        "robust": [_robust(one) for one in robust],
        "split": None,
        "edge": None,
        "notes": [*siting.notes, *_standing_notes(siting)],
    }


def _candidate(
    siting: Siting, one: Judged, candidates: tuple[Judged, ...], front: tuple[Judged, ...]
) -> dict[str, Any]:
    account, place = one.account, one.place
    possible = [other for other in candidates if other.is_possible]
    beaten = beats(possible, one) if one.is_possible else None
    return {
        "name": place.name,
        "region": place.region,
        "possible": one.is_possible,
        "breaches": [_breach(breach) for breach in one.breaches],
        "on_front": one in front,
        "beaten_by": None if beaten is None else beaten.place.name,
        "cost_per_year": account.cost,
        "lines": asdict(account.lines),
        "cost_per_it_kwh": account.cost / _mean(account, "it_kwh"),
        "counted_t_per_year": account.counted_kg / 1000.0,
        "embodied_t_per_year": account.embodied_kg / 1000.0,
        "latency_ms": one.latency_ms,
        "rtt_ms": {origin.name: rtt_from(siting, place, origin) for origin in siting.origins},
        "shifted": account.shifted,
        "peak_kw": account.peak_kw,
        "it_capacity_kw": account.it_capacity_kw,
        "headroom_kw": _finite(place.limits.headroom_kw),
        "water_stress": place.limits.water_stress,
        "curtailment": _curtailment(account),
        "own_supply": _own_supply(siting, account),
        "moves": [_move(move) for move in account.moves],
        "years": [
            _year(siting, one, own, year)
            for own, year in zip(account.years, place.years, strict=True)
        ],
    }


def _curtailment(account: PlaceAccount) -> dict[str, Any] | None:
    record = account.place.curtailment
    if record is None:
        return None
    return {
        "period": record.period,
        "source": record.source,
        **asdict(taken_up(account, record)),
    }


def _own_supply(siting: Siting, account: PlaceAccount) -> list[dict[str, Any]]:
    """Each kind with what a MWh of it costs over its life, by the mean year."""
    power = sum(kw for _, kw in account.mix)
    found = []
    for one in account.place.supply:
        factor = sum(capacity_factor(year, one.kind) for year in account.place.years)
        factor /= len(account.place.years)
        recovery = recovery_factor(siting.interest, one.life_years)
        costs = one.capex_per_kw, one.fixed_per_kw_year
        found.append(
            {
                "kind": one.kind.value,
                "capacity_kw": one.kw_per_it_kw * power,
                "capacity_factor": factor,
                "levelised_per_mwh": levelised_cost_per_mwh(*costs, factor, recovery)
                if factor > 0.0
                else None,
            }
        )
    return found


def _mean(account: PlaceAccount, name: str) -> float:
    return float(sum(getattr(year, name) for year in account.years) / len(account.years))


def _breach(breach: Breach) -> dict[str, Any]:
    return {**asdict(breach), "over": breach.over}


def _move(move: Moving) -> dict[str, Any]:
    found = asdict(move)
    return {
        name: _finite(value) if isinstance(value, float) else value for name, value in found.items()
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else value


def _year(siting: Siting, one: Judged, own: YearAccount, year: PlaceYear) -> dict[str, Any]:
    pue = own.facility_kw / np.maximum(own.it_kw, 1e-12)
    return {
        "year": own.year,
        "price": asdict(price_figures(siting, one.account, year)),
        "carbon_average_g_per_kwh": float(year.carbon_average_g_per_kwh.mean()),
        "carbon_marginal_g_per_kwh": _average(year.carbon_marginal_g_per_kwh),
        "emissions_average_t": own.emissions_average_kg / 1000.0,
        "emissions_marginal_t": None
        if own.emissions_marginal_kg is None
        else own.emissions_marginal_kg / 1000.0,
        "emissions_market_based_t": own.emissions_market_based_kg / 1000.0,
        "facility_kwh": own.facility_kwh,
        "import_kwh": own.import_kwh,
        "covered_kwh": own.covered_kwh,
        "surplus_kwh": own.surplus_kwh,
        "absorbed_kwh": own.absorbed_kwh,
        "pue": own.facility_kwh / own.it_kwh,
        "pue_p95": float(np.quantile(pue, 0.95)),
        "water_m3": own.water_m3,
        "wue_l_per_kwh": 1000.0 * own.water_m3 / own.it_kwh,
        "outdoor_c": float(year.outdoor_c.mean()),
        "solar_capacity_factor": _average(year.solar_share),
        "wind_capacity_factor": _average(year.wind_share),
        "heat": [
            {
                "name": sold.customer.name,
                "delivered_kwh": float(sold.delivered_kw.sum()),
                "pump_kwh": float(sold.pump_kw.sum()),
                "pump_cop": sold.cop,
                "income": sold.income,
                "displaced_t": float(sold.delivered_kw.sum())
                * sold.customer.displaced_g_per_kwh
                / 1e6,
            }
            for sold in own.sold
        ],
        "pue_by_month": _by_month(pue, own.year),
    }


def _average(values: Any) -> float | None:
    return None if values is None else float(np.mean(values))


def _by_month(values: Any, year: int) -> list[float]:
    begin = np.datetime64(f"{year}-01-01T00", "h")
    month = (begin + np.arange(len(values))).astype("datetime64[M]").astype(np.int64)
    month -= month[0]
    return [float(values[month == number].mean()) for number in range(12)]


def _flip(flip: Flip | None, declared: float | None) -> dict[str, Any] | None:
    if flip is None:
        return None
    at = None if declared is None else declared * flip.factor
    return {"factor": flip.factor, "at": at, "winner": flip.winner}


def _robust(one: Robustness) -> dict[str, Any]:
    return {
        "what": one.what,
        "declared": one.declared,
        "unit": one.unit,
        "below": _flip(one.below, one.declared),
        "above": _flip(one.above, one.declared),
    }


def _standing_notes(siting: Siting) -> list[str]:
    kind = siting.carbon.value
    return [
        f"Emissions that are priced and compared are location-based, by {kind} intensity, with what machines, building"
        " and own supply embody; the other kinds stand beside them and are never added.",
        "A turn of the choice is the one nearest to 1 of those found at eight even looks on either side, from 0 to 4"
        " times what is declared; one assumption is changed at a time.",
        f"Round trips that were not measured: great circle times {siting.route_factor:g}, 200 km a ms, no queues.",
    ]
