"""What really happens at each site and origin: arrays over the study's steps that only the twin sees."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.offer_terms import worth_per_mw_h
from gridtide.decide.reading import KIND_OF_SUPPLY
from gridtide.digest import freeze
from gridtide.finding import Finding, refuse_if_any
from gridtide.fleet.building import outdoor_c
from gridtide.fleet.contract import Exposure
from gridtide.fleet.exposure import seen_price_per_mwh
from gridtide.fleet.service import demand_zone
from gridtide.fleet.site import Site
from gridtide.loop.sight import sale_kind
from gridtide.signals.history import truth as truth_signal
from gridtide.signals.signal import Kind
from gridtide.simulate.study import Study
from gridtide.timeline import instant

Needed = Callable[[Kind, str], NDArray[np.float64]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Truth:
    """S sites, V services, O origins, T steps. A site with a price of its own has market prices of 0.

    price_per_mwh, real_time_price_per_mwh (equal where a site has no real-time zone),
    carbon_average_g_per_kwh, carbon_marginal_g_per_kwh (NaN where unknown), outdoor_c, supply_kw, inflow_kw (of
    the water that comes to reservoirs, before any loss): (S, T).
    curtailment_kw: curtailed renewables of each site's zone, (S, T), 0 where the site names none.
    requests_per_s: (V, O, T). capacity_price_per_mw_h: of each product of the fleet, as its
    score is expected and less what its calls cost, (Q, T). produced_kw: by the plant of each agreement of the fleet, 0
    for a band, (A, T).
    """

    price_per_mwh: NDArray[np.float64]
    real_time_price_per_mwh: NDArray[np.float64]
    export_price_per_mwh: NDArray[np.float64]
    carbon_average_g_per_kwh: NDArray[np.float64]
    carbon_marginal_g_per_kwh: NDArray[np.float64]
    outdoor_c: NDArray[np.float64]
    supply_kw: NDArray[np.float64]
    inflow_kw: NDArray[np.float64]
    curtailment_kw: NDArray[np.float64]
    requests_per_s: NDArray[np.float64]
    capacity_price_per_mw_h: NDArray[np.float64]
    produced_kw: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(self.__dataclass_fields__, np.float64))


def truth_of(study: Study) -> Truth:
    """The truth of a study. Raises BadInput naming every series that is missing or has a hole."""
    faults: list[Finding] = []
    sites = study.fleet.sites

    def needed(kind: Kind, zone: str) -> NDArray[np.float64]:
        values = truth_signal(study.history, kind, zone, study.timeline).values
        unknown = np.flatnonzero(np.isnan(values))
        if len(unknown):
            faults.append(_hole(study, kind, zone, unknown))
        return values

    def by_site(kind: Kind, zones: list[str]) -> NDArray[np.float64]:
        return np.stack([needed(kind, zone) for zone in zones])

    def intensity(kind: Kind) -> NDArray[np.float64]:
        zones = [site.zone for site in sites]
        return np.stack(
            [truth_signal(study.history, kind, zone, study.timeline).values for zone in zones]
        )

    def priced(site: Site, zone: str) -> NDArray[np.float64]:
        if not site.contract.follows_market:
            return np.zeros(len(study.timeline))
        return needed(Kind.PRICE, zone)

    price = np.stack([priced(site, site.zone) for site in sites])
    real_time = np.stack(
        [priced(site, site.contract.real_time_zone or site.zone) for site in sites]
    )
    sold = np.stack(
        [
            price[index] if kind is Kind.PRICE else needed(kind, site.zone)
            for index, site in enumerate(sites)
            for kind in (sale_kind(study.history, site),)
        ]
    )
    temperature = by_site(Kind.TEMPERATURE, [site.weather_zone for site in sites])
    humidity = by_site(Kind.HUMIDITY, [site.weather_zone for site in sites])
    supply = np.stack([_supply_kw(study, site, needed) for site in sites])
    inflow = np.stack([_inflow_kw(study, site, needed) for site in sites])
    curtailment = [needed(Kind.CURTAILMENT, site.curtailment_zone) if site.curtailment_zone
                   else np.zeros(len(study.timeline)) for site in sites]  # fmt: skip
    requests = [[needed(Kind.REQUESTS, demand_zone(service.name, origin))
                 for origin in study.fleet.network.origins] for service in study.services]  # fmt: skip
    capacity = _capacity(study, needed, price, real_time)
    produced = [needed(Kind(ppa.output), ppa.output_zone) if ppa.output else np.zeros(len(study.timeline))
                for _, ppa in study.fleet.agreements]  # fmt: skip
    refuse_if_any(faults)

    shape = (len(study.services), len(study.fleet.network.origins), len(study.timeline))
    return Truth(
        price_per_mwh=price,
        real_time_price_per_mwh=real_time,
        export_price_per_mwh=sold,
        carbon_average_g_per_kwh=intensity(Kind.CARBON_AVERAGE),
        carbon_marginal_g_per_kwh=intensity(Kind.CARBON_MARGINAL),
        outdoor_c=outdoor_c(study.fleet, temperature, humidity),
        supply_kw=supply,
        inflow_kw=inflow,
        curtailment_kw=np.stack(curtailment),
        requests_per_s=np.asarray(requests, dtype=np.float64).reshape(shape),
        capacity_price_per_mw_h=np.asarray(capacity).reshape(len(capacity), len(study.timeline)),
        produced_kw=np.asarray(produced).reshape(len(produced), len(study.timeline)),
    )


def _capacity(
    study: Study, needed: Needed, price: NDArray[np.float64], real_time: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    """What a megawatt offered through an hour of each product brings, its expected calls taken off, (T,) each."""
    found = []
    for number, product in study.fleet.products:
        site, zone = study.fleet.sites[number], product.price_zone
        paid = (
            needed(Kind.CAPACITY_PRICE, zone)
            if zone
            else np.full(len(study.timeline), product.price_per_mw_h, dtype=np.float64)
        )
        energy = _in_real_time(study, site, price[number], real_time[number])
        found.append(worth_per_mw_h(site, product, paid, energy))
    return found


def _in_real_time(
    study: Study, site: Site, market: NDArray[np.float64], real_time: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What one more kWh costs a site by its contract after every gate, per MWh, (T,)."""
    if site.contract.exposure is Exposure.TWO_SETTLEMENT:
        return real_time
    start = study.timeline.start
    return seen_price_per_mwh(site.contract, study.timeline, start, site.clock, market, market)


def _supply_kw(study: Study, site: Site, needed: Needed) -> NDArray[np.float64]:
    total = np.zeros(len(study.timeline))
    for supply in site.supplies:
        total = total + supply.capacity_kw * needed(KIND_OF_SUPPLY[supply.kind], site.name)
    return total


def _inflow_kw(study: Study, site: Site, needed: Needed) -> NDArray[np.float64]:
    if site.reservoir is None:
        return np.zeros(len(study.timeline))
    return site.reservoir.inflow_kw(needed(Kind.RIVER_FLOW, site.weather_zone))


def _hole(study: Study, kind: Kind, zone: str, unknown: NDArray[np.int64]) -> Finding:
    first = instant(study.timeline.starts_s[unknown[0]])
    return Finding(
        subject=f"{kind} of {zone}",
        value=f"unknown in {len(unknown)} of {len(study.timeline)} steps, first {first:%Y-%m-%d %H:%M} UTC",
        limit="a value for every step of the study",
        mend="Give the case a signal that covers its whole period, or shorten the period.",
    )
