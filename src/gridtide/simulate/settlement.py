"""What a course was worth: the same meters and rules for every policy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.ways import slower_ways
from gridtide.settle.capacity import Capacity
from gridtide.settle.carbon import settle_emissions_kg
from gridtide.settle.cost import (
    Metered,
    settle_coincident_peaks,
    settle_demand_charge,
    settle_energy_cost,
    settle_wear,
)
from gridtide.settle.deviation import deviation_charge
from gridtide.settle.gensets import GensetUse
from gridtide.settle.job_costs import (
    lost_accelerator_h,
    refused_cost,
    slower_cost,
    transfer_cost,
    waited_cost,
)
from gridtide.settle.latency import weighted_quantile
from gridtide.settle.plants import PlantUse
from gridtide.settle.ppa import agreed_cost, to_buy_kwh
from gridtide.settle.promises import Promises, settle_promises
from gridtide.settle.ramp import Response, settle_ramps
from gridtide.settle.two_part import settle_transformers
from gridtide.signals.signal import Kind
from gridtide.simulate.by_the_minute import responses
from gridtide.simulate.calls import CallRow, call_rows, money_of
from gridtide.simulate.capacity import capacity_of, earned
from gridtide.simulate.course import Course
from gridtide.simulate.genset_use import fuel_part, gensets_used
from gridtide.simulate.linear_view import LinearView, linear_view
from gridtide.simulate.plant_use import plants_part, plants_used
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth

Real = NDArray[np.float64]
COINCIDENT, AGREED, TRANSFORMERS = "coincident peaks", "agreements", "transformers"


@dataclass(frozen=True, kw_only=True)
class Settlement:
    """One course in figures, money in the settlement currency.

    parts: money by cause; total_cost is their sum. emissions_average_kg, emissions_marginal_kg: NaN where an
    intensity is unknown; never one for the other. renewable_used_kwh: on-site supply that was not lost.
    mean_wait_h: from release to first slot, over jobs that ran. latency_p95_s: None without services.
    steep_steps: steps in which the grid power of a site changed faster than its contract allows;
    steepest_kw_per_min: the fastest change of a site with such a rule. capacity: kept ready for the grid, by the
    name of each site that may offer some. gensets: what generators for emergencies did, by the name of each site
    that has some, plants: what those that are told what to make did; emissions of both are in those of the course.
    requests_slower: of those answered, at slower points.
    calls: what became of each call of the grid. responses: what came of each limit on how fast power moves.
    linear_view: how far the lines that plans reckon with were off each building.
    """

    policy: str
    energy_kwh: float
    energy_by_site_kwh: tuple[float, ...]
    energy_by_class_kwh: tuple[tuple[str, float], ...]
    parts: tuple[tuple[str, float], ...]
    emissions_average_kg: float
    emissions_marginal_kg: float
    renewable_used_kwh: float
    curtailment_absorbed_kwh: float
    promises: Promises
    accelerator_h_done: float
    accelerator_h_lost: float
    requests_answered: float
    requests_refused: float
    latency_p50_s: float | None
    latency_p95_s: float | None
    mean_wait_h: float
    moves: int
    exposure: int
    steep_steps: int
    steepest_kw_per_min: float
    capacity: tuple[tuple[str, Capacity], ...] = ()
    gensets: tuple[tuple[str, GensetUse], ...] = ()
    plants: tuple[tuple[str, PlantUse], ...] = ()
    requests_slower: float = 0.0
    linear_view: tuple[LinearView, ...] = ()
    calls: tuple[CallRow, ...] = ()
    responses: tuple[Response, ...] = ()

    @property
    def energy_cost(self) -> float:
        """Money for energy alone."""
        return dict(self.parts)["energy"]

    @property
    def total_cost(self) -> float:
        """All parts together."""
        return sum(money for _, money in self.parts)


def settle(study: Study, truth: Truth, course: Course, absorbed_kwh: float) -> Settlement:
    """Settle a course. absorbed_kwh: curtailed energy it absorbed against the reference."""
    seen = course.telemetry
    hours = study.timeline.hours
    import_kwh = seen.import_kw * hours
    gensets = gensets_used(study, course)
    plants = plants_used(study, course)
    own_kg = sum(one.emissions_kg for _, one in gensets)
    own_kg += sum(one.emissions_kg for _, one in plants)
    emissions_kg = settle_emissions_kg(import_kwh, truth.carbon_average_g_per_kwh) + own_kg
    marginal_kg = settle_emissions_kg(import_kwh, truth.carbon_marginal_g_per_kwh) + own_kg
    counted_kg = marginal_kg if study.objective.carbon is Kind.CARBON_MARGINAL else emissions_kg
    steep_steps, steepest_kw_per_min = settle_ramps(
        tuple(site.contract for site in study.fleet.sites), seen.import_kw - seen.export_kw, hours
    )
    lost_h, done_h = accelerator_hours(study, course)
    capacity = capacity_of(study, truth, course)
    calls = call_rows(study, course)
    answered = seen.answered * hours * 3600.0
    waits_h = (course.first_s - study.jobs.release_s)[course.first_s >= 0] / 3600.0
    return Settlement(
        policy=course.policy,
        energy_kwh=float(import_kwh.sum()),
        energy_by_site_kwh=tuple(float(value) for value in import_kwh.sum(axis=1)),
        energy_by_class_kwh=_by_class(study, course),
        parts=(
            *_parts(study, truth, course, counted_kg, lost_h),
            *_deviation_part(study, truth, course),
            *earned(capacity),
            *fuel_part(gensets),
            *plants_part(plants),
            *money_of(calls),
            *_coincident(study, course),
            *_agreed(study, truth, course),
            *_transformers(study, course),
        ),
        emissions_average_kg=emissions_kg,
        emissions_marginal_kg=marginal_kg,
        renewable_used_kwh=float(((seen.supply_kw - seen.unused_supply_kw) * hours).sum()),
        curtailment_absorbed_kwh=absorbed_kwh,
        promises=promises_of(study, course),
        accelerator_h_done=float(done_h.sum()),
        accelerator_h_lost=float(lost_h.sum()),
        requests_answered=float(answered.sum()),
        requests_refused=float((seen.refused * hours * 3600.0).sum()),
        latency_p50_s=weighted_quantile(seen.latency_p50_s, answered, 0.5),
        latency_p95_s=weighted_quantile(seen.latency_p95_s, answered, 0.95),
        mean_wait_h=float(waits_h.mean()) if len(waits_h) else 0.0,
        moves=int(course.moves.sum()),
        exposure=int(course.exposure.sum()),
        steep_steps=steep_steps,
        steepest_kw_per_min=steepest_kw_per_min,
        capacity=capacity,
        gensets=gensets,
        plants=plants,
        calls=calls,
        responses=responses(study, course),
        requests_slower=float((seen.slower * hours * 3600.0).sum()) if seen.slower.size else 0.0,
        linear_view=linear_view(study, truth, course),
    )


def _parts(
    study: Study, truth: Truth, course: Course, emissions_kg: float, lost_h: Real
) -> tuple[tuple[str, float], ...]:
    seen, hours, objective = course.telemetry, study.timeline.hours, study.objective
    sites = study.fleet.sites
    discharged = zip(sites, seen.discharge_kw, strict=True)
    wear = sum(settle_wear(site.battery, power_kw, hours) for site, power_kw in discharged)
    values = np.asarray([service.value_per_request for service in study.services])
    kinds = study.jobs.classes
    value_h = np.asarray([kind.value_per_accelerator_h for kind in kinds])[study.jobs.work_class]
    carbon_t = 0.0 if objective.carbon_price_per_t == 0.0 else emissions_kg / 1000.0
    return (
        ("energy", sum(_energy_costs(study, truth, course))),
        ("demand charge", sum(_demand_charges(study, course))),
        ("wear", wear),
        ("transfer", transfers_cost(study, course)),
        ("carbon", objective.carbon_price_per_t * carbon_t),
        ("delay", _delay_cost(study, course) + _slower_cost(study, course)),
        ("lost compute", float((lost_h * value_h).sum())),
        ("refused requests", refused_cost(requests_refused(study, course), values)),
    )


def _energy_costs(study: Study, truth: Truth, course: Course) -> list[float]:
    return [
        settle_energy_cost(site.contract, metered_of(study, truth, course, index))
        for index, site in enumerate(study.fleet.sites)
    ]


def _deviation_part(study: Study, truth: Truth, course: Course) -> tuple[tuple[str, float], ...]:
    """What leaving positions cost, where any site pays for that."""
    contracts = [site.contract for site in study.fleet.sites]
    if not any(one.deviation_price_per_mwh for one in contracts):
        return ()
    hours = study.timeline.hours
    position_kw = np.where(course.positioned, course.position_kw, np.nan)
    charges = [
        deviation_charge(
            one,
            to_buy_kwh(
                one,
                metered_of(study, truth, course, index),
                produced_kw(study, truth, index) * hours,
            ),
            position_kw[index] * hours,
        )
        for index, one in enumerate(contracts)
    ]
    return (("deviation", sum(charges)),)


def metered_of(study: Study, truth: Truth, course: Course, index: int) -> Metered:
    """What the meter and the markets of one site said over a course."""
    seen, hours = course.telemetry, study.timeline.hours
    local = study.timeline.local_times(study.fleet.sites[index].clock)
    return Metered(
        import_kwh=seen.import_kw[index] * hours,
        export_kwh=seen.export_kw[index] * hours,
        price_per_mwh=truth.price_per_mwh[index],
        real_time_price_per_mwh=truth.real_time_price_per_mwh[index],
        export_price_per_mwh=truth.export_price_per_mwh[index],
        position_kwh=course.position_kw[index] * hours,
        weekday=np.asarray([moment.weekday() for moment in local]),
        hour=np.asarray([moment.hour + moment.minute / 60.0 for moment in local]),
        hours=hours,
    )


def _demand_charges(study: Study, course: Course) -> list[float]:
    charges = []
    for index, site in enumerate(study.fleet.sites):
        month = months_of(study, site.clock)
        import_kw = course.telemetry.import_kw[index]
        share = study.objective.demand_charge_share
        charges.append(settle_demand_charge(site.contract, import_kw, month, share))
    return charges


def _coincident(study: Study, course: Course) -> tuple[tuple[str, float], ...]:
    """The part of a total cost that the system's peaks make; none where no contract names any."""
    sites = study.fleet.sites
    if not any(site.contract.peaks for site in sites):
        return ()
    drawn = zip(sites, course.telemetry.import_kw, strict=True)
    charges = [settle_coincident_peaks(site.contract, kw, study.timeline) for site, kw in drawn]
    return ((COINCIDENT, sum(charges)),)


def _agreed(study: Study, truth: Truth, course: Course) -> tuple[tuple[str, float], ...]:
    """What agreements on energy add to the market's price; none where no contract holds any."""
    if not study.fleet.agreements:
        return ()
    costs = [
        agreed_cost(
            site.contract,
            metered_of(study, truth, course, index),
            produced_kw(study, truth, index) * study.timeline.hours,
        )
        for index, site in enumerate(study.fleet.sites)
    ]
    return ((AGREED, sum(costs)),)


def produced_kw(study: Study, truth: Truth, index: int) -> Real:
    """What the plant of each agreement of a site made, (A, T)."""
    return truth.produced_kw[[site == index for site, _ in study.fleet.agreements]]


def _transformers(study: Study, course: Course) -> tuple[tuple[str, float], ...]:
    """What transformers are charged at; none where no contract charges them."""
    sites, hours = study.fleet.sites, study.timeline.hours
    if not any(site.contract.transformers for site in sites):
        return ()
    share = study.objective.demand_charge_share
    charges = [
        settle_transformers(
            site.contract.transformers, kw * hours, months_of(study, site.clock), share
        )
        for site, kw in zip(sites, course.telemetry.import_kw, strict=True)
    ]
    return ((TRANSFORMERS, sum(charges)),)


def months_of(study: Study, clock: str) -> NDArray[np.int64]:
    """The billing month of each step, (T,)."""
    local = study.timeline.local_times(clock)
    return np.asarray([moment.year * 12 + moment.month for moment in local])


def _delay_cost(study: Study, course: Course) -> float:
    return float(np.sum(delay_costs(study, course)))


def delay_costs(study: Study, course: Course) -> Real:
    """Work in accelerator-hours times the hours each slot of it began after release, at the cost of its class, for
    each run of the course, money."""
    ran, jobs, menu = course.executed, study.jobs, study.fleet.menu
    if not len(ran.job):
        return np.zeros(0)
    per_h = np.asarray([kind.delay_cost_per_accelerator_h for kind in jobs.classes])
    return waited_cost(
        jobs.accelerators[ran.job] * menu.speed[menu.entry(ran.place, ran.point)],
        per_h[jobs.work_class[ran.job]],
        (ran.start_s, ran.end_s),
        ran.behind_s,
        jobs.release_s[ran.job],
        int(study.timeline.step_s or 0),
    )


def _slower_cost(study: Study, course: Course) -> float:
    return float(slower_costs(study, course).sum())


def slower_costs(study: Study, course: Course) -> Real:
    """Money for requests that were answered at slower points, of each service, (V,)."""
    costs = np.zeros(len(study.services))
    of_way = [service for service, _ in slower_ways(study.services)]
    per_request = np.asarray([study.services[one].delay_cost_per_request for one in of_way])
    for money, service in zip(
        slower_cost(requests_slower(study, course), per_request), of_way, strict=True
    ):
        costs[service] += money
    return costs


def requests_slower(study: Study, course: Course) -> Real:
    """Requests answered at each slower point of the services, (N, T)."""
    slower = course.telemetry.slower
    if not slower.size:
        return np.zeros((len(slower_ways(study.services)), len(study.timeline)))
    return np.asarray((slower * study.timeline.hours * 3600.0).sum(axis=(1, 2)))


def requests_refused(study: Study, course: Course) -> Real:
    """Requests that nothing answered, by service, (V, T)."""
    return np.asarray((course.telemetry.refused * study.timeline.hours * 3600.0).sum(axis=1))


def accelerator_hours(study: Study, course: Course) -> tuple[Real, Real]:
    """Accelerator-hours of each job that were never done though due, and that were done, (n,)."""
    jobs = study.jobs
    due = jobs.deadline_s <= study.timeline.edges_s[-1]
    lost_h = lost_accelerator_h(jobs.accelerators, study.true_s, course.done_s, due)
    return lost_h, jobs.accelerators * course.done_s / 3600.0


def transfers_cost(study: Study, course: Course) -> float:
    """Money for all data that was sent between sites."""
    sent, network = course.transfers, study.fleet.network
    rates = network.transfer_cost_per_gb[sent.here, sent.there]
    return transfer_cost(sent.gb.tolist(), rates.tolist())


def _by_class(study: Study, course: Course) -> tuple[tuple[str, float], ...]:
    hours = study.timeline.hours
    seen = course.telemetry
    classes = [(kind.name, seen.class_kw[index]) for index, kind in enumerate(study.jobs.classes)]
    services = [
        (service.name, seen.service_kw[index]) for index, service in enumerate(study.services)
    ]
    return tuple((name, float((power_kw * hours).sum())) for name, power_kw in classes + services)


def promises_of(study: Study, course: Course) -> Promises:
    """What a course promised by the end of its study, and kept."""
    return settle_promises(
        study.jobs,
        course.ended_s,
        course.complete,
        course.promised,
        course.cut,
        int(study.timeline.edges_s[-1]),
    )
