"""Facility power as a convex line of chords over IT power, for each site and step."""

from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.fleet.building import facility_power_kw, is_learned, parked_kw
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.service import Service

Real = NDArray[np.float64]
SEGMENTS = 6
QUARTERS = (0.25, 0.5, 0.75)
SIXTEENTHS = tuple(k / 16.0 for k in range(17))


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


def on_curve(curve: PowerCurve, it_kw: Real) -> Real:
    """Facility power that the chords give an IT power, both (S, T), kW; beyond the last one straight on."""
    begins = curve.floor_it_kw[:, None] + np.cumsum(curve.width_kw, axis=1) - curve.width_kw
    ends = begins + curve.width_kw
    ends[:, -1] = np.inf
    inside = np.minimum(it_kw[:, :, None], ends[:, None, :]) - begins[:, None, :]
    inside[:, :, 1:] = np.maximum(inside[:, :, 1:], 0.0)
    return np.asarray(curve.floor_kw + (curve.slope * inside).sum(axis=2))


def power_curve(fleet: Fleet, services: tuple[Service, ...], outdoor_c: Real) -> PowerCurve:
    """Chords of the full model between IT power with all parked and with all busy. outdoor_c: (S, T).

    A chord of a convex curve lies above it: the plan never counts on less power than it takes. What was learned need
    not be convex; there slopes are made to rise and the line is lifted until it lies above.
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
    bent = is_learned(fleet)
    if bent.any():
        power[bent] = _lifted(fleet, marks, power, outdoor_c)[bent]
    return PowerCurve(
        floor_it_kw=floor,
        floor_kw=power[:, :, 0],
        width_kw=width,
        slope=np.diff(power, axis=2) / width[:, None, :],
        gap_kw=np.maximum(_beyond(fleet, marks, power, outdoor_c, QUARTERS)[1], 0.0),
    )


def _lifted(fleet: Fleet, marks_kw: Real, power_kw: Real, outdoor_c: Real) -> Real:
    """Power at the marks with slopes that rise, nowhere below the model at any point looked at."""
    rise = _rising(np.diff(power_kw, axis=2))
    bent = power_kw[:, :, :1] + np.concatenate(
        [np.zeros((*rise.shape[:2], 1)), np.cumsum(rise, axis=2)], axis=2
    )
    short_kw = _beyond(fleet, marks_kw, bent, outdoor_c, SIXTEENTHS)[0]
    return np.asarray(bent + np.maximum(-short_kw, 0.0)[:, :, None])


def _rising(rise: Real) -> Real:
    """Rises over segments of one width that never fall, with the same sum: neighbours that do are averaged, (…, K).

    What pooling adjacent violators gives, by its formula: the highest of the lowest means on both sides.
    """
    segments = rise.shape[-1]
    total = np.concatenate([np.zeros((*rise.shape[:-1], 1)), np.cumsum(rise, axis=-1)], axis=-1)
    found = np.empty_like(rise)
    for k in range(segments):
        lowest = [
            np.min([(total[..., b] - total[..., a]) / (b - a) for b in range(k + 1, segments + 1)], axis=0)
            for a in range(k + 1)
        ]  # fmt: skip
        found[..., k] = np.max(lowest, axis=0)
    return found


def _beyond(
    fleet: Fleet, marks_kw: Real, power_kw: Real, outdoor_c: Real, shares: tuple[float, ...]
) -> tuple[Real, Real]:
    """Least and largest distance of the chords above the model at these shares of each segment, (S, T) each, kW."""
    least, most = np.full(outdoor_c.shape, np.inf), np.full(outdoor_c.shape, -np.inf)
    for share in shares:
        between = (1.0 - share) * marks_kw[:, :-1] + share * marks_kw[:, 1:]
        chord = (1.0 - share) * power_kw[:, :, :-1] + share * power_kw[:, :, 1:]
        apart = chord - _over(fleet, between, outdoor_c)
        least, most = np.minimum(least, apart.min(axis=2)), np.maximum(most, apart.max(axis=2))
    return least, most


def _over(fleet: Fleet, marks_kw: Real, outdoor_c: Real) -> Real:
    """Facility power at each mark of each site in each step; marks (S, K) to (S, T, K)."""
    steps = outdoor_c.shape[1]
    found = [
        facility_power_kw(fleet, np.repeat(mark[:, None], steps, axis=1), outdoor_c)
        for mark in marks_kw.T
    ]
    return np.stack(found, axis=2)
