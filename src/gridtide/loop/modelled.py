"""What buildings should have drawn: the model told the IT power that was metered and the air as it is known by now."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet import building
from gridtide.fleet.fleet import Fleet
from gridtide.loop.mandate import Mandate
from gridtide.signals.history import known
from gridtide.signals.signal import Kind
from gridtide.timeline import Timeline

Real = NDArray[np.float64]


def felt_c(mandate: Mandate, steps: Timeline, as_of: datetime) -> Real:
    """What each plant felt outside, as it is known by an instant, (S, T), °C; NaN where it is not."""
    sites, history = mandate.fleet.sites, mandate.history
    dry, humid = (
        np.stack([known(history, kind, site.weather_zone, steps, as_of).values for site in sites])
        for kind in (Kind.TEMPERATURE, Kind.HUMIDITY)
    )
    there = np.isfinite(dry) & np.isfinite(humid)
    felt = building.outdoor_c(
        mandate.fleet, np.where(there, dry, 15.0), np.where(there, humid, 0.5)
    )
    return np.where(there, felt, np.nan)


def modelled_kw_of(fleet: Fleet, it_kw: Real, outdoor_c: Real) -> Real:
    """What the model says each building drew, (S, T), kW; NaN where IT power or the air is not known."""
    there = np.isfinite(it_kw) & np.isfinite(outdoor_c)
    drawn = building.facility_power_kw(
        fleet, np.where(there, it_kw, 0.0), np.where(there, outdoor_c, 15.0)
    )
    return np.where(there, drawn, np.nan)
