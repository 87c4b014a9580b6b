"""The document of `gridtide study` for `kind = "headroom"`: load that fits at each share of curtailed energy."""

from typing import Any

import numpy as np

from gridtide.case.headroom_file import HeadroomQuestion
from gridtide.grid.headroom import Headroom, headroom, season_peaks_kw
from gridtide.grid.who_curtails import WhoCurtails, who_curtails

DRAWN = 60
MOST_SHARE = 0.02


def headroom_document(asked: HeadroomQuestion) -> dict[str, Any]:
    """passes: the load that is wanted fits at the largest share; true where none is. curve: of finely drawn shares up
    to twice the largest."""
    firm_kw = season_peaks_kw(asked.demand_kw, asked.season)
    found = [headroom(asked.demand_kw, firm_kw, share) for share in asked.shares]
    most = min(0.99, 2.0 * max(asked.shares[-1], MOST_SHARE / 2.0))
    curve = [headroom(asked.demand_kw, firm_kw, float(one)) for one in np.linspace(0, most, DRAWN)]
    wanted = asked.wanted_kw
    return {
        "kind": "headroom",
        "of": asked.name,
        "passes": bool(wanted is None or found[-1].load_kw >= wanted),
        "wanted_kw": wanted,
        "lacks_kw": None if wanted is None else max(0.0, wanted - found[-1].load_kw),
        "hours": len(asked.demand_kw),
        "firm": asked.firm,
        "peak_kw": float(asked.demand_kw.max()),
        "peaks_kw": [
            {"season": name, "peak_kw": float(asked.demand_kw[asked.season == number].max())}
            for number, name in enumerate(_seasons(asked))
            if (asked.season == number).any()
        ],
        "load_factor": float(asked.demand_kw.mean() / asked.demand_kw.max()),
        "points": [_point(asked, one) for one in found],
        "curve": [
            {"share": one.share, "load_kw": one.load_kw, "hours": one.hours} for one in curve
        ],
        "currency": asked.currency,
        "notes": list(asked.notes),
    }


def _seasons(asked: HeadroomQuestion) -> tuple[str, ...]:
    return ("year",) if asked.firm == "year" else ("summer", "winter")


def _point(asked: HeadroomQuestion, found: Headroom) -> dict[str, Any]:
    events = found.events
    hours = len(found.curtailed_kw)
    return {
        "share": found.share,
        "load_kw": found.load_kw,
        "of_peak": found.load_kw / float(asked.demand_kw.max()),
        "curtailed_kwh": float(found.curtailed_kw.sum()),
        "served_kwh": found.load_kw * hours - float(found.curtailed_kw.sum()),
        "hours": found.hours,
        "events": len(events),
        "mean_h": found.hours / len(events) if events else 0.0,
        "longest_h": max((one.hours for one in events), default=0),
        "deepest_kw": max((one.deepest_kw for one in events), default=0.0),
        "half_kept_share": found.half_kept_share,
        "who": _who(asked, found),
    }


def _who(asked: HeadroomQuestion, found: Headroom) -> dict[str, Any] | None:
    """None without a curve of a fleet. price_per_kwh: mean of what is left out."""
    if asked.fleet_kw is None:
        return None
    told: WhoCurtails = who_curtails(found, asked.steps, asked.fleet_kw)
    return {
        "fleets": found.load_kw / asked.fleet_kw,
        "works": [
            {
                "class": one.work,
                "energy_kwh": one.energy_kwh,
                "cost": one.cost,
                "price_per_kwh": one.cost / one.energy_kwh,
                "dearest_per_kwh": one.dearest_per_kwh,
                "most_kw": one.most_kw,
                "hours": one.hours,
            }
            for one in told.works
        ],
        "cost": sum(one.cost for one in told.works),
        "unmet_kwh": told.unmet_kwh,
        "unmet_hours": told.unmet_hours,
        "longer_h": told.longer_h,
    }
