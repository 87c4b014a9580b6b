"""What a plan may do with halls and stores of cold: how they keep heat, and what plants draw for it."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.plant_planes import PlantPlanes, no_planes, plant_planes
from gridtide.decide.power_curve import PowerCurve
from gridtide.decide.reading import outdoor_c
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.fleet.building import capacities_kw, parked_kw
from gridtide.fleet.extra_cooling import (
    aired_shares,
    can_shift_cooling,
    extra_power_kw,
    heat_kw,
    most_heat_kw,
)
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.thermal import ColdStore, Hall
from gridtide.physics.cold_store import cold_after_kwh
from gridtide.physics.room import room_after_c

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
LEAST_KW = 1e-3
LEFT_OUT_K = 1e-4
"""More than air is ever off for what is left out of it as good as gone; a bound must not rest on that."""
NEXT_TO_NOTHING = 1e-6
"""Share of what lies between air and mass that is as good as gone; smaller ones are noise to a solver."""


@dataclass(frozen=True, kw_only=True, eq=False)
class HallTerms:
    """H halls over T steps. site (H,). air_c, apart_k: of the air now, and how much warmer it is than the mass, (H,).

    A kilowatt of heat that is not cooled away warms air and mass together by mean_per_kw in a step, and the air beside
    the mass by apart_per_kw of which the share fades is left a step later, all (H, T); the air has air_share of what
    lies between the two, (H,). Written so, for air and mass alone go the same way. coolest_c, warmest_c (H,).
    change_max_k: of the air from step to step, (H, T). ends_c: the warmest at the end, (H,).
    """

    site: Whole
    air_c: Real
    apart_k: Real
    mean_per_kw: Real
    apart_per_kw: Real
    fades: Real
    air_share: Real
    coolest_c: Real
    warmest_c: Real
    change_max_k: Real
    ends_c: Real

    def __post_init__(self) -> None:
        freeze(self, site=np.int64)
        now = ("air_c", "apart_k", "coolest_c", "warmest_c", "ends_c", "air_share")
        through = ("mean_per_kw", "apart_per_kw", "fades", "change_max_k")
        freeze(self, **dict.fromkeys(now + through, np.float64))


@dataclass(frozen=True, kw_only=True, eq=False)
class StoreTerms:
    """W stores of cold over T steps; kW and kWh of heat. site (W,). left: share of the cold that a step leaves,
    gains: cold at its end per kW into the store, (W, T). now_kwh, energy_kwh, charge_max_kw, discharge_max_kw (W,).
    ends_kwh: the least at the end, (W,)."""

    site: Whole
    left: Real
    gains: Real
    now_kwh: Real
    energy_kwh: Real
    charge_max_kw: Real
    discharge_max_kw: Real
    ends_kwh: Real

    def __post_init__(self) -> None:
        freeze(self, site=np.int64)
        real = ("left", "gains", "now_kwh", "energy_kwh", "charge_max_kw", "discharge_max_kw")
        freeze(self, **dict.fromkeys((*real, "ends_kwh"), np.float64))


@dataclass(frozen=True, kw_only=True, eq=False)
class PlantTerms:
    """S sites over T steps. drawn_per_kw: kW at the meter per kW of heat carried out before its time, and saved per
    kW after it, (2, S, T). heat_least_kw: heat of a building that runs nothing, (S,); heat_per_kw: of each kW of IT
    more, at least and at most, (2, S). aired: share of the heat that can be shifted, (S,). most_kw: heat that can be
    carried out, (S, T). limits: whether plans must keep within what the plant does at once.
    planes: of plants for which they say what is drawn instead."""

    drawn_per_kw: Real
    heat_least_kw: Real
    heat_per_kw: Real
    aired: Real
    most_kw: Real
    planes: PlantPlanes
    limits: bool = True

    def __post_init__(self) -> None:
        names = ("drawn_per_kw", "heat_least_kw", "heat_per_kw", "aired", "most_kw")
        freeze(self, **dict.fromkeys(names, np.float64))


@dataclass(frozen=True, kw_only=True, eq=False)
class CoolingTerms:
    """Halls and stores of cold of a fleet with the plants that serve them."""

    halls: HallTerms
    stores: StoreTerms
    plant: PlantTerms

    @property
    def sites(self) -> Whole:
        """Sites with a hall or a store, in order."""
        return np.union1d(self.halls.site, self.stores.site)


def cooling_terms(situation: Situation) -> CoolingTerms:
    """The terms of the situation's halls and stores over its horizon. Raises BadInput where weather is unknown."""
    return CoolingTerms(halls=_halls(situation), stores=_stores(situation), plant=_plant(situation))


def cheapest_terms(terms: CoolingTerms, situation: Situation, curve: PowerCurve) -> CoolingTerms:
    """Terms that only lower the cost: plants draw no more than they ever do for their load and what is carried out
    early, whatever they do at once, and nothing is kept at the end. curve: the power the program reckons with."""
    if not len(terms.sites):
        return terms
    fleet, outdoor = situation.fleet, outdoor_c(situation)
    halls, plant = terms.halls, terms.plant
    planes = plant_planes(fleet, curve, terms.sites, plant.most_kw, outdoor)
    drawn_per_kw = plant.drawn_per_kw.copy()
    drawn_per_kw[:, planes.site] = 0.0
    warmest_c = halls.warmest_c + LEFT_OUT_K
    return CoolingTerms(
        halls=replace(
            halls,
            coolest_c=halls.coolest_c - LEFT_OUT_K,
            warmest_c=warmest_c,
            change_max_k=halls.change_max_k + LEFT_OUT_K,
            ends_c=np.maximum(warmest_c, halls.air_c),
        ),
        stores=replace(terms.stores, ends_kwh=np.zeros_like(terms.stores.ends_kwh)),
        plant=replace(plant, drawn_per_kw=drawn_per_kw, planes=planes, limits=False),
    )


def terms_over(
    terms: CoolingTerms, fleet: Fleet, hours: Real, mean: Callable[[Real], Real]
) -> CoolingTerms:
    """The terms over other steps of these hours. mean: takes a series over the steps there were to their means."""
    halls = [site.hall for site in fleet.sites if site.hall is not None]
    stores = [site.cold_store for site in fleet.sites if site.cold_store is not None]
    mean_per_kw, apart_per_kw, fades, change_max_k = _through_halls(halls, hours)
    left, gains = _through_stores(stores, hours)
    plant = terms.plant
    return CoolingTerms(
        halls=replace(
            terms.halls,
            mean_per_kw=mean_per_kw,
            apart_per_kw=apart_per_kw,
            fades=fades,
            change_max_k=change_max_k,
        ),
        stores=replace(terms.stores, left=left, gains=gains),
        plant=replace(
            plant,
            drawn_per_kw=mean(plant.drawn_per_kw),
            most_kw=mean(plant.most_kw),
            planes=no_planes(len(hours), 0),
        ),
    )


def drawn_per_kw(fleet: Fleet, outdoor_c: Real) -> Real:
    """Power that a plan reckons with for each kW of heat moved in time, halfway between parked and full, (S, T)."""
    parked = parked_kw(fleet)
    room = np.maximum(capacities_kw(fleet) - parked, LEAST_KW)
    middle = 0.5 * (heat_kw(fleet, parked) + heat_kw(fleet, parked + room))
    heat = np.repeat(middle[:, None], outdoor_c.shape[1], axis=1)
    return extra_power_kw(fleet, heat, np.ones(outdoor_c.shape), outdoor_c)


def _plant(situation: Situation) -> PlantTerms:
    fleet, steps = situation.fleet, len(situation.horizon)
    shape = (len(fleet.sites), steps)
    if not can_shift_cooling(fleet):
        none = np.zeros(shape[0])
        return PlantTerms(
            drawn_per_kw=np.zeros((2, *shape)),
            heat_least_kw=none,
            heat_per_kw=np.zeros((2, shape[0])),
            aired=none,
            most_kw=np.zeros(shape),
            planes=no_planes(steps, 0),
        )
    outdoor, parked = outdoor_c(situation), parked_kw(fleet)
    room = np.maximum(capacities_kw(fleet) - parked, LEAST_KW)
    floor, top = heat_kw(fleet, parked), heat_kw(fleet, parked + room)
    gentlest = (heat_kw(fleet, parked + LEAST_KW) - floor) / LEAST_KW
    drawn = drawn_per_kw(fleet, outdoor)
    return PlantTerms(
        drawn_per_kw=np.stack([drawn, drawn]),
        heat_least_kw=floor,
        heat_per_kw=np.stack([gentlest, (top - floor) / room]),
        aired=aired_shares(fleet),
        most_kw=most_heat_kw(fleet, outdoor),
        planes=no_planes(steps, 0),
    )


def _halls(situation: Situation) -> HallTerms:
    sites = situation.fleet.sites
    found = [(n, site.hall) for n, site in enumerate(sites) if site.hall is not None]
    site = np.asarray([number for number, _ in found], dtype=np.int64)
    halls = [hall for _, hall in found]
    air_c, mass_c = situation.state.hall_c[:, site]
    mean_per_kw, apart_per_kw, fades, change_max_k = _through_halls(halls, situation.horizon.hours)
    return HallTerms(
        site=site,
        air_c=air_c,
        apart_k=air_c - mass_c,
        mean_per_kw=mean_per_kw,
        apart_per_kw=apart_per_kw,
        fades=fades,
        air_share=np.asarray(
            [hall.mass_kj_per_k / (hall.air_kj_per_k + hall.mass_kj_per_k) for hall in halls]
        ),
        coolest_c=np.asarray([hall.coolest_c for hall in halls]),
        warmest_c=np.asarray([hall.warmest_c for hall in halls]),
        change_max_k=change_max_k,
        ends_c=np.maximum(np.asarray([hall.set_c for hall in halls]), np.maximum(air_c, mass_c)),
    )


def _through_halls(halls: list[Hall], hours: Real) -> tuple[Real, Real, Real, Real]:
    """How each hall goes through a step, by the model that the twin runs: it is linear in all three."""
    mean, apart, fades = np.zeros((3, len(halls), len(hours)))
    for number, hall in enumerate(halls):
        of = (hall.air_kj_per_k, hall.mass_kj_per_k, hall.between_kw_per_k)
        both = hall.air_kj_per_k + hall.mass_kj_per_k
        for length in np.unique(hours):
            steps, h = hours == length, float(length)
            air, mass = room_after_c(1.0, 0.0, 0.0, h, *of)
            fades[number, steps] = air - mass if air - mass > NEXT_TO_NOTHING else 0.0
            air, mass = room_after_c(0.0, 0.0, 1.0, h, *of)
            apart[number, steps] = air - mass
            mean[number, steps] = (hall.air_kj_per_k * air + hall.mass_kj_per_k * mass) / both
    change = np.asarray([hall.change_max_k_per_h for hall in halls])
    return mean, apart, fades, change[:, None] * hours


def _stores(situation: Situation) -> StoreTerms:
    sites = situation.fleet.sites
    found = [(n, site.cold_store) for n, site in enumerate(sites) if site.cold_store is not None]
    site = np.asarray([number for number, _ in found], dtype=np.int64)
    stores = [store for _, store in found]
    energy_kwh = np.asarray([store.energy_kwh for store in stores])
    start = np.asarray([store.start_share for store in stores])
    left, gains = _through_stores(stores, situation.horizon.hours)
    now_kwh = situation.state.cold_kwh[site]
    return StoreTerms(
        site=site,
        now_kwh=now_kwh,
        energy_kwh=energy_kwh,
        charge_max_kw=np.asarray([store.charge_max_kw for store in stores]),
        discharge_max_kw=np.asarray([store.discharge_max_kw for store in stores]),
        ends_kwh=np.minimum(start * energy_kwh, now_kwh * left.prod(axis=1)),
        left=left,
        gains=gains,
    )


def _through_stores(stores: list[ColdStore], hours: Real) -> tuple[Real, Real]:
    left, gains = np.zeros((len(stores), len(hours))), np.zeros((len(stores), len(hours)))
    for number, store in enumerate(stores):
        for length in np.unique(hours):
            steps, h = hours == length, float(length)
            left[number, steps] = cold_after_kwh(1.0, 0.0, h, store.loss_share_per_day)
            gains[number, steps] = cold_after_kwh(0.0, 1.0, h, store.loss_share_per_day)
    return left, gains
