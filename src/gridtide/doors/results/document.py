"""The JSON document of a comparison: keys are a contract."""

import math
from dataclasses import asdict
from typing import Any

from gridtide.doors.results.breakdown import classes_done, data_sets, energy_by_site_kwh
from gridtide.doors.results.routes import routes_of
from gridtide.settle.carbon import ATTRIBUTION
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import Settlement

MARGINAL = "Marginal carbon: not available in this case."


def document_of(comparison: Comparison, report: str) -> dict[str, Any]:
    """runs, one object a policy in the order they ran; capture_ratio; what a reader must know.

    Of each run: energy_by_site_and_class_kwh, at the racks, with parked machines, cooling and losses;
    jobs_by_class, promises, delay and compute served; exposure_by_data_set, moves and exposure by class, home and
    sensitivity; routes, where requests went and why.
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
        "marginal": MARGINAL,
        "notes": list(study.notes),
    }


def _run(comparison: Comparison, settlement: Settlement, course: Course) -> dict[str, Any]:
    study = comparison.study
    knowledge = "true" if settlement.policy == "perfect-foresight" else str(study.length_knowledge)
    emissions = settlement.emissions_average_kg
    promises = settlement.promises
    return {
        "policy": settlement.policy,
        "energy_kwh": settlement.energy_kwh,
        "energy_cost": settlement.energy_cost,
        "total_cost": settlement.total_cost,
        "currency": study.currency,
        "emissions_average_kg": None if math.isnan(emissions) else emissions,
        "emissions_marginal_kg": None,
        "curtailment_absorbed_kwh": settlement.curtailment_absorbed_kwh,
        "promised": promises.promised,
        "missed_deadlines": promises.missed_deadlines,
        "jobs": promises.asked,
        "late_unpromised": promises.late_unpromised,
        "missed_by_cause": {cause.name.lower(): count for cause, count in promises.missed.items()},
        "jobs_done": promises.done,
        "latency_p50_s": settlement.latency_p50_s,
        "latency_p95_s": settlement.latency_p95_s,
        "length_knowledge": knowledge,
        "cost_parts": dict(settlement.parts),
        "energy_by_site_kwh": dict(
            zip(
                [site.name for site in study.fleet.sites],
                settlement.energy_by_site_kwh,
                strict=True,
            )
        ),
        "energy_by_class_kwh": dict(settlement.energy_by_class_kwh),
        "energy_by_site_and_class_kwh": energy_by_site_kwh(study, course),
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
