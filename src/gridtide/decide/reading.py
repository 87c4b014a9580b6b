"""Series of a situation as arrays over its horizon: published first, forecast where nothing was."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.situation import Situation
from gridtide.finding import BadInput, Finding
from gridtide.fleet import building
from gridtide.fleet.service import demand_zone
from gridtide.fleet.site import SupplyKind
from gridtide.signals.signal import Kind, is_point, on
from gridtide.timeline import instant

Real = NDArray[np.float64]
KIND_OF_SUPPLY = {
    SupplyKind.SOLAR: Kind.SOLAR,
    SupplyKind.WIND: Kind.WIND,
    SupplyKind.RIVER: Kind.HYDRO,
}


def series(situation: Situation, kind: Kind, zone: str) -> Real:
    """One kind of one zone over the horizon, (T,). Raises BadInput naming the first unknown step.

    Courses and quantiles that stand beside a point forecast are passed over (`decide/uncertainty.py`).
    """
    values = np.full(len(situation.horizon), np.nan)
    for signal in situation.signals:
        if signal.kind is kind and signal.zone == zone and is_point(signal):
            values = np.where(np.isnan(values), on(signal, situation.horizon), values)
    unknown = np.flatnonzero(np.isnan(values))
    if len(unknown):
        first = instant(situation.horizon.starts_s[unknown[0]])
        raise BadInput(
            [
                Finding(
                    subject=f"{kind} of {zone}",
                    value=f"unknown in {len(unknown)} of {len(values)} steps of the horizon from {first}",
                    limit="a published or forecast value for every step",
                    mend="Give a signal for this zone, or a forecaster that can extend it.",
                )
            ]
        )
    return values


def is_there(situation: Situation, kind: Kind, zone: str) -> bool:
    """Whether the situation holds anything of this kind and zone."""
    return any(
        signal.kind is kind and signal.zone == zone and not np.isnan(signal.values).all()
        for signal in situation.signals
    )


def supply_kw(situation: Situation) -> Real:
    """On-site generation that could be had at each site, (S, T)."""
    rows = []
    for site in situation.fleet.sites:
        total = np.zeros(len(situation.horizon))
        for supply in site.supplies:
            total = total + supply.capacity_kw * series(
                situation, KIND_OF_SUPPLY[supply.kind], site.name
            )
        rows.append(total)
    return np.stack(rows)


def outdoor_c(situation: Situation) -> Real:
    """What each site's plant rejects its heat to, (S, T), °C."""
    zones = [site.weather_zone for site in situation.fleet.sites]
    temperature = np.stack([series(situation, Kind.TEMPERATURE, zone) for zone in zones])
    humidity = np.stack([series(situation, Kind.HUMIDITY, zone) for zone in zones])
    return building.outdoor_c(situation.fleet, temperature, humidity)


def requests_per_s(situation: Situation) -> Real:
    """Demand of each service from each origin, (V, O, T)."""
    origins = situation.fleet.network.origins
    found = [
        [series(situation, Kind.REQUESTS, demand_zone(service.name, origin)) for origin in origins]
        for service in situation.services
    ]
    shape = (len(situation.services), len(origins), len(situation.horizon))
    return np.asarray(found, dtype=np.float64).reshape(shape)
