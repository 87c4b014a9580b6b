"""The document of `gridtide size`: what to build beside a load, its cost and carbon, and what flexibility spares."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.case.campus_file import CampusCase
from gridtide.invest.campus import Campus
from gridtide.invest.pareto import front, least_carbon, least_cost, without_waiting
from gridtide.invest.size import Goal
from gridtide.invest.sizing import Built, Sizing
from gridtide.invest.survival import survivals
from gridtide.invest.targets import Targets
from gridtide.invest.technology import STORES, VARIABLE
from gridtide.invest.typical import over_typical, typical_days
from gridtide.settle.green_direct import GreenEnergy, GreenTerms, green_ratios

Real = NDArray[np.float64]
OUTAGE_H = 24
DAYS_SHOWN = 7
USUAL_TERMS = GreenTerms(
    self_use_least=0.60, green_share_least=0.30, export_most=0.20, available_includes_curtailed=True
)


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked of a campus beside its supply. points: of the front, 0 for none. compared: with a load that does
    not move. whole_year: typical days held against all hours. pictured: hours for a page."""

    goal: Goal = Goal.COST
    points: int = 0
    compared: bool = True
    whole_year: bool = False
    pictured: bool = False


def size_document(case: CampusCase, asked: Question) -> dict[str, Any]:
    """The campus at its targets. Raises Infeasible where they cannot be reached."""
    campus, targets = case.campus, case.targets
    if case.typical_days:
        campus = over_typical(campus, typical_days(campus, case.typical_days, case.seed))
    least = least_cost if asked.goal is Goal.COST else least_carbon
    best = partial(least, whole=case.whole)
    sizing = best(campus, targets)
    other = None
    if asked.compared and (campus.waiting or campus.slower):
        other = best(without_waiting(campus), targets)
    points = front(campus, targets, asked.points) if asked.points else ()
    return {
        "of": campus.name,
        "goal": str(asked.goal),
        "currency": campus.currency,
        "cost_year": campus.cost_year,
        "hours": len(case.campus.hours),
        "years": campus.hours.years,
        "typical_days": len(campus.hours) // 24 if campus.hours.is_typical else None,
        "supply": sizing_told(sizing),
        "targets": _targets_told(targets),
        "green": _green_told(sizing, targets),
        "without_flexibility": None if other is None else sizing_told(other),
        "spared": None if other is None else _spared(sizing, other),
        "pareto": [sizing_told(point) for point in points],
        "islanded": _islanded(sizing),
        "whole_year": _whole_year(case, sizing, asked.goal) if asked.whole_year else None,
        "series": _series(sizing) if asked.pictured else None,
        "notes": [*case.notes, *_notes(campus, case.whole)],
    }


def sizing_told(sizing: Sizing) -> dict[str, Any]:
    """One supply: totals of a year, and what is built."""
    weight = sizing.campus.hours.weight
    return {
        "cost_per_year": sizing.cost,
        "capex": sizing.capex,
        "carbon_kg_per_year": sizing.carbon_kg,
        "load_kwh_per_year": sizing.load_kwh,
        "cost_per_mwh": 1000.0 * sizing.cost / sizing.load_kwh,
        "carbon_g_per_kwh": 1000.0 * sizing.carbon_kg / sizing.load_kwh,
        "import_kwh_per_year": float(sizing.import_kw @ weight),
        "export_kwh_per_year": float(sizing.export_kw @ weight),
        "import_peak_kw": float(sizing.import_kw.max()),
        "clean_hourly_share": sizing.clean_hourly,
        "clean_yearly_share": sizing.clean_yearly,
        "certified_kwh_per_year": sizing.certified_kwh,
        "heat_kwh_per_year": float(sizing.heat_kw @ weight),
        "water_m3_per_year": sizing.water_m3,
        "stored_kwh": stored_kwh(sizing),
        "built": [_built_told(one) for one in sizing.built],
        "agreements": [
            {"name": one.name, "kw": float(kw)}
            for one, kw in zip(sizing.campus.agreements, sizing.agreed_kw, strict=False)
        ],
        "solver": sizing.solver,
    }


def stored_kwh(sizing: Sizing) -> float:
    """Energy that stores of electricity hold, kWh."""
    return sum(one.kwh for one in sizing.built if one.kind in STORES)


def _built_told(one: Built) -> dict[str, Any]:
    return {
        "name": one.name,
        "kind": str(one.kind),
        "kw": one.kw,
        "kw_out": one.kw_out,
        "kwh": one.kwh,
        "made_kwh_per_year": one.made_kwh,
        "curtailed_kwh_per_year": max(0.0, one.could_kwh - one.made_kwh) if one.could_kwh else 0.0,
        "capex": one.capex,
        "cost_per_year": one.cost,
    }


def _targets_told(targets: Targets) -> dict[str, Any]:
    """What is asked, by name; ratios of a direct connection one by one."""
    asked = {
        name: getattr(targets, name)
        for name in (
            "hourly_clean_share", "yearly_clean_share", "islanded_h", "unserved_kwh", "carbon_kg",
            "capex", "cost", "import_kwh",
        )
    }  # fmt: skip
    if targets.green is not None:
        asked["self_use_least"] = targets.green.self_use_least
        asked["green_share_least"] = targets.green.green_share_least
        asked["export_most"] = targets.green.export_most
    return {name: value for name, value in asked.items() if value is not None}


def _green_told(sizing: Sizing, targets: Targets) -> list[dict[str, Any]]:
    """Ratios of a direct connection, against what is asked or the usual limits."""
    variable = [one for one in sizing.built if one.kind in VARIABLE]
    generated_kwh = sum(one.could_kwh for one in variable)
    if not generated_kwh:
        return []
    energy = GreenEnergy(
        generated_kwh=generated_kwh,
        sold_kwh=float(sizing.export_kw @ sizing.campus.hours.weight),
        curtailed_kwh=generated_kwh - sum(one.made_kwh for one in variable),
        load_kwh=sizing.load_kwh,
    )
    return [
        {
            "name": ratio.name,
            "value": ratio.value,
            "part_kwh": ratio.part_kwh,
            "over_kwh": ratio.over_kwh,
            "over": ratio.over,
            "limit": ratio.limit,
            "passes": ratio.passes,
        }
        for ratio in green_ratios(energy, targets.green or USUAL_TERMS)
    ]


def _spared(sizing: Sizing, other: Sizing) -> dict[str, Any]:
    """By how much the supply of a load that moves is less than that of one that does not."""
    waiting = sum(float(one.arrives_kw.mean()) for one in sizing.campus.waiting)
    return {
        "waiting_share": waiting / float(sizing.campus.load_kw.mean()),
        "cost_per_year": other.cost - sizing.cost,
        "carbon_kg_per_year": other.carbon_kg - sizing.carbon_kg,
        "capex": other.capex - sizing.capex,
        "stored_kwh": stored_kwh(other) - stored_kwh(sizing),
    }


def _islanded(sizing: Sizing) -> list[dict[str, Any]]:
    """How long the critical load is served when the grid is lost, case by case of faults; none over typical days."""
    campus = sizing.campus
    if campus.hours.is_typical:
        return []
    circuits = () if campus.grid is None else campus.grid.circuits
    limits = sorted(one.import_max_kw for one in circuits)
    return [
        {
            "case": one.name,
            "served_share": [float(share) for share in one.share],
            "unserved_kwh": one.unserved_kwh,
        }
        for one in survivals(sizing, OUTAGE_H, float(sum(limits[:-1])))
    ]


def _whole_year(case: CampusCase, sizing: Sizing, goal: Goal) -> dict[str, Any] | None:
    """The same over every hour, and how far typical days are off."""
    if not sizing.campus.hours.is_typical:
        return None
    least = least_cost if goal is Goal.COST else least_carbon
    whole = least(case.campus, case.targets)
    return {
        "cost_per_year": whole.cost,
        "cost_error": sizing.cost / whole.cost - 1.0,
        "carbon_error": sizing.carbon_kg / whole.carbon_kg - 1.0 if whole.carbon_kg else None,
        "built": [_built_told(one) for one in whole.built],
    }


def _series(sizing: Sizing) -> dict[str, Any]:
    """Means of each day over the years, and the hours of the week in which least is made."""
    campus = sizing.campus
    parts = {
        "load": sizing.load_kw,
        "import": sizing.import_kw,
        "export": sizing.export_kw,
        "waiting, as it comes": sum(
            (one.arrives_kw for one in campus.waiting), np.zeros(len(campus.hours))
        ),
        "waiting, as it runs": sizing.waiting_kw.sum(axis=0)
        if len(sizing.waiting_kw)
        else np.zeros(len(campus.hours)),
    }
    made = {one.name: one.made_kw for one in sizing.built if len(one.made_kw)}
    taken = {one.name: one.taken_kw for one in sizing.built if len(one.taken_kw)}
    length = min(DAYS_SHOWN * 24, len(campus.hours))
    renewable = sum(
        (one.made_kw for one in sizing.built if one.kind in VARIABLE), np.zeros(len(campus.hours))
    )
    weeks = len(campus.hours) // length
    scarce = int(renewable[: weeks * length].reshape(weeks, length).sum(axis=1).argmin()) * length
    cut = slice(scarce, scarce + length)
    return {
        "start_s": campus.hours.start_s + 3600 * scarce,
        "is_typical": campus.hours.is_typical,
        "hours": {name: _rounded(one[cut]) for name, one in parts.items()},
        "made": {name: _rounded(one[cut]) for name, one in made.items()},
        "taken": {name: _rounded(one[cut]) for name, one in taken.items()},
    }


def _rounded(values: Real) -> list[float]:
    return [round(float(value), 1) for value in values]


def _notes(campus: Campus, whole: bool) -> list[str]:
    """What the method leaves out."""
    found = [
        "All hours are known ahead: work, stores and plants do as well as anyone could.",
        "Capacities are continuous; "
        + (
            "what has a least load runs at it or more, or not at all."
            if whole
            else "a plant with a least load never stops, an electrolyser may run below its least for part of an hour."
        ),
    ]
    if campus.grid is not None:
        found.append(
            "The grid's carbon-free share of an hour is 1 less its average carbon over that of fossil plants,"
            " as declared."
        )
    if campus.hours.is_typical:
        found.append(
            "Typical days stand for all days; work that waits does not wait into the next day, stores carry on."
        )
    return found
