"""The JSON document of a comparison: keys are a contract."""

import math
from dataclasses import asdict
from typing import Any

from gridtide.doors.results.breakdown import classes_done, data_sets, energy_by_site_kwh
from gridtide.doors.results.calls import calls_of, calls_said
from gridtide.doors.results.gensets import gensets_by_site, gensets_said
from gridtide.doors.results.plants import plants_by_site, plants_said
from gridtide.doors.results.proofs import plans_of, proof_of, proofs_said
from gridtide.doors.results.response_cap import responses_of, responses_said
from gridtide.doors.results.rest import nodes_at_rest, rest_of
from gridtide.doors.results.routes import routes_of
from gridtide.doors.results.unspread import unspread_of
from gridtide.doors.results.water import water_by_site, water_said
from gridtide.settle.carbon import ATTRIBUTION
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import Settlement

MARGINAL_UNKNOWN = "Marginal carbon: not available in this case."
MARGINAL_KNOWN = (
    "Marginal carbon: from the case's own source; it says what a change does, "
    "and is never mixed with the average."
)


def marginal_of(comparison: Comparison) -> str:
    """What a reader must know of marginal carbon."""
    known = any(math.isfinite(item.emissions_marginal_kg) for item in comparison.settlements)
    return MARGINAL_KNOWN if known else MARGINAL_UNKNOWN


def steep_of(comparison: Comparison) -> str | None:
    """How well the ramp rules of the contracts were kept; None where no site has one."""
    sites = comparison.study.fleet.sites
    if all(site.contract.ramp_max_kw_per_min is None for site in sites):
        return None
    said = ", ".join(
        f"{item.policy} {item.steep_steps:,} (at most {item.steepest_kw_per_min:,.1f} kW per minute)"
        for item in comparison.settlements
    )
    return f"Steps in which a site changed faster than its ramp rule: {said}."


def document_of(comparison: Comparison, report: str) -> dict[str, Any]:
    """runs, one object a policy in the order they ran; capture_ratio; what a reader must know.

    Of each run: plans, how they were made and the largest gap of any; certificate, its cost beside what no policy can
    fall below; energy_by_site_and_class_kwh, at the racks, with
    parked machines, cooling and losses; linear_view, how far a plan's lines were off each building; jobs_by_class,
    promises, delay and compute served; exposure_by_data_set, moves
    and exposure by class, home and sensitivity; routes, where requests went and why.
    calls: what became of each call of the grid; responses: of each limit on how fast power moves, where one is stated.
    capacity_by_site: where sites may offer capacity to the grid; nodes_at_rest: where pools say how they rest;
    gensets_by_site: where sites have generators; plants_by_site: where they have plants that are told what to make;
    water_by_site: where they have reservoirs.
    bound_total_cost: no policy can cost less; null where perfect foresight did not run or none was found.
    """
    study = comparison.study
    return {
        "case": study.name,
        "start": study.timeline.start.isoformat(),
        "end": study.timeline.end.isoformat(),
        "currency": study.currency,
        "reference": comparison.settlements[0].policy,
        "carbon_price_per_t": study.objective.carbon_price_per_t,
        "forecaster": study.cadence.forecaster,
        "sites": [
            {"name": site.name, "zone": site.zone, "clock": site.clock}
            for site in study.fleet.sites
        ],
        "runs": [
            _run(comparison, settlement, course)
            for settlement, course in zip(comparison.settlements, comparison.courses, strict=True)
        ],
        "services": [service.name for service in study.services],
        "capture_ratio": comparison.capture_ratio,
        "bound_total_cost": comparison.bound,
        "report": report,
        "attribution": ATTRIBUTION,
        "marginal": marginal_of(comparison),
        "notes": [
            note
            for note in (
                steep_of(comparison),
                not_held_of(comparison),
                rest_of(comparison),
                gensets_said(comparison),
                plants_said(comparison),
                water_said(comparison),
                *calls_said(comparison),
                *responses_said(comparison),
                *proofs_said(comparison.courses, study.currency),
                *unspread_of(comparison.courses),
                *study.notes,
            )
            if note
        ],
    }


def capacity_by_site(settlement: Settlement) -> dict[str, dict[str, float]]:
    """What each site with offers earned by them, in money, and offered and did not hold, kilowatts times hours."""
    return {site: asdict(capacity) for site, capacity in settlement.capacity}


def not_held_of(comparison: Comparison) -> str | None:
    """How much of the capacity offered to the grid was not there; None where no site may offer any."""
    if not comparison.study.fleet.products:
        return None
    said = ", ".join(
        f"{item.policy} {sum(one.not_held_kw_h for _, one in item.capacity):,.1f} of "
        f"{sum(one.offered_kw_h for _, one in item.capacity):,.0f} kW h"
        for item in comparison.settlements
    )
    return f"Capacity offered to the grid and not held: {said}."


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


def _run(comparison: Comparison, settlement: Settlement, course: Course) -> dict[str, Any]:
    study = comparison.study
    knowledge = "true" if settlement.policy == "perfect-foresight" else str(study.length_knowledge)
    promises = settlement.promises
    rest = nodes_at_rest(study, course)
    return {
        "policy": settlement.policy,
        "plans": plans_of(course),
        "certificate": proof_of(comparison, settlement),
        "energy_kwh": settlement.energy_kwh,
        "energy_cost": settlement.energy_cost,
        "total_cost": settlement.total_cost,
        "currency": study.currency,
        "emissions_average_kg": _known(settlement.emissions_average_kg),
        "emissions_marginal_kg": _known(settlement.emissions_marginal_kg),
        "steep_steps": settlement.steep_steps,
        "curtailment_absorbed_kwh": settlement.curtailment_absorbed_kwh,
        "promised": promises.promised,
        "missed_deadlines": promises.missed_deadlines,
        "jobs": promises.asked,
        "late_unpromised": promises.late_unpromised,
        "missed_by_cause": {cause.name.lower(): count for cause, count in promises.missed.items()},
        "jobs_done": promises.done,
        "latency_p50_s": settlement.latency_p50_s,
        "latency_p95_s": settlement.latency_p95_s,
        "requests_slower": settlement.requests_slower,
        "length_knowledge": knowledge,
        "cost_parts": dict(settlement.parts),
        **({"capacity_by_site": capacity_by_site(settlement)} if settlement.capacity else {}),
        **({"calls": calls_of(settlement)} if settlement.calls else {}),
        **({"responses": responses_of(settlement)} if settlement.responses else {}),
        **({"nodes_at_rest": asdict(rest)} if rest else {}),
        **({"gensets_by_site": gensets_by_site(settlement)} if settlement.gensets else {}),
        **({"plants_by_site": plants_by_site(settlement)} if settlement.plants else {}),
        **({"water_by_site": water} if (water := water_by_site(study, course)) else {}),
        "energy_by_site_kwh": dict(
            zip(
                [site.name for site in study.fleet.sites],
                settlement.energy_by_site_kwh,
                strict=True,
            )
        ),
        "energy_by_class_kwh": dict(settlement.energy_by_class_kwh),
        "energy_by_site_and_class_kwh": energy_by_site_kwh(study, course),
        "linear_view": [asdict(one) for one in settlement.linear_view],
        "renewable_used_kwh": settlement.renewable_used_kwh,
        "accelerator_h_done": settlement.accelerator_h_done,
        "accelerator_h_lost": settlement.accelerator_h_lost,
        "requests_answered": settlement.requests_answered,
        "requests_refused": settlement.requests_refused,
        "mean_wait_h": settlement.mean_wait_h,
        "jobs_by_class": [asdict(item) for item in classes_done(study, course)],
        "moves": settlement.moves,
        "exposure": settlement.exposure,
        "exposure_by_data_set": [asdict(item) for item in data_sets(study, course)],
        "routes": [asdict(route) for route in routes_of(study, course, comparison.courses[0])],
    }
