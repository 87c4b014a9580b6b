"""What those who watch are shown of how well power is modelled: metered, modelled, planned, and PUE by outdoor air."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.loop.modelled import felt_c, modelled_kw_of
from gridtide.loop.shown.ahead import plain
from gridtide.loop.shown.glance import Glance
from gridtide.loop.shown.past_steps import columns, timeline_of, unbroken
from gridtide.loop.shown.plan import SITES_MOST
from gridtide.timeline import instant

Real = NDArray[np.float64]
STEPS_MOST = 96
BIN_C = 5.0
LEAST_IT_KW = 1.0


def power_shown(glance: Glance, first: int) -> dict[str, Any]:
    """The last STEPS_MOST steps of SITES_MOST sites from number `first` on. Errors are metered less modelled (or
    planned): bias is their mean, error the mean of their size, kW. The model is told the IT power that was metered and
    the air outside as it is known now; unknown where either is."""
    steps = unbroken(glance.past, STEPS_MOST)
    sites = glance.mandate.fleet.sites
    chosen = range(first, min(first + SITES_MOST, len(sites)))
    said: dict[str, Any] = {"at": glance.at.isoformat(), "steps": len(steps), "edges": []}
    if not steps:
        return {
            **said,
            "models": [],
            "pue_by_outdoor_c": [],
            "sites": [],
            "left_out": {"sites": len(sites)},
        }
    shown = timeline_of(steps)
    metered, planned = columns(steps)
    outdoor_c = felt_c(glance.mandate, shown, glance.at)
    modelled_kw = modelled_kw_of(glance.mandate.fleet, metered["it_kw"], outdoor_c)
    with np.errstate(divide="ignore", invalid="ignore"):
        pue = np.where(
            metered["it_kw"] > LEAST_IT_KW, metered["facility_kw"] / metered["it_kw"], np.nan
        )
        pue_modelled = np.where(
            metered["it_kw"] > LEAST_IT_KW, modelled_kw / metered["it_kw"], np.nan
        )
    series = {
        "facility_kw": metered["facility_kw"],
        "modelled_facility_kw": modelled_kw,
        "plan_facility_kw": planned["facility_kw"],
        "pue": pue,
        "outdoor_c": outdoor_c,
    }
    return {
        **said,
        "models": [_model(glance, n, metered, planned, modelled_kw) for n in chosen],
        "pue_by_outdoor_c": [
            row
            for n in chosen
            for row in _by_outdoor(sites[n].name, outdoor_c[n], pue[n], pue_modelled[n])
        ],
        "edges": [instant(int(edge)).isoformat() for edge in shown.edges_s],
        "sites": [
            {"site": sites[n].name, "clock": sites[n].clock}
            | {name: plain(values[n]) for name, values in series.items()}
            for n in chosen
        ],
        "left_out": {"sites": len(sites) - len(chosen)},
    }


def _model(
    glance: Glance, n: int, metered: dict[str, Real], planned: dict[str, Real], modelled_kw: Real
) -> dict[str, Any]:
    """How far model and plan of a site were off, and its store as it is."""
    site, seen = glance.mandate.fleet.sites[n], glance.seen
    learned, battery = site.facility.learned, site.battery
    row: dict[str, Any] = {
        "site": site.name,
        "model": "physics" if learned is None else learned.model,
        "facility_kw": plain(metered["facility_kw"][n, -1:])[0],
        "it_kw": plain(metered["it_kw"][n, -1:])[0],
        **_off("model", metered["facility_kw"][n] - modelled_kw[n]),
        **_off("plan", metered["facility_kw"][n] - planned["facility_kw"][n]),
        "store_kwh": None,
        "store_full_kwh": None if battery is None else battery.energy_kwh,
        "store_power_kw": None,
    }
    if battery is not None and seen is not None:
        row["store_kwh"] = plain(seen.soc_kwh[n : n + 1])[0]
        row["store_power_kw"] = plain((seen.charge_kw - seen.discharge_kw)[n : n + 1])[0]
    return row


def _off(of: str, error_kw: Real) -> dict[str, float | None]:
    """Bias and mean error over the steps in which both are known."""
    there = error_kw[np.isfinite(error_kw)]
    if not len(there):
        return {f"{of}_bias_kw": None, f"{of}_error_kw": None}
    return {
        f"{of}_bias_kw": round(float(there.mean()), 3),
        f"{of}_error_kw": round(float(np.abs(there).mean()), 3),
    }


def _by_outdoor(site: str, outdoor_c: Real, pue: Real, modelled: Real) -> list[dict[str, Any]]:
    """Mean PUE in bins of BIN_C of what the plant feels outside."""
    rows = []
    there = np.isfinite(outdoor_c) & np.isfinite(pue)
    bins = np.floor(outdoor_c[there] / BIN_C)
    for one in np.unique(bins):
        inside = bins == one
        rows.append(
            {
                "site": site,
                "outdoor_c": f"{one * BIN_C:g} … {(one + 1) * BIN_C:g}",
                "steps": int(inside.sum()),
                "pue": round(float(pue[there][inside].mean()), 4),
                "pue_modelled": round(float(modelled[there][inside].mean()), 4),
            }
        )
    return rows
