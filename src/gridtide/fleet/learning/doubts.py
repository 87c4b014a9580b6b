"""What telemetry says against itself: hours that are missing, meters of two sites that changed places."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np

from gridtide.finding import Finding
from gridtide.fleet.learning.telemetry import Telemetry

SWAPPED_BY = 0.5
"""How much better two meters must follow each other's utilisation than their own, in sums of correlations."""
LEAST_COMMON = 96
LEAST_SHARE, MOST_SHARE = 0.05, 5.0
"""Facility power over the IT power of full load at which a unit is beyond doubt off."""


def gaps_of(telemetry: Telemetry) -> Iterator[Finding]:
    """Intervals without a row, if there are any; days are predicted across them with time going on."""
    if len(telemetry) < 2:
        return
    apart_s = np.diff(telemetry.time_s)
    usual_s = int(np.median(apart_s))
    missing = np.maximum(np.rint(apart_s / usual_s) - 1.0, 0.0)
    if missing.any():
        yield Finding(
            subject=f"site {telemetry.site} time_utc",
            value=f"{int(missing.sum())} rows missing in {int((missing > 0).sum())} gaps, the longest "
            f"{float(apart_s.max()) / 3600.0:.1f} h",
            limit=f"a row every {usual_s} s",
            mend="Nothing is filled in; give the missing rows if they exist.",
        )


def swapped_meters(sites: tuple[Telemetry, ...]) -> Iterator[Finding]:
    """Pairs of sites whose meters follow each other's utilisation, and not their own."""
    for one, other in combinations(sites, 2):
        _, here, there = np.intersect1d(one.time_s, other.time_s, return_indices=True)
        if len(here) < LEAST_COMMON:
            continue
        load = np.stack([one.utilisation[here], other.utilisation[there]])
        power = np.stack([one.facility_kw[here], other.facility_kw[there]])
        known = ~np.isnan(power).any(axis=0)
        both = np.concatenate([load[:, known], power[:, known]])
        if known.sum() < LEAST_COMMON or (np.ptp(both, axis=1) == 0.0).any():
            continue
        follows = np.corrcoef(both)[:2, 2:]
        own, across = float(np.trace(follows)), float(follows[0, 1] + follows[1, 0])
        if across > own + SWAPPED_BY:
            yield Finding(
                subject=f"sites {one.site} and {other.site}, facility_kw",
                value=f"meters follow the other site's utilisation (correlations {across / 2:.2f}, own {own / 2:.2f})",
                limit="a meter that follows its own site",
                mend="Exchange the two columns, or the two names.",
            )


def off_by_capacity(telemetry: Telemetry, it_capacity_kw: float) -> Iterator[Finding]:
    """A meter that cannot be in kW, for a site of a known IT power at full load [kW]."""
    middle_kw = float(np.nanmedian(telemetry.facility_kw))
    if not LEAST_SHARE * it_capacity_kw <= middle_kw <= MOST_SHARE * it_capacity_kw:
        yield Finding(
            subject=f"site {telemetry.site} facility_kw",
            value=f"{middle_kw:,.1f} in the middle",
            limit=f"{LEAST_SHARE:g} to {MOST_SHARE:g} times --it-capacity-kw, {it_capacity_kw:,.0f} kW",
            mend="Convert W or MW to kW, or give the site's own IT power.",
        )
