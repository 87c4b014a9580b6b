"""The nouns of a study from the tables of a case."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.case.agreements import agreement_of, transformers_of
from gridtide.case.backup import backup_at, backup_notes, battery_at
from gridtide.case.calls import call_notes, calls_of
from gridtide.case.checks import unprotected
from gridtide.case.cooling import cold_store_of, hall_of
from gridtide.case.curves import curve_notes
from gridtide.case.genset import genset_notes
from gridtide.case.heard_peaks import fit_no_peak, with_heard_peaks
from gridtide.case.hydrogen import hydrogen_notes, standby_kw
from gridtide.case.learned import learned_fleet, learned_notes, outside_data
from gridtide.case.lost_cache import lost_cache_notes
from gridtide.case.machines import assumed, pool_powers_kw
from gridtide.case.offers import product_of
from gridtide.case.openadr import recorded_calls
from gridtide.case.orders import orders_of
from gridtide.case.outside import outside_notes
from gridtide.case.parking import parking_notes, parking_of
from gridtide.case.plants import design_outdoor_c
from gridtide.case.plugins import plugin_notes, plugins_of
from gridtide.case.points import points_left_out, points_of
from gridtide.case.reactor import reactor_notes, reactor_of
from gridtide.case.reservoir import reservoir_at, without_inflow
from gridtide.case.response_cap import response_faults
from gridtide.case.schema import CaseFile, ContractTable, PoolTable, SiteTable
from gridtide.case.services import impossible_services, service_of
from gridtide.case.serving_tables import notes_of, tables_of
from gridtide.case.speed_up import Size, sizes_of, with_sizes
from gridtide.case.tariffs import peak_of
from gridtide.case.telescope import plan_h, telescope_of
from gridtide.case.weather_notes import weather_notes
from gridtide.case.wiring import history_of
from gridtide.case.work import Work, work_of
from gridtide.decide.objective import Objective
from gridtide.decide.risk import Risk
from gridtide.finding import Finding, Gathered, Infeasible, refuse_if_any
from gridtide.fleet.contract import Contract, ImportLimit, TariffBand
from gridtide.fleet.fleet import Fleet, Network
from gridtide.fleet.genset import Genset
from gridtide.fleet.jobs import Jobs
from gridtide.fleet.site import Facility, Pool, Site, Supply
from gridtide.signals.signal import Kind
from gridtide.simulate.study import Cadence, LengthKnowledge, Study
from gridtide.timeline import Timeline, regular


def study_of(case: CaseFile, folder: Path) -> Study:
    """The study of a valid case; paths in it are relative to `folder`.

    Raises BadInput with the faults of all its files, Infeasible for work that can never be done.
    """
    timeline = timeline_of(case)
    step_s = 60 * case.case.step_min
    sites = tuple(_site(table, step_s, sizes_of(case)) for table in case.site)
    bare = Fleet(
        sites=sites,
        network=network_of(case),
        response_max_kw_per_min=case.fleet.response_max_kw_per_min,
    )
    faults = Gathered()
    built = faults.of(lambda: learned_fleet(case, bare, folder))
    fleet, learned = built or (bare, {})
    work = faults.of(lambda: work_of(case, fleet, timeline, folder))
    known = faults.of(lambda: history_of(case, timeline, folder))
    tables = faults.of(lambda: tables_of(case, folder))
    recorded = faults.of(lambda: recorded_calls(case, folder))
    plugins = faults.of(lambda: plugins_of(case, folder))
    faults.refuse_if_any()
    assert work is not None and known is not None and tables is not None and recorded is not None
    assert plugins is not None
    fleet = with_heard_peaks(fleet, recorded.peaks)
    jobs, true_s, (history, said) = known_of(case, work), work.true_s, known
    refuse_if_any(outside_data(case, fleet, learned, history, timeline))
    refuse_if_any(without_inflow(fleet, history, timeline))
    services = tuple(
        service_of(table, fleet, case.network.origins, tables) for table in case.service
    )
    impossible = [
        *_too_much(fleet, jobs, true_s, timeline),
        *too_large(fleet, jobs),
        *response_faults(fleet, jobs, timeline),
        *impossible_services(services, fleet, history, timeline),
    ]
    if impossible:
        raise Infeasible(impossible)
    return Study(
        name=case.case.name,
        timeline=timeline,
        fleet=fleet,
        jobs=jobs,
        teams=work.teams,
        true_s=true_s,
        services=services,
        history=history,
        objective=Objective(
            carbon_price_per_t=case.objective.carbon_price_per_t,
            carbon=Kind(f"carbon_{case.objective.carbon}_g_per_kwh"),
            moves_max=case.objective.moves_max,
            demand_charge_share=case.objective.demand_charge_share,
            begins=case.case.start,
            ends=case.case.end,
        ),
        cadence=Cadence(
            plan_h=plan_h(case.planning),
            replan_h=case.planning.replan_h,
            forecaster=case.planning.forecaster,
            telescope=telescope_of(case.planning),
        ),
        risk=_risk(case),
        policies=case.case.policies,
        reference="run-at-once",
        currency=case.case.currency,
        rates=dict(sorted(case.rates.items())),
        length_knowledge=case.case.length_knowledge,
        seed=case.case.seed,
        events=(*calls_of(case), *orders_of(case), *recorded.calls),
        ended=work.ended,
        plugins=plugins,
        notes=(
            *plugin_notes(case),
            *_machine_notes(case, folder),
            *notes_of(tables),
            *lost_cache_notes(case, fleet, tables),
            *learned_notes(case, fleet, learned),
            *work.notes,
            *weather_notes(fleet, history, timeline),
            *said,
            *call_notes(case),
            *recorded.notes,
            *fit_no_peak(fleet, recorded.peaks),
        ),
    )


def known_of(case: CaseFile, work: Work) -> Jobs:
    """The jobs with what a case lets anybody know of how long they run."""
    if case.case.length_knowledge is not LengthKnowledge.TRUE:
        return work.jobs
    return replace(work.jobs, expected_s=np.minimum(work.true_s, work.jobs.declared_s))


def _risk(case: CaseFile) -> Risk:
    """How plans meet what forecasts do not know."""
    return Risk(
        uncertainty=case.planning.uncertainty,
        scenarios=case.planning.scenarios,
        cvar_weight=case.planning.cvar_weight,
        cvar_level=case.planning.cvar_level,
        confidence=case.planning.confidence,
    )


def _machine_notes(case: CaseFile, folder: Path) -> Iterator[str]:
    """What is assumed of machines, what their points rest on, how they rest, and what is protected in vain."""
    yield from assumed(case)
    yield from curve_notes(case, folder)
    yield from points_left_out(case)
    yield from parking_notes(case)
    yield from genset_notes(case)
    yield from reactor_notes(case)
    yield from hydrogen_notes(case)
    yield from backup_notes(case)
    yield from outside_notes(case)
    for name in unprotected(case):
        yield f"protect names {name}: no group or class is called so"


def timeline_of(case: CaseFile) -> Timeline:
    """The step edges of the period of a case."""
    step = timedelta(minutes=case.case.step_min)
    return regular(case.case.start, step, (case.case.end - case.case.start) // step)


def _site(table: SiteTable, step_s: int, sizes: tuple[Size, ...]) -> Site:
    return Site(
        name=table.name,
        zone=table.zone,
        weather_zone=table.weather_zone or table.zone,
        clock=table.clock,
        region=table.region,
        latitude=table.latitude,
        longitude=table.longitude,
        facility=Facility(
            it_capacity_kw=table.facility.it_capacity_kw,
            cooling=table.facility.cooling,
            overhead_kw=table.facility.overhead_kw + standby_kw(table),
            design_outdoor_c=design_outdoor_c(table.facility),
        ),
        pools=tuple(_pool(pool, step_s, sizes) for pool in table.pool),
        contract=contract_of(table.contract),
        battery=battery_at(table),
        supplies=tuple(
            Supply(kind=supply.kind, capacity_kw=supply.capacity_kw) for supply in table.supply
        ),
        curtailment_zone=table.curtailment_zone,
        products=tuple(product_of(offer) for offer in table.offer),
        hall=hall_of(table.hall, table.facility.it_capacity_kw) if table.hall else None,
        cold_store=cold_store_of(table.cold_store) if table.cold_store else None,
        genset=Genset(**table.genset.model_dump()) if table.genset else None,
        backup=backup_at(table),
        reactor=reactor_of(table.reactor) if table.reactor else None,
        reservoir=reservoir_at(table),
    )


def _pool(table: PoolTable, step_s: int, sizes: tuple[Size, ...]) -> Pool:
    parked_kw, busy_kw = pool_powers_kw(table)
    if parked_kw is None or busy_kw is None:
        raise ValueError(f"power of pool {table.name} is unknown; check the case first")
    return Pool(
        name=table.name,
        accelerator=table.accelerator,
        accelerators=table.accelerators,
        parked_kw_per_accelerator=parked_kw,
        points=with_sizes(points_of(table, parked_kw, busy_kw, step_s), sizes, step_s),
        burst_reserve=table.burst_reserve,
        for_services=table.for_services,
        parking=parking_of(table.parking, parked_kw, busy_kw) if table.parking else None,
    )


def contract_of(table: ContractTable) -> Contract:
    """The contract that a valid table describes."""
    return Contract(
        import_max_kw=table.import_max_kw,
        export_max_kw=table.export_max_kw,
        demand_charge_per_kw_month=table.demand_charge_per_kw_month,
        ramp_max_kw_per_min=table.ramp_max_kw_per_min,
        exposure=table.exposure,
        fixed_price_per_mwh=table.fixed_price_per_mwh or 0.0,
        contracted_kw=table.contracted_kw,
        bands=tuple(
            TariffBand(
                price_per_mwh=band.price_per_mwh,
                weekdays=frozenset(band.weekdays),
                from_hour=band.from_hour,
                to_hour=band.to_hour,
            )
            for band in table.band
        ),
        real_time_zone=table.real_time_zone,
        gate_closure_h=table.gate_closure_h,
        gate_hour=table.gate_hour,
        export_price_share=table.export_price_share,
        bids_by_price=table.bids_by_price,
        deviation_price_per_mwh=table.deviation_price_per_mwh,
        deviation_free_share=table.deviation_free_share,
        demand_least_kw=table.demand_least_kw,
        demand_over_factor=table.demand_over_factor,
        limits=tuple(
            ImportLimit(
                import_max_kw=limit.import_max_kw,
                weekdays=frozenset(limit.weekdays),
                from_hour=limit.from_hour,
                to_hour=limit.to_hour,
            )
            for limit in table.limit
        ),
        peaks=tuple(peak_of(peak) for peak in table.peak),
        agreements=tuple(agreement_of(ppa) for ppa in table.ppa),
        resale_price_share=table.resale_price_share,
        transformers=transformers_of(table.transformers) if table.transformers else None,
    )


def network_of(case: CaseFile) -> Network:
    """What lies between the places of a valid case."""
    sites = [site.name for site in case.site]
    origins = list(case.network.origins)
    latency = np.full((len(origins), len(sites)), np.inf)
    for row in case.network.latency:
        latency[origins.index(row.origin), sites.index(row.site)] = row.ms
    cost = np.zeros((len(sites), len(sites)))
    speed = np.zeros((len(sites), len(sites)))
    np.fill_diagonal(speed, np.inf)
    for link in case.network.link:
        one, other = (sites.index(name) for name in link.between)
        for here, there in ((one, other), (other, one)):
            cost[here, there], speed[here, there] = link.cost_per_gb, link.gb_per_s
    return Network(
        origins=tuple(origins),
        latency_ms=latency,
        transfer_cost_per_gb=cost,
        transfer_gb_per_s=speed,
        transfer_failure_share=case.network.transfer_failure_share,
        transfer_retries_max=case.network.transfer_retries_max,
    )


def _too_much(
    fleet: Fleet, jobs: Jobs, true_s: NDArray[np.int64], timeline: Timeline
) -> Iterator[Finding]:
    """More work than there are accelerator-hours cannot run; declared limits may add up to more."""
    kept = np.asarray([pool.for_services for pool in fleet.pools])
    free = fleet.accelerators - kept
    room_h = float(free.sum()) * float(timeline.hours.sum())
    asked_h = float((jobs.accelerators * true_s).sum()) / 3600.0
    if asked_h > room_h:
        yield Finding(
            subject="jobs",
            value=f"{asked_h:,.0f} accelerator-hours of work",
            limit=f"{room_h:,.0f} accelerator-hours that the pools have in the period",
            mend="Add accelerators, or give fewer or smaller jobs.",
        )


def too_large(fleet: Fleet, jobs: Jobs) -> Iterator[Finding]:
    """Jobs that no pool they may use could ever hold."""
    kept = np.asarray([pool.for_services for pool in fleet.pools])
    free = fleet.accelerators - kept
    most = np.where(jobs.allowed, free[None, :], 0).max(axis=1, initial=0)
    large = np.flatnonzero(jobs.accelerators > most)
    if len(large):
        named = ", ".join(f"job {name}" for name in jobs.name[large[:5]])
        more = f" and {len(large) - 5} more" if len(large) > 5 else ""
        yield Finding(
            subject=f"{named}{more}",
            value=f"{len(large):,} jobs ask for up to {int(jobs.accelerators[large].max()):,} accelerators",
            limit=f"{int(most[large].max()):,}, the most that a pool they may use has for jobs",
            mend="Enlarge the pool, allow a larger one, or leave these jobs out.",
        )
