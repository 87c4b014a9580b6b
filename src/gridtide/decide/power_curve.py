"""Facility power as a convex line of chords over IT power, for each site and step."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.building import facility_power_kw, parked_kw
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service

Real = NDArray[np.float64]
SEGMENTS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class PowerCurve:
    """floor_it_kw: IT power with everything parked, (S,). floor_kw: facility power there, (S, T).

    width_kw: IT power each segment carries beyond it, (S, K). slope: facility kW per kW of IT, (S, T, K),
    increasing in K. gap_kw: largest distance of the chords above the full model, (S, T).
    """

    floor_it_kw: Real
    floor_kw: Real
    width_kw: Real
    slope: Real
    gap_kw: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys((field.name for field in fields(self)), np.float64))


def curve_between(curve: PowerCurve, steps: slice) -> PowerCurve:
    """The curve in some of its steps."""
    return replace(
        curve,
        floor_kw=curve.floor_kw[:, steps],
        slope=curve.slope[:, steps],
        gap_kw=curve.gap_kw[:, steps],
    )


def power_curve(fleet: Fleet, services: tuple[Service, ...], outdoor_c: Real) -> PowerCurve:
    """Chords of the full model between IT power with all parked and with all busy. outdoor_c: (S, T).

    A chord of a convex curve lies above it: the plan never counts on less power than it takes.
    """
    site = fleet.site_of_place
    most = np.asarray([pool.full.it_kw_per_accelerator for pool in fleet.pools])
    for service in services:
        most = np.maximum(most, service.it_kw_per_accelerator)
    busy = fleet.accelerators * most
    sites = len(fleet.sites)
    floor = parked_kw(fleet)
    full = np.bincount(site, weights=busy, minlength=sites).astype(np.float64)
    capacity = np.asarray([one.facility.it_capacity_kw for one in fleet.sites])
    top = np.maximum(np.minimum(full, capacity), floor + 1e-6)
    share = np.linspace(0.0, 1.0, SEGMENTS + 1)
    marks = floor[:, None] + (top - floor)[:, None] * share
    width = np.diff(marks, axis=1)
    power = _over(fleet, marks, outdoor_c)
    return PowerCurve(
        floor_it_kw=floor,
        floor_kw=power[:, :, 0],
        width_kw=width,
        slope=np.diff(power, axis=2) / width[:, None, :],
        gap_kw=_gap(fleet, marks, power, outdoor_c),
    )


def _gap(fleet: Fleet, marks_kw: Real, power_kw: Real, outdoor_c: Real) -> Real:
    """Largest distance of the chords above the model, looked for at three points of each segment."""
    gap = np.zeros(outdoor_c.shape)
    for share in (0.25, 0.5, 0.75):
        between = (1.0 - share) * marks_kw[:, :-1] + share * marks_kw[:, 1:]
        chord = (1.0 - share) * power_kw[:, :, :-1] + share * power_kw[:, :, 1:]
        gap = np.maximum(gap, (chord - _over(fleet, between, outdoor_c)).max(axis=2))
    return gap


def _over(fleet: Fleet, marks_kw: Real, outdoor_c: Real) -> Real:
    """Facility power at each mark of each site in each step; marks (S, K) to (S, T, K)."""
    steps = outdoor_c.shape[1]
    found = [
        facility_power_kw(fleet, np.repeat(mark[:, None], steps, axis=1), outdoor_c)
        for mark in marks_kw.T
    ]
    return np.stack(found, axis=2)
