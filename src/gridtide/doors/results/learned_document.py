"""What `gridtide learn` found, as one JSON document: keys are a contract."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

import numpy as np

from gridtide.finding import Finding
from gridtide.fleet.learning.coefficients import COEFFICIENTS
from gridtide.fleet.learning.held_out import Learned
from gridtide.fleet.learning.site_model import SiteModel
from gridtide.fleet.learning.telemetry import DAY_S, Telemetry, days_of


def learned_document(
    telemetry: Telemetry, learned: Learned, model: SiteModel, left_out: tuple[Finding, ...]
) -> dict[str, Any]:
    """mape, bias, coverage: of held-out days, fractions of the meter. daily_mape: one a day. share_inside: of rows.

    ranges: least and most of the rows it was fitted to; without_data: where it knows nothing inside them; enclosed:
    what of it lies between data, and is refused as what lies outside.
    """
    error = learned.held_out.facility_kw / telemetry.facility_kw - 1.0
    day = days_of(telemetry)
    names = [one.name for one in COEFFICIENTS]
    return {
        "site": telemetry.site,
        **asdict(model.judged),
        "daily_mape": [
            {
                "date": datetime.fromtimestamp(int(one) * DAY_S, UTC).date().isoformat(),
                "mape": float(np.abs(error[day == one]).mean()),
            }
            for one in np.unique(day)
        ],
        "coefficients": dict(zip(names, model.site_map.coefficients.tolist(), strict=True)),
        "changeover": None
        if model.site_map.changeover is None
        else asdict(model.site_map.changeover),
        "ranges": {name: list(span) for name, span in asdict(model.ranges).items()},
        "without_data": [
            {name: list(span) for name, span in asdict(hole).items()} for hole in model.holes
        ],
        "enclosed": [
            {name: list(span) for name, span in asdict(hole).items()} for hole in model.enclosed
        ],
        "units": units_said(telemetry, model),
        "input_digest": model.input_digest,
        "left_out": [str(one) for one in left_out],
    }


def units_said(telemetry: Telemetry, model: SiteModel) -> str:
    """What the meter and the IT power are taken for, said aloud because telemetry alone cannot tell."""
    peak_kw = float(np.nanmax(telemetry.facility_kw))
    capacity_kw = float(model.site_map.coefficients[0])
    whence = "as given" if model.it_capacity_given else "fitted, no --it-capacity-kw was given"
    return (
        f"facility_kw is taken as kW: its peak is {peak_kw:,.0f} kW; IT power at full load is "
        f"{capacity_kw:,.0f} kW, {whence}"
    )
