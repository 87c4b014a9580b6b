"""The document of `gridtide declare`: tomorrow's load of every site and of the fleet in quarters of an hour."""

from typing import Any

import numpy as np

from gridtide.simulate.declaring import SLOT_S, Declaration
from gridtide.simulate.study import Study
from gridtide.timeline import instant

FLEET = "fleet"


def declare_document(study: Study, declared: Declaration, policy: str) -> dict[str, Any]:
    """clock: whose day it is, of the first site. sites: by site, the fleet last where there are several: points with
    their quantiles, and what they come to."""
    names = [site.name for site in study.fleet.sites]
    names += [FLEET] if len(names) > 1 else []
    contracts = {site.name: site.contract for site in study.fleet.sites}
    rows = []
    for index, name in enumerate(names):
        band = declared.band_kw[:, index]
        steps = np.abs(np.diff(band[1])) / (SLOT_S / 60.0)
        contract = contracts.get(name)
        rows.append(
            {
                "site": name,
                "max_kw": float(band[1].max()),
                "min_kw": float(band[1].min()),
                "ramp_max_kw_per_min": float(steps.max(initial=0.0)),
                "energy_kwh": float(band[1].sum() * SLOT_S / 3600.0),
                "deviation_price_per_mwh": contract.deviation_price_per_mwh if contract else None,
                "deviation_free_share": contract.deviation_free_share if contract else None,
                "points": [
                    {
                        "start": instant(int(start)).isoformat(),
                        "p10_kw": float(low),
                        "p50_kw": float(middle),
                        "p90_kw": float(high),
                    }
                    for start, low, middle, high in zip(declared.of.starts_s, *band, strict=True)
                ],
            }
        )
    return {
        "of": study.name,
        "at": declared.as_of.isoformat(),
        "day": declared.of.day.isoformat(),
        "clock": study.fleet.sites[0].clock,
        "policy": policy,
        "currency": study.currency,
        "days_learned_from": declared.days,
        "sites": rows,
        "notes": [*study.notes],
    }
