"""What the buildings of a fleet draw for an IT load, and what load they can carry under a limit."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.changeover import felt_changed_over_c
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site import Cooling
from gridtide.physics.heat_plant import AIR_CHILLER, WARM_LIQUID, WATER_CHILLER

Real = NDArray[np.float64]
PLANT_OF = {
    Cooling.WATER_CHILLER: WATER_CHILLER,
    Cooling.AIR_CHILLER: AIR_CHILLER,
    Cooling.WARM_LIQUID: WARM_LIQUID,
}


def outdoor_c(fleet: Fleet, temperature_c: Real, humidity: Real) -> Real:
    """What each site's plant rejects its heat to, (S, T), °C: wet bulb, or dry bulb for air-cooled chillers.

    Of a learned building what it was found to feel, between both; one that changes over remembers along the steps.

    temperature_c: dry bulb, humidity: 0-1, both (S, T).
    """
    from gridtide.kernels import facility

    wet = facility.wet_bulbs(temperature_c, humidity)
    share = _wet_shares(fleet)[:, None]
    between = temperature_c + share * (wet - temperature_c)
    felt_c = np.where(share == 1.0, wet, np.where(share == 0.0, temperature_c, between))
    for number, site in enumerate(fleet.sites):
        learned = site.facility.learned
        if learned is not None and learned.changeover is not None:
            felt_c[number] = felt_changed_over_c(
                learned.changeover, felt_c[number], humidity[number]
            )
    return felt_c


def remembers(fleet: Fleet) -> bool:
    """Whether what a plant of the fleet feels hangs on what it felt before."""
    learned = [site.facility.learned for site in fleet.sites]
    return any(one is not None and one.changeover is not None for one in learned)


def facility_power_kw(fleet: Fleet, it_kw: Real, outdoor_c: Real) -> Real:
    """Power at the facility meter of each site and step by the full model, (S, T), kW: physics, or what was learned."""
    from gridtide.kernels import facility, learned_building

    # copies: frozen and fresh arrays would each be given a compiled loop of their own
    drawn_kw, felt_c = np.array(it_kw, order="C"), np.array(outdoor_c, order="C")
    modelled = facility.facility_power(drawn_kw, capacities_kw(fleet), felt_c, plants_of(fleet))
    learned_building.put_power(modelled, drawn_kw, felt_c, learned_tables(fleet))
    return np.asarray(modelled + overheads_kw(fleet)[:, None])


def marginal_power(fleet: Fleet, it_kw: Real, outdoor_c: Real) -> Real:
    """Facility kW for one more kW of IT at each site and step, (S, T)."""
    from gridtide.kernels import facility, learned_building

    load_kw, weather_c = np.ascontiguousarray(it_kw), np.ascontiguousarray(outdoor_c)
    slope = facility.marginal_power(load_kw, capacities_kw(fleet), weather_c, plants_of(fleet))
    learned_building.put_marginal(slope, load_kw, weather_c, learned_tables(fleet))
    return np.asarray(slope)


def power_of_site_kw(fleet: Fleet, site: int, it_kw: Real, outdoor_c: Real) -> Real:
    """Facility power of one site at several loads, kW. it_kw: (L, T); outdoor_c: (T,)."""
    alike = replace(fleet, sites=(fleet.sites[site],) * len(it_kw))
    return facility_power_kw(alike, it_kw, np.tile(outdoor_c, (len(it_kw), 1)))


def fast_power_of_site_kw(fleet: Fleet, site: int, it_kw: Real) -> Real:
    """Of it what follows IT within seconds, (L, T), kW; of a learned building IT alone, which its meter surely sees."""
    from gridtide.kernels import facility

    if fleet.sites[site].facility.learned is not None:
        return it_kw
    levels = len(it_kw)
    capacity_kw = np.repeat(capacities_kw(fleet)[site], levels)
    plant = np.repeat(plants_of(fleet)[site], levels)
    return np.asarray(facility.fast_power(np.ascontiguousarray(it_kw), capacity_kw, plant))


def least_fast_marginal(fleet: Fleet) -> Real:
    """Facility kW that a kilowatt of IT moves within seconds at least, (S,): where all is parked, for what conversion
    and fans take grows with the load. 1 of a learned building."""
    floor_kw, more_kw = parked_kw(fleet), 1e-3 * capacities_kw(fleet)
    found = []
    for site in range(len(fleet.sites)):
        ends_kw = np.asarray([[floor_kw[site]], [floor_kw[site] + more_kw[site]]])
        drawn_kw = fast_power_of_site_kw(fleet, site, ends_kw)[:, 0]
        found.append((drawn_kw[1] - drawn_kw[0]) / more_kw[site])
    return np.asarray(found, dtype=np.float64)


def most_it_kw(fleet: Fleet, facility_max_kw: Real, outdoor_c: Real) -> Real:
    """The most IT power each building carries under a limit at its facility meter, (S, T), kW.

    Steps that repeat the one before them are reckoned once.
    """
    from gridtide.kernels import facility, learned_building

    anew, of_step = _runs(facility_max_kw, outdoor_c)
    limit_kw = np.ascontiguousarray(facility_max_kw[:, anew] - overheads_kw(fleet)[:, None])
    capacity_kw, weather_c = capacities_kw(fleet), np.ascontiguousarray(outdoor_c[:, anew])
    most_kw = facility.most_it_power(limit_kw, capacity_kw, weather_c, plants_of(fleet))
    tables = learned_tables(fleet)
    learned_building.put_most_it(most_kw, limit_kw, capacity_kw, weather_c, tables)
    return np.asarray(most_kw)[:, of_step]


def _runs(*values: Real) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
    """Steps that differ from the one before them in any of these, (T,), and for each step which of those it repeats."""
    steps = values[0].shape[1]
    anew = np.zeros(steps, dtype=np.bool_)
    anew[:1] = True
    for one in values:
        anew[1:] |= (one[:, 1:] != one[:, :-1]).any(axis=0)
    return anew, np.cumsum(anew) - 1


def learned_tables(fleet: Fleet) -> tuple[NDArray[np.int64], Real, Real]:
    """Row of each site in the tables, -1 where physics speaks, (S,); kW of IT between marks, (L,); power, (L, I, J)."""
    found = [site.facility.learned for site in fleet.sites]
    learned = [one for one in found if one is not None]
    counted = np.cumsum([one is not None for one in found]) - 1
    row = np.where([one is None for one in found], -1, counted).astype(np.int64)
    if not learned:
        return row, np.zeros(0), np.zeros((0, 2, 2))
    steps_kw = np.asarray([one.it_step_kw for one in learned])
    return row, steps_kw, np.stack([one.facility_kw for one in learned])


def is_learned(fleet: Fleet) -> NDArray[np.bool_]:
    """Which sites have a learned building, (S,)."""
    return np.asarray([site.facility.learned is not None for site in fleet.sites], dtype=np.bool_)


def _wet_shares(fleet: Fleet) -> Real:
    """How much of what each plant feels is the wet bulb, (S,)."""
    air = plants_of(fleet) == AIR_CHILLER
    return np.asarray(
        [
            float(not dry) if site.facility.learned is None else site.facility.learned.wet_share
            for site, dry in zip(fleet.sites, air, strict=True)
        ]
    )


def parked_kw(fleet: Fleet) -> Real:
    """IT power of each site with every machine parked, (S,), kW."""
    parked = [pool.accelerators * pool.parked_kw_per_accelerator for pool in fleet.pools]
    return np.bincount(fleet.site_of_place, weights=parked, minlength=len(fleet.sites)).astype(
        np.float64
    )


def capacities_kw(fleet: Fleet) -> Real:
    """IT power each building was built for, (S,), kW."""
    return np.asarray([site.facility.it_capacity_kw for site in fleet.sites])


def overheads_kw(fleet: Fleet) -> Real:
    """What each site draws beside its machines and their plant, (S,), kW."""
    return np.asarray([site.facility.overhead_kw for site in fleet.sites])


def plants_of(fleet: Fleet) -> NDArray[np.int64]:
    """The kind of cooling plant of each site, as physics counts them, (S,)."""
    return np.asarray([PLANT_OF[site.facility.cooling] for site in fleet.sites], dtype=np.int64)
