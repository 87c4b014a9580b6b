"""The document of `gridtide size`: what to build beside a load, what it costs and emits, and what flexibility spares."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.case.campus_file import CampusCase
from gridtide.invest.campus import Campus
from gridtide.invest.size import Goal
from gridtide.invest.sizing import Built, Sizing
from gridtide.invest.technology import STORES

Real = NDArray[np.float64]


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
        "built": [_built_told(one) for one in sizing.built],
        "agreements": [
            {"name": one.name, "kw": float(kw)}
            for one, kw in zip(sizing.campus.agreements, sizing.agreed_kw, strict=False)
        ],
        "solver": sizing.solver,
    }


def _built_told(one: Built) -> dict[str, Any]:
    curtailed = one.could_kwh - one.made_kwh if one.could_kwh else 0.0
    return {
        "name": one.name,
        "kind": str(one.kind),
        "kw": one.kw,
        "kw_out": one.kw_out,
        "kwh": one.kwh,
        "made_kwh_per_year": one.made_kwh,
        "curtailed_kwh_per_year": max(0.0, curtailed),
        "capex": one.capex,
        "cost_per_year": one.cost,
    }


def stored_kwh(sizing: Sizing) -> float:
    """Energy that stores of electricity hold, kWh."""
    return sum(one.kwh for one in sizing.built if one.kind in STORES)


def size_document(case: CampusCase) -> dict[str, Any]:
    """The campus at its targets."""
    from gridtide.invest.size import solved, written
    from gridtide.invest.sizing import sizing_of

    program = written(case.campus, case.targets)
    sizing = sizing_of(program, solved(program))
    return {
        "of": case.campus.name,
        "currency": case.campus.currency,
        "cost_year": case.campus.cost_year,
        "supply": sizing_told(sizing),
        "notes": list(case.notes),
    }
