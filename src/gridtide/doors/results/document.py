"""The JSON document of a comparison: keys are a contract."""

import math
from typing import Any

from gridtide.settle.carbon import ATTRIBUTION
from gridtide.simulate.compare import Comparison
from gridtide.simulate.settlement import Settlement


def document_of(comparison: Comparison, report: str) -> dict[str, Any]:
    """runs, one object a policy in the order they ran; capture_ratio; what a reader must know.

    bound_total_cost: no policy can cost less; null where perfect foresight did not run or none was found.
    """
    study = comparison.study
    return {
        "case": study.name,
        "start": study.timeline.start.isoformat(),
        "end": study.timeline.end.isoformat(),
        "runs": [_run(comparison, settlement) for settlement in comparison.settlements],
        "services": [service.name for service in study.services],
        "capture_ratio": comparison.capture_ratio,
        "bound_total_cost": comparison.bound,
        "report": report,
        "attribution": ATTRIBUTION,
        "notes": list(study.notes),
    }


def _run(comparison: Comparison, settlement: Settlement) -> dict[str, Any]:
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
        "renewable_used_kwh": settlement.renewable_used_kwh,
        "accelerator_h_done": settlement.accelerator_h_done,
        "requests_refused": settlement.requests_refused,
        "mean_wait_h": settlement.mean_wait_h,
        "moves": settlement.moves,
        "exposure": settlement.exposure,
    }
