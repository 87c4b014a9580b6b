"""What a plant draws at least for its load and what is carried out early, by planes below its curve: for bounds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.power_curve import PowerCurve
from gridtide.digest import freeze
from gridtide.fleet.building import plants_of
from gridtide.fleet.fleet import Fleet
from gridtide.physics.heat_plant import AIR_CHILLER, heat_plant_kw, heat_plant_slope
from gridtide.physics.pue import heat_of_it_kw, heat_slope

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class PlantPlanes:
    """A sites over T steps, L planes, K segments of IT load. site (A,).

    beyond + segment @ (chord - per_it) - per_extra extra >= least, for every plane: beyond is what the plant draws for
    extra heat besides what it draws for its load. chord (A, T, K). per_it, per_extra, least (A, T, L). most_kw:
    what beyond never passes, (A,).
    """

    site: Whole
    chord: Real
    per_it: Real
    per_extra: Real
    least: Real
    most_kw: Real

    def __post_init__(self) -> None:
        freeze(self, site=np.int64)
        real = ("chord", "per_it", "per_extra", "least", "most_kw")
        freeze(self, **dict.fromkeys(real, np.float64))


def no_planes(steps: int, segments: int) -> PlantPlanes:
    """Of no site."""
    none = np.zeros((0, steps, 0))
    return PlantPlanes(
        site=np.zeros(0, dtype=np.int64),
        chord=np.zeros((0, steps, segments)),
        per_it=none,
        per_extra=none,
        least=none,
        most_kw=np.zeros(0),
    )


def plant_planes(
    fleet: Fleet, curve: PowerCurve, sites: Whole, most_heat_kw: Real, outdoor_c: Real
) -> PlantPlanes:
    """Planes that touch each plant's curve at the marks of its power curve, for those `sites` whose plants take a
    kilowatt of heat not always alike: air-cooled chillers. They are as exact there as the chords above them.

    most_heat_kw, outdoor_c: (S, T).
    """
    own = sites[plants_of(fleet)[sites] == AIR_CHILLER]
    steps, segments = curve.slope.shape[1:]
    if not len(own):
        return no_planes(steps, segments)
    found = [_of_site(fleet, curve, int(site), outdoor_c[site]) for site in own]
    chord, per_it, per_extra, least = (np.stack(parts) for parts in zip(*found, strict=True))
    most = [
        _plant_kw(fleet, int(site), float(most_heat_kw[site].max()), float(outdoor_c[site].max()))
        for site in own
    ]
    return PlantPlanes(
        site=own,
        chord=chord,
        per_it=per_it,
        per_extra=per_extra,
        least=least,
        most_kw=np.asarray(most),
    )


def _plant_kw(fleet: Fleet, site: int, heat_kw: float, outdoor_c: float) -> float:
    capacity = fleet.sites[site].facility.it_capacity_kw
    return heat_plant_kw(heat_kw, capacity, outdoor_c, AIR_CHILLER)


def _of_site(
    fleet: Fleet, curve: PowerCurve, site: int, outdoor_c: Real
) -> tuple[Real, Real, Real, Real]:
    """Chords, planes' slopes over IT and over extra heat, and their least, over the steps of one site."""
    capacity = fleet.sites[site].facility.it_capacity_kw
    floor = float(curve.floor_it_kw[site])
    marks = floor + np.append(0.0, np.cumsum(curve.width_kw[site]))
    heats = [heat_of_it_kw(float(mark), capacity, AIR_CHILLER) for mark in marks]
    power = np.asarray(
        [[heat_plant_kw(h, capacity, float(c), AIR_CHILLER) for h in heats] for c in outdoor_c]
    )
    slope = np.asarray(
        [[heat_plant_slope(h, capacity, float(c), AIR_CHILLER) for h in heats] for c in outdoor_c]
    )
    per_it = slope * np.asarray([heat_slope(float(m), capacity, AIR_CHILLER) for m in marks])
    chord = np.diff(power, axis=1) / curve.width_kw[site]
    least = power + per_it * (floor - marks) - power[:, :1]
    return chord, per_it, slope, least
