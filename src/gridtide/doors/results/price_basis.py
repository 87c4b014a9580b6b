"""Which published price each decision rested on, and how old it was."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Exposure
from gridtide.fleet.gate import gate_closes_s
from gridtide.fleet.site import Site
from gridtide.signals.history import Series
from gridtide.signals.signal import Kind
from gridtide.simulate.course import Reasons
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class CarbonBasis:
    """Average carbon as it came, g/kWh, aligned with Reasons.

    At the place chosen in its first slot, and at home when it was decided. NaN where no intensity is known or
    nothing was chosen.
    """

    there_g_per_kwh: NDArray[np.float64]
    home_g_per_kwh: NDArray[np.float64]


def carbon_of(study: Study, truth: Truth, reasons: Reasons) -> CarbonBasis:
    """The carbon behind every choice of slots."""
    site_of, carbon = study.fleet.site_of_place, truth.carbon_average_g_per_kwh
    home = site_of[study.jobs.home[reasons.job]]
    there = site_of[np.maximum(reasons.place, 0)]
    last = len(study.timeline) - 1
    starts_s = study.timeline.starts_s
    first = np.clip(np.searchsorted(starts_s, reasons.start_s, side="right") - 1, 0, last)
    now = np.clip(np.searchsorted(starts_s, reasons.as_of_s, side="right") - 1, 0, last)
    placed = (reasons.place >= 0) & (reasons.start_s >= 0)
    return CarbonBasis(
        there_g_per_kwh=np.where(placed, carbon[there, first], np.nan),
        home_g_per_kwh=carbon[home, now],
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """Columns aligned with what was asked. source: for people. issued_s: -1 for a price a contract fixes, or none.

    published: the price of the very hour of the first slot was known.
    """

    source: list[str]
    issued_s: Whole
    published: NDArray[np.bool_]


def basis_of(study: Study, reasons: Reasons) -> Basis:
    """The price behind every choice of slots: at the place chosen, or at home where nothing was."""
    place = np.where(reasons.place >= 0, reasons.place, study.jobs.home[reasons.job])
    about_s = np.where(reasons.start_s >= 0, reasons.start_s, reasons.as_of_s)
    return basis_at(study, place, reasons.as_of_s, about_s)


def basis_at(study: Study, place: Whole, as_of_s: Whole, about_s: Whole) -> Basis:
    """The price of each place known at as_of_s about about_s, all of one length."""
    n = len(place)
    source = [""] * n
    issued_s, published = np.full(n, -1), np.zeros(n, dtype=np.bool_)
    site_of = study.fleet.site_of_place
    for index, site in enumerate(study.fleet.sites):
        here = np.flatnonzero(site_of[place] == index)
        for zone, rows in _zones(site, here, as_of_s, about_s):
            series = study.history.of(Kind.PRICE, zone)
            own = _own(site, study.currency)
            if own or series is None:
                for row in rows:
                    source[row] = own or "no price"
                continue
            names = [name if zone in name else f"{name}, of {zone}" for name in series.sources]
            issued_s[rows], published[rows], chosen = _newest(series, as_of_s[rows], about_s[rows])
            for row, number in zip(rows, chosen, strict=True):
                source[row] = names[series.source[number]]
    return Basis(source=source, issued_s=issued_s, published=published)


def _zones(site: Site, rows: Whole, as_of_s: Whole, about_s: Whole) -> list[tuple[str, Whole]]:
    """Rows by the zone whose price they see: behind the gate of a two-settlement contract, the real-time one."""
    contract = site.contract
    if contract.exposure is not Exposure.TWO_SETTLEMENT or contract.real_time_zone is None:
        return [(site.zone, rows)] if len(rows) else []
    closed = gate_closes_s(contract, site.clock, about_s[rows]) < as_of_s[rows]
    parts = [(contract.real_time_zone, rows[closed]), (site.zone, rows[~closed])]
    return [(zone, part) for zone, part in parts if len(part)]


def _own(site: Site, currency: str) -> str:
    """The price a contract fixes, as words; empty where the site follows a market."""
    contract = site.contract
    if contract.exposure is Exposure.FIXED:
        return f"{contract.fixed_price_per_mwh:g} {currency}/MWh by the contract of {site.name}"
    if contract.exposure is Exposure.TIME_OF_USE:
        return f"the time-of-use tariff of {site.name}"
    return ""


def _newest(
    series: Series, as_of_s: Whole, about_s: Whole
) -> tuple[Whole, NDArray[np.bool_], Whole]:
    """Newest issue at as_of about each second, or else about anything; whether it is about it; its row."""
    starts = np.unique(series.start_s)
    holds = np.searchsorted(starts, about_s, side="right") - 1
    rank = np.searchsorted(starts, series.start_s)
    first_s = int(series.issued_s.min())
    span = int(max(series.issued_s.max(), as_of_s.max(initial=0))) - first_s + 2
    key = rank * span + (series.issued_s - first_s)
    asked = holds * span + np.clip(as_of_s - first_s, -1, None)
    row = np.searchsorted(key, asked, side="right") - 1
    safe = np.maximum(row, 0)
    about = (row >= 0) & (holds >= 0) & (rank[safe] == holds) & (series.end_s[safe] > about_s)
    by_issue = np.argsort(series.issued_s, kind="stable")
    last = np.searchsorted(series.issued_s[by_issue], as_of_s, side="right") - 1
    newest = by_issue[np.maximum(last, 0)]
    chosen = np.where(about, safe, newest)
    issued_s = np.where(about | (last >= 0), series.issued_s[chosen], -1)
    return issued_s, about & ~series.expected[chosen], chosen
