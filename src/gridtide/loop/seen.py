"""What meters, stores and routers said of one step, as columns; what nobody said is NaN."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.device import PowerReading, RouteReading, StoreReading
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import WorkClass
from gridtide.fleet.service import Service
from gridtide.loop.names import place_names, store_names
from gridtide.loop.world import Telemetry
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
NEAR = timedelta(seconds=30)
"""What was taken so near to the end of a step is of that step: half of the shortest."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Seen:
    """One step: S sites, C classes, V services, O origins, P places; as in Telemetry, without its last axis. share_off:
    by how much shares answered may differ from those told, (V, O), or empty where they may not. sent: shares of what
    came that routers say they sent to each place, (V, O, P), NaN where they do not say. The columns of halls, stores of
    cold and plants are what these say of themselves, of no sites where there are none."""

    measured_at: datetime
    it_kw: Real
    facility_kw: Real
    import_kw: Real
    export_kw: Real
    supply_kw: Real
    unused_supply_kw: Real
    charge_kw: Real
    discharge_kw: Real
    soc_kwh: Real
    class_kw: Real
    service_kw: Real
    answered: Real
    refused: Real
    latency_p50_s: Real
    latency_p95_s: Real
    share_off: Real = field(default_factory=lambda: np.zeros((0, 0)))
    sent: Real = field(default_factory=lambda: np.zeros((0, 0, 0)))
    extra_cooling_kw: Real = field(default_factory=lambda: np.zeros((2, 0)))
    air_c: Real = field(default_factory=lambda: np.zeros(0))
    cold_kwh: Real = field(default_factory=lambda: np.zeros(0))
    made_kw: Real = field(default_factory=lambda: np.zeros(0))
    led_past_kw: Real = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        freeze(self, **{one.name: np.float64 for one in fields(self) if one.name != "measured_at"})

    @classmethod
    def of(
        cls,
        fleet: Fleet,
        services: tuple[Service, ...],
        classes: tuple[WorkClass, ...],
        said: tuple[Sequence[PowerReading], Mapping[str, StoreReading], Sequence[RouteReading]],
        at: datetime,
    ) -> "Seen":
        """What meters, stores and routers said, put in columns; what was not taken near to `at` is not of this
        step."""
        power, stores, routes = said
        of = {one.of: one.kw for one in power if is_of(one.measured_at, at)}
        sites = [site.name for site in fleet.sites]

        def metered(what: str) -> Real:
            return np.asarray([of.get(f"{site} {what}", np.nan) for site in sites])

        answered, refused, p50_s, p95_s = _routed(fleet, services, routes, at)
        charge, discharge, soc = _stored(fleet, stores)
        return cls(
            measured_at=at,
            it_kw=metered("IT"),
            facility_kw=metered("facility"),
            import_kw=metered("import"),
            export_kw=metered("export"),
            supply_kw=metered("supply"),
            unused_supply_kw=metered("unused supply"),
            charge_kw=charge,
            discharge_kw=discharge,
            soc_kwh=soc,
            class_kw=np.asarray([metered(kind.name) for kind in classes]).reshape(-1, len(sites)),
            service_kw=np.asarray([metered(one.name) for one in services]).reshape(-1, len(sites)),
            answered=answered,
            refused=refused,
            latency_p50_s=p50_s,
            latency_p95_s=p95_s,
            share_off=_shares_off(fleet, services, routes),
            sent=_sent(fleet, services, routes, at),
        )


def is_of(measured_at: datetime, at: datetime) -> bool:
    """Whether something was taken so near to the end of a step that it is of that step."""
    return abs(measured_at - at) < NEAR


def telemetry_of(seen: Seen, step: Timeline, ended: Sequence[str]) -> Telemetry:
    """One step of telemetry. ended: names of jobs that were seen to end in it."""
    columns = {
        one.name: getattr(seen, one.name)[..., None]
        for one in fields(seen)
        if one.name not in ("measured_at", "share_off", "sent")
    }
    return Telemetry(timeline=step, finished=tuple((name, step.end) for name in ended), **columns)


def _stored(fleet: Fleet, stores: Mapping[str, StoreReading]) -> tuple[Real, Real, Real]:
    """Charge, discharge and what is held, (S,) each; 0 where there is no store, NaN where it does not answer."""
    found = []
    for name, site in zip(store_names(fleet), fleet.sites, strict=True):
        none = 0.0 if site.battery is None else np.nan
        one = stores.get(name)
        found.append((none,) * 3 if one is None else (one.charge_kw, one.discharge_kw, one.soc_kwh))
    charge, discharge, soc = np.asarray(found).T
    return charge, discharge, soc


def _routed(
    fleet: Fleet, services: tuple[Service, ...], routes: Sequence[RouteReading], at: datetime
) -> tuple[Real, Real, Real, Real]:
    names, origins = place_names(fleet), fleet.network.origins
    shape = (len(services), len(origins), len(names))
    answered, p50_s, p95_s = np.full((3, *shape), np.nan)
    refused = np.full(shape[:2], np.nan)
    known = {(one.service, one.origin): one for one in routes if is_of(one.measured_at, at)}
    for v, service in enumerate(services):
        for o, origin in enumerate(origins):
            one = known.get((service.name, origin))
            if one is None:
                continue
            for values, said in (
                (answered, one.answered_per_s),
                (p50_s, one.p50_s),
                (p95_s, one.p95_s),
            ):
                by_place = dict(said)
                values[v, o] = [by_place.get(name, np.nan) for name in names]
            refused[v, o] = max(one.asked_per_s - float(np.nansum(answered[v, o])), 0.0)
    return answered, refused, p50_s, p95_s


def _shares_off(
    fleet: Fleet, services: tuple[Service, ...], routes: Sequence[RouteReading]
) -> Real:
    """By how much shares answered may differ from those told, (V, O)."""
    off = {(one.service, one.origin): one.share_off for one in routes}
    origins = fleet.network.origins
    shares = [[off.get((service.name, origin), 0.0) for origin in origins] for service in services]
    return np.asarray(shares, dtype=np.float64).reshape(len(services), len(origins))


def _sent(
    fleet: Fleet, services: tuple[Service, ...], routes: Sequence[RouteReading], at: datetime
) -> Real:
    """Shares of what came that routers sent to each place, (V, O, P), NaN where none says."""
    known = {(one.service, one.origin): one.sent for one in routes if is_of(one.measured_at, at)}
    names, origins = place_names(fleet), fleet.network.origins
    said = [[dict(known.get((one.name, origin), ())) for origin in origins] for one in services]
    shares = [[[own.get(name, np.nan) for name in names] for own in one] for one in said]
    return np.asarray(shares, dtype=np.float64).reshape(len(services), len(origins), len(names))
