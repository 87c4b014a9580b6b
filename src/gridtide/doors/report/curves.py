"""Curves of a report: power, prices, batteries and forecasts, thinned to what a screen shows."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.made_terms import made_at_sites
from gridtide.doors.report.called import called_of
from gridtide.doors.results.breakdown import BUILDING, PARKED
from gridtide.doors.results.names import work_names
from gridtide.fleet.contract import Exposure
from gridtide.fleet.exposure import seen_price_per_mwh
from gridtide.fleet.site import Site
from gridtide.signals.forecaster import forecaster_named
from gridtide.signals.history import known
from gridtide.signals.signal import Kind
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study
from gridtide.timeline import instant

Real = NDArray[np.float64]
STEPS_MAX = 3000
NUMBERS_MAX = 300_000
CURVES_OF_A_SITE = 8
DAY_S = 86_400
MEAN_DAY_FROM_DAYS = 3
LONG_DAYS, OPENING_DAYS = 45, 28


@dataclass(frozen=True, kw_only=True)
class Thinning:
    """How many steps of the study one step of the page is the mean of."""

    block: int

    @property
    def note(self) -> str | None:
        """What a reader must know of it, None where nothing was thinned."""
        if self.block == 1:
            return None
        return (
            f"Curves show means of {self.block} steps each, so their energy is kept; the thin line above a site's"
            " import is the highest step inside each mean."
        )


def thinning_of(study: Study) -> Thinning:
    """The smallest block that divides a day and keeps the page within STEPS_MAX and NUMBERS_MAX."""
    curves = len(study.jobs.classes) + len(study.services) + CURVES_OF_A_SITE
    most = min(STEPS_MAX, NUMBERS_MAX // (curves * len(study.fleet.sites)))
    least = -(-len(study.timeline) // max(1, most))
    step_s = study.timeline.step_s or DAY_S
    fits = [block for block in range(least, DAY_S // step_s + 1) if DAY_S % (block * step_s) == 0]
    return Thinning(block=fits[0] if fits else least)


def thin(values: Real, block: int, highest: bool = False) -> list[float | None]:
    """Means (or highest values) over blocks in five digits; null where any of a block is unknown."""
    pad = -len(values) % block
    padded = np.concatenate([values, np.full(pad, np.nan)]).reshape(-1, block)
    whole = padded[:-1] if pad else padded
    join = np.max if highest else np.mean
    found = [join(whole, axis=1)] if len(whole) else []
    if pad:
        found.append(np.asarray([join(padded[-1, : block - pad])]))
    return [
        None if not np.isfinite(value) else float(f"{value:.5g}") for value in np.concatenate(found)
    ]


def site_of(comparison: Comparison, shown: Course, index: int, block: int) -> dict[str, Any]:
    """Power of one site by kind of work, and what its grid said."""
    study, truth = comparison.study, comparison.truth
    site, seen = study.fleet.sites[index], shown.telemetry
    reference = comparison.courses[0].telemetry
    carbon = truth.carbon_average_g_per_kwh[index]
    supply_kw = seen.supply_kw[index] - seen.unused_supply_kw[index]
    if seen.made_kw.size:
        plants_kw = made_at_sites(study.fleet, seen.made_kw, len(study.timeline))
        supply_kw = supply_kw + plants_kw[index] - seen.led_past_kw[index]
    return {
        "name": site.name,
        "zone": site.zone,
        "clock": site.clock,
        "power_by_class_kw": {
            name: thin(values, block)
            for name, values in _stack(study, shown, index).items()
            if values.any()
        },
        "import_kw": thin(seen.import_kw[index], block),
        "import_highest_kw": thin(seen.import_kw[index], block, highest=True)
        if block > 1
        else None,
        "reference_import_kw": thin(reference.import_kw[index], block),
        "import_max_kw": site.contract.import_max_kw,
        "calls": called_of(comparison, shown, site),
        "peak_kw": float(seen.import_kw[index].max()),
        "reference_peak_kw": float(reference.import_kw[index].max()),
        "supply_kw": thin(supply_kw, block) if supply_kw.any() else None,
        "export_kw": thin(seen.export_kw[index], block) if seen.export_kw[index].any() else None,
        "price_per_mwh": _price(comparison, index, block),
        "price_words": _price_words(site),
        "carbon_average_g_per_kwh": None if np.isnan(carbon).all() else thin(carbon, block),
        "curtailment_kw": thin(truth.curtailment_kw[index], block)
        if site.curtailment_zone
        else None,
        "battery": _battery(site, shown, index, block),
        "cold_store": _cold_store(site, shown, index, block),
        "hall": _hall(site, shown, index, block),
        "mean_day": _mean_day(comparison, shown, index),
    }


def _stack(study: Study, shown: Course, index: int) -> dict[str, Real]:
    seen = shown.telemetry
    classes, services = work_names(study)
    parts = {name: seen.class_kw[row, index] for row, name in enumerate(classes)}
    parts |= {name: seen.service_kw[row, index] for row, name in enumerate(services)}
    used = sum(parts.values(), np.zeros(len(study.timeline)))
    parts[PARKED] = np.maximum(seen.it_kw[index] - used, 0.0)
    parts[BUILDING] = seen.facility_kw[index] - seen.it_kw[index]
    return parts


def opening_s(study: Study) -> int | None:
    """Where charts over time first end: after OPENING_DAYS of a study beyond LONG_DAYS, else None."""
    first_s, last_s = int(study.timeline.edges_s[0]), int(study.timeline.edges_s[-1])
    return first_s + OPENING_DAYS * DAY_S if last_s - first_s > LONG_DAYS * DAY_S else None


def _mean_day(comparison: Comparison, shown: Course, index: int) -> dict[str, Any] | None:
    """Means over each hour of the site's clock, 24 a curve; None for less than MEAN_DAY_FROM_DAYS days."""
    study = comparison.study
    timeline = study.timeline
    if timeline.edges_s[-1] - timeline.edges_s[0] < MEAN_DAY_FROM_DAYS * DAY_S:
        return None
    hour = np.asarray(
        [moment.hour for moment in timeline.local_times(study.fleet.sites[index].clock)]
    )
    count = np.bincount(hour, minlength=24)

    def mean(values: Real) -> list[float | None]:
        return thin(np.bincount(hour, weights=values, minlength=24) / count, 1)

    price = _paid_per_mwh(comparison, index)
    return {
        "power_by_class_kw": {
            name: mean(values)
            for name, values in _stack(study, shown, index).items()
            if values.any()
        },
        "import_kw": mean(shown.telemetry.import_kw[index]),
        "reference_import_kw": mean(comparison.courses[0].telemetry.import_kw[index]),
        "price_per_mwh": mean(price) if price.any() else None,
    }


def _battery(site: Site, shown: Course, index: int, block: int) -> dict[str, Any] | None:
    if site.battery is None:
        return None
    seen = shown.telemetry
    return {
        "energy_kwh": site.battery.energy_kwh,
        "soc_kwh": thin(seen.soc_kwh[index], block),
        "charge_kw": thin(seen.charge_kw[index], block),
        "discharge_kw": thin(seen.discharge_kw[index], block),
    }


def _cold_store(site: Site, shown: Course, index: int, block: int) -> dict[str, Any] | None:
    if site.cold_store is None:
        return None
    seen = shown.telemetry
    heat_kw = seen.extra_cooling_kw[1, index]
    return {
        "energy_kwh": site.cold_store.energy_kwh,
        "cold_kwh": thin(seen.cold_kwh[index], block),
        **_early_and_late(heat_kw, block),
    }


def _hall(site: Site, shown: Course, index: int, block: int) -> dict[str, Any] | None:
    if site.hall is None:
        return None
    seen = shown.telemetry
    return {
        "coolest_c": site.hall.coolest_c,
        "warmest_c": site.hall.warmest_c,
        "air_c": thin(seen.air_c[index], block),
        **_early_and_late(seen.extra_cooling_kw[0, index], block),
    }


def _early_and_late(heat_kw: Real, block: int) -> dict[str, list[float | None]]:
    """Heat carried out before and after machines give it off."""
    return {
        "early_kw": thin(np.maximum(heat_kw, 0.0), block),
        "late_kw": thin(np.maximum(-heat_kw, 0.0), block),
    }


def _price(comparison: Comparison, index: int, block: int) -> list[float | None] | None:
    """The price of a site as the page shows it, None where all is 0."""
    price = _paid_per_mwh(comparison, index)
    return thin(price, block) if price.any() else None


def _paid_per_mwh(comparison: Comparison, index: int) -> Real:
    """The price a site's contract exposes it to, (T,); day-ahead under two-settlement."""
    study, truth = comparison.study, comparison.truth
    site = study.fleet.sites[index]
    price: Real = truth.price_per_mwh[index]
    if site.contract.exposure in (Exposure.FIXED, Exposure.TIME_OF_USE):
        price = seen_price_per_mwh(
            site.contract, study.timeline, study.timeline.start, site.clock, price, price
        )
    return price


def _price_words(site: Site) -> str:
    return {
        Exposure.FIXED: "fixed by contract",
        Exposure.TIME_OF_USE: "time-of-use tariff",
        Exposure.TWO_SETTLEMENT: "day-ahead price",
        Exposure.CONTRACT_FOR_DIFFERENCE: "market price",
        Exposure.INDEX: "market price",
    }[site.contract.exposure]


def away_of(study: Study, shown: Course, block: int) -> list[dict[str, Any]]:
    """Share of each service's answered requests that were answered away from home; null without any."""
    found = []
    names = work_names(study)[1]
    for index, service in enumerate(study.services):
        answered = shown.telemetry.answered[index]
        away = (answered * (service.home <= 0.0)[:, :, None]).sum(axis=(0, 1))
        whole = answered.sum(axis=(0, 1))
        share = np.divide(away, whole, out=np.full(len(whole), np.nan), where=whole > 0.0)
        found.append({"name": names[index], "share": thin(share, block)})
    return found


def forecasts_of(comparison: Comparison, block: int) -> list[dict[str, Any]]:
    """Price of each market as the forecaster would have said it the day before, one entry a zone."""
    study = comparison.study
    found, told = [], set()
    for index, site in enumerate(study.fleet.sites):
        if site.zone in told or not site.contract.follows_market:
            continue
        told.add(site.zone)
        truth = comparison.truth.price_per_mwh[index]
        expected = expected_day_before(study, Kind.PRICE, site.zone)
        both = np.isfinite(truth) & np.isfinite(expected)
        error = float(np.abs(truth - expected)[both].mean()) if both.any() else None
        found.append(
            {
                "title": f"Price of {site.zone}",
                "unit": f"{study.currency}/MWh",
                "clock": site.clock,
                "mean_error": error,
                "truth": thin(truth, block),
                "expected": thin(expected, block),
            }
        )
    return found


def expected_day_before(study: Study, kind: Kind, zone: str) -> Real:
    """What was known of each day of the course 24 hours before it began, (T,).

    Published values where there were any by then, what the study's forecaster said everywhere else.
    """
    forecast = forecaster_named(study.cadence.forecaster)
    expected = np.full(len(study.timeline), np.nan)
    edges_s = study.timeline.edges_s
    first = 0
    while first < len(expected):
        last = int(np.searchsorted(edges_s[:-1], edges_s[first] + DAY_S, side="left"))
        day = study.timeline.between(instant(edges_s[first]), instant(edges_s[last]))
        as_of = instant(edges_s[first] - DAY_S)
        published = known(study.history, kind, zone, day, as_of).values
        guessed = forecast(study.history, kind, zone, day, as_of).values
        expected[first:last] = np.where(np.isnan(published), guessed, published)
        first = last
    return expected
