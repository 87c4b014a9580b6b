"""What is known, at an instant, of the system's peaks: their likelihood by the newest alert."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import lru_cache

from gridtide.fleet.contract import CoincidentPeak
from gridtide.fleet.fleet import Fleet


def alerts_said(fleet: Fleet) -> Iterator[datetime]:
    """Instants at which an alert about some peak came."""
    for site in fleet.sites:
        for peak in site.contract.peaks:
            yield from (alert.at for alert in peak.alerts)


def alerted(fleet: Fleet, as_of: datetime) -> Fleet:
    """The fleet with each peak as likely as was said by as_of, and nothing of later alerts.

    The very same object until the next alert comes, so that what was read of it stands.
    """
    if not any(True for _ in alerts_said(fleet)):
        return fleet
    return _with_likelihoods(fleet, tuple(said <= as_of for said in alerts_said(fleet)))


@lru_cache(maxsize=32)
def _with_likelihoods(fleet: Fleet, come: tuple[bool, ...]) -> Fleet:
    """come: of each alert of the fleet, in order, whether it was said."""
    said, sites = iter(come), []
    for site in fleet.sites:
        peaks = tuple(_as_said(peak, said) for peak in site.contract.peaks)
        sites.append(replace(site, contract=replace(site.contract, peaks=peaks)))
    return replace(fleet, sites=tuple(sites))


def _as_said(peak: CoincidentPeak, said: Iterator[bool]) -> CoincidentPeak:
    known = [alert for alert in peak.alerts if next(said)]
    newest = max(known, key=lambda alert: alert.at, default=None)
    return replace(
        peak, alerts=(), likelihood=peak.likelihood if newest is None else newest.likelihood
    )
