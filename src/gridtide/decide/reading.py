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
    values = _said(situation, kind, zone)
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


def known_steps(situation: Situation) -> int:
    """How many first steps of the horizon have all that power is reckoned from: requests, weather and own supply."""
    fleet, services = situation.fleet, situation.services
    origins = fleet.network.origins if services else ()
    asked = [
        (Kind.REQUESTS, demand_zone(one.name, origin)) for one in services for origin in origins
    ]
    weather = [
        (kind, site.weather_zone)
        for site in fleet.sites
        for kind in (Kind.TEMPERATURE, Kind.HUMIDITY)
    ]
    supply = [
        (KIND_OF_SUPPLY[one.kind], site.name) for site in fleet.sites for one in site.supplies
    ]
    unknown = np.zeros(len(situation.horizon), dtype=np.bool_)
    for kind, zone in (*asked, *weather, *supply):
        unknown |= np.isnan(_said(situation, kind, zone))
    return int(unknown.argmax()) if unknown.any() else len(unknown)


def _said(situation: Situation, kind: Kind, zone: str) -> Real:
    """What signals say of one kind of one zone over the horizon, (T,); NaN where none does."""
    values = np.full(len(situation.horizon), np.nan)
    for signal in situation.signals:
        if signal.kind is kind and signal.zone == zone and is_point(signal):
            values = np.where(np.isnan(values), on(signal, situation.horizon), values)
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
