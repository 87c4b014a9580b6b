"""The document of `gridtide study` for `kind = "adequacy"`: shortfalls by convolution and by drawn years, and ELCC."""

from typing import Any

import numpy as np

from gridtide.case.adequacy_file import AdequacyQuestion
from gridtide.grid.adequacy_study import Assessed, FlexibleWorth, Lived
from gridtide.grid.short_years import Estimate

WORST_HOURS = 10


def adequacy_document(asked: AdequacyQuestion, found: Assessed) -> dict[str, Any]:
    """Energies in kWh a year. passes: LOLE is within the target with everything that is there; None by convolution
    where days are no whole ones. by_month: hours and energy of each twelfth of the course."""
    system, table, exact = asked.system, found.table, found.exact
    best = found.called or found.stored
    lole_h = exact.lole_h if best is None else best.lole_h.mean
    return {
        "kind": "adequacy",
        "of": system.name,
        "passes": bool(lole_h <= asked.target_lole_h),
        "target_lole_h": asked.target_lole_h,
        "hours": len(system.load_kw),
        "peak_kw": float(system.load_kw.max()),
        "energy_kwh": float(system.load_kw.sum()),
        "units": len(system.units),
        "capacity_kw": table.capacity_kw,
        "variable": [
            {"name": name, "most_kw": float(fed.max()), "energy_kwh": float(fed.sum())}
            for name, fed in zip(system.feeds, system.feed_kw, strict=True)
        ],
        "table": {
            "levels": len(table.probability),
            "step_kw": table.step_kw,
            "exact": table.exact,
        },
        "lole_h": exact.lole_h,
        "lole_days": exact.lole_days,
        "eens_kwh": exact.eens_kwh,
        "eens_share": exact.eens_kwh / float(system.load_kw.sum()),
        "worst_hours": [
            {
                "hour": int(hour),
                "load_kw": float(system.load_kw[hour]),
                "lolp": float(exact.lolp[hour]),
                "unserved_kw": float(exact.unserved_kw[hour]),
            }
            for hour in np.argsort(-exact.unserved_kw, kind="stable")[:WORST_HOURS]
        ],
        "by_month": [
            {"part": number, "lole_h": float(chance.sum()), "eens_kwh": float(short.sum())}
            for number, (chance, short) in enumerate(
                zip(
                    np.array_split(exact.lolp, 12),
                    np.array_split(exact.unserved_kw, 12),
                    strict=True,
                ),
                1,
            )
        ],
        "carries": {
            "load_scale": found.carried,
            "peak_kw": found.carried * float(system.load_kw.max()),
        },
        "elcc": [
            {"name": name, "elcc_kw": kw, "max_kw": _most(asked, name)}
            for name, kw in found.elcc_kw.items()
        ],
        "store_elcc": [
            {
                "name": one.store.name,
                "power_kw": one.store.power_kw,
                "energy_kwh": one.store.energy_kwh,
                "elcc_kw": _estimate(one.elcc),
                "elcc_share": one.elcc.mean / one.store.power_kw,
            }
            for one in found.stores_worth
        ],
        "years": asked.years,
        "seed": asked.seed,
        "drawn": {
            "plain": _lived(found.plain),
            "stores": _lived(found.stored),
            "flexible": _lived(found.called),
        },
        "agrees": bool(
            abs(found.plain.eens_kwh.mean - exact.eens_kwh) <= found.plain.eens_kwh.within
        ),
        "flexible": _flexible(asked, found.worth),
        "notes": list(asked.notes),
    }


def _most(asked: AdequacyQuestion, name: str) -> float:
    system = asked.system
    if name in system.feeds:
        return float(system.feed_kw[[one == name for one in system.feeds]].sum(axis=0).max())
    return float(system.units.max_kw[[one == name for one in system.units.names]].sum())


def _lived(lived: Lived | None) -> dict[str, Any] | None:
    if lived is None:
        return None
    return {
        "eens_kwh": _estimate(lived.eens_kwh),
        "lole_h": _estimate(lived.lole_h),
        "called_kwh": lived.called_kwh,
        "calls": lived.calls,
    }


def _estimate(value: Estimate) -> dict[str, float | None]:
    """within: at 95 %, None where it cannot be told."""
    return {"mean": value.mean, "within": value.within if np.isfinite(value.within) else None}


def _flexible(asked: AdequacyQuestion, worth: FlexibleWorth | None) -> dict[str, Any] | None:
    load = asked.system.called
    if worth is None or load is None:
        return None
    return {
        "name": asked.flexible,
        "kw": float(load.kw.max()),
        "call_h": load.call_h,
        "calls": load.calls,
        "recover_h": load.recover_h,
        "rebound": load.rebound,
        "elcc_kw": _estimate(worth.elcc),
        "elcc_share": worth.elcc.mean / float(load.kw.max()),
        "saved_kwh": _estimate(worth.saved_kwh),
        "capped": worth.capped,
    }
