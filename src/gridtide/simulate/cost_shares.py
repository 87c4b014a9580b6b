"""Which site, day and job a cost belongs to, as far as it can be told."""

from dataclasses import fields, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.made_terms import made_at_sites
from gridtide.fleet.exposure import seen_price_per_mwh
from gridtide.fleet.menu import at_share
from gridtide.fleet.reactor import Reactor
from gridtide.settle.cost import Metered, settle_energy_cost
from gridtide.signals.signal import Kind
from gridtide.simulate.course import Course
from gridtide.simulate.local_days import LocalDays
from gridtide.simulate.settlement import metered_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


def daily_cost(study: Study, truth: Truth, course: Course, days: LocalDays) -> Real:
    """Energy, wear, fuel and carbon by site and day of its own clock, (S, D), settled by the rules of the whole course.

    Demand and transformer charges, agreements, starts of generators, transfers, delay, lost compute and refused
    requests belong to no one day and are left out.
    """
    hours = study.timeline.hours
    seen, objective = course.telemetry, study.objective
    marginal = objective.carbon is Kind.CARBON_MARGINAL
    intensity = truth.carbon_marginal_g_per_kwh if marginal else truth.carbon_average_g_per_kwh
    found = np.zeros((len(study.fleet.sites), len(days.dates)))
    plants_kw = made_at_sites(study.fleet, seen.made_kw, len(hours))
    for index, site in enumerate(study.fleet.sites):
        metered = metered_of(study, truth, course, index)
        day, extra = days.of_step[index], np.zeros(len(hours))
        if site.battery:
            extra += seen.discharge_kw[index] * hours * site.battery.wear_cost_per_kwh
        if objective.carbon_price_per_t:
            extra += objective.carbon_price_per_t * metered.import_kwh * intensity[index] / 1e6
        if site.genset and seen.genset.size:
            burnt_l = seen.genset[1, index]
            emitted_t = burnt_l * site.genset.emissions_kg_per_l / 1000.0
            extra += burnt_l * site.genset.fuel_price_per_l
            extra += objective.carbon_price_per_t * emitted_t
        if site.reactor:
            extra += _plant_cost(study, site.reactor, plants_kw[index] * hours)
        found[index] = np.bincount(day, weights=extra, minlength=len(days.dates))
        for number in np.unique(day):
            found[index, number] += settle_energy_cost(site.contract, _part(metered, day == number))
    return found


def _plant_cost(study: Study, plant: Reactor, made_kwh: Real) -> Real:
    """Fuel and carbon of what a plant makes, money, (T,)."""
    carbon = study.objective.carbon_price_per_t * plant.emissions_g_per_kwh / 1e6
    return made_kwh * (cost_per_kwh(plant.cost_per_mwh) + carbon)


def _part(metered: Metered, chosen: NDArray[np.bool_]) -> Metered:
    columns = {field.name: getattr(metered, field.name)[chosen] for field in fields(metered)}
    return replace(metered, **columns)


def cost_by_job(study: Study, truth: Truth, course: Course) -> Real:
    """What the energy of each job cost at the racks, (n,): its share of its class's metered power, step by step.

    Shares go by accelerators times time, at slower operating points times their part of the full power. The price
    is what one more kilowatt-hour costs at that site by the rules of its contract; a volume that was bought ahead or
    contracted changes it by nothing.
    """
    row, step, weight = _presence(study, course)
    job, site = course.executed.job[row], study.fleet.site_of_place[course.executed.place[row]]
    kind = study.jobs.work_class[job]
    energy_kwh = course.telemetry.class_kw * study.timeline.hours
    together = np.zeros(energy_kwh.shape)
    np.add.at(together, (kind, site, step), weight)
    share = weight / together[kind, site, step]
    price = cost_per_kwh(1.0) * _last_price_per_mwh(study, truth)
    cost = share * energy_kwh[kind, site, step] * price[site, step]
    return np.asarray(np.bincount(job, weights=cost, minlength=len(study.jobs)), dtype=np.float64)


def _presence(study: Study, course: Course) -> tuple[Whole, Whole, Real]:
    """Row of what was executed, step, and accelerator-seconds in it as their power counts them, for every step
    a run touches."""
    menu = study.fleet.menu
    entry = menu.entry(course.executed.place, course.executed.point)
    power = menu.it_kw[entry] / menu.it_kw[menu.first[menu.place[entry]]]
    gang = at_share(study.jobs.accelerators[course.executed.job], menu.gang_share[entry])
    ran, edges_s = course.executed, study.timeline.edges_s
    first = np.searchsorted(edges_s, ran.start_s, side="right") - 1
    last = np.searchsorted(edges_s, ran.end_s, side="left")
    count = np.maximum(last - first, 0)
    row = np.repeat(np.arange(len(first)), count)
    begin = np.cumsum(count) - count
    step = first[row] + np.arange(len(row)) - begin[row]
    start_s = np.maximum(ran.start_s[row], edges_s[step])
    end_s = np.minimum(ran.end_s[row], edges_s[step + 1])
    weight = gang[row] * power[row] * (end_s - start_s)
    return row, step, weight.astype(np.float64)


def _last_price_per_mwh(study: Study, truth: Truth) -> Real:
    """By site and step, (S, T), after every gate has closed."""
    return np.stack(
        [
            seen_price_per_mwh(
                site.contract,
                study.timeline,
                study.timeline.end,
                site.clock,
                truth.price_per_mwh[index],
                truth.real_time_price_per_mwh[index],
            )
            for index, site in enumerate(study.fleet.sites)
        ]
    )
