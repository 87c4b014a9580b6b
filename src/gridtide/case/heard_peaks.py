"""Likely peaks of the system that a recording of OpenADR announced, among the peaks that a contract names."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gridtide.fleet.contract import CoincidentPeak, PeakAlert
from gridtide.fleet.fleet import Fleet


@dataclass(frozen=True, kw_only=True)
class HeardPeak:
    """Said of a site from heard_at until taken_back_at (None: for good): [start, end) may be a peak, how likely."""

    name: str
    site: str
    start: datetime
    end: datetime
    heard_at: datetime
    taken_back_at: datetime | None
    likelihood: float


def with_heard_peaks(fleet: Fleet, heard: tuple[HeardPeak, ...]) -> Fleet:
    """The fleet with every peak as likely as was said of it, from when it was heard until it was taken back.

    Of several that are said at once the most likely counts; where none is, what the contract says.
    """
    if not heard:
        return fleet
    sites = []
    for site in fleet.sites:
        own = tuple(one for one in heard if one.site == site.name)
        peaks = tuple(_alerted(peak, own) for peak in site.contract.peaks)
        sites.append(replace(site, contract=replace(site.contract, peaks=peaks)))
    return replace(fleet, sites=tuple(sites))


def fit_no_peak(fleet: Fleet, heard: Iterable[HeardPeak]) -> Iterator[str]:
    """A sentence of each that overlaps no peak of its site's contract, which says what it costs."""
    peaks = {site.name: site.contract.peaks for site in fleet.sites}
    for one in heard:
        if not any(_touches(one, peak) for peak in peaks.get(one.site, ())):
            yield (
                f"OpenADR of {one.site}: {one.name} announces a peak from {one.start.isoformat()} on, of which"
                " no [[site.contract.peak]] says what it costs; it was left aside"
            )


def _alerted(peak: CoincidentPeak, heard: tuple[HeardPeak, ...]) -> CoincidentPeak:
    about = [one for one in heard if _touches(one, peak)]
    if not about:
        return peak
    ends = {one.taken_back_at for one in about if one.taken_back_at is not None}
    instants = {one.heard_at for one in about} | ends | {one.at for one in peak.alerts}
    alerts = [
        PeakAlert(at=at, likelihood=_likelihood(peak, about, at))
        for at in sorted(instants)
        if at < peak.end
    ]
    return replace(peak, alerts=tuple(alerts))


def _likelihood(peak: CoincidentPeak, about: list[HeardPeak], at: datetime) -> float:
    """How likely a peak is by all that was said until an instant."""
    standing = [
        one.likelihood
        for one in about
        if one.heard_at <= at and (one.taken_back_at is None or at < one.taken_back_at)
    ]
    known = [one for one in peak.alerts if one.at <= at]
    contract = known[-1].likelihood if known else peak.likelihood
    return max(standing, default=contract)


def _touches(one: HeardPeak, peak: CoincidentPeak) -> bool:
    return one.start < peak.end and one.end > peak.start
