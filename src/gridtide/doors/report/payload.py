"""What the report page is given: plain lists and numbers, long series thinned to what a screen shows."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Binding, Reason
from gridtide.doors.results.folder import place_names
from gridtide.settle.carbon import ATTRIBUTION
from gridtide.signals.forecaster import forecaster_named
from gridtide.signals.signal import Kind
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study
from gridtide.timeline import instant
from gridtide.trust.explain import Weighed, alternatives, sentence

STEPS_MAX = 3000
JOBS_SHOWN = 40
DECISIONS_SHOWN = 10
Real = NDArray[np.float64]


def payload_of(comparison: Comparison, document: dict[str, Any]) -> dict[str, Any]:
    """Everything the page shows. Steps beyond STEPS_MAX are averaged in blocks, so energy stays."""
    study = comparison.study
    shown = _shown(comparison)
    block = -(-len(study.timeline) // STEPS_MAX)
    starts = study.timeline.starts_s[::block]
    notes = [ATTRIBUTION, "Marginal carbon: not available in this case.", *study.notes]
    if block > 1:
        notes.append(f"Curves show means of {block} steps each; their energy is kept.")
    return {
        "case": study.name,
        "headline": _headline(comparison),
        "clock": study.fleet.sites[0].clock,
        "currency": study.currency,
        "forecaster": study.cadence.forecaster,
        "starts": starts.tolist(),
        "end": int(study.timeline.edges_s[-1]),
        "policies": document["runs"],
        "capture_ratio": document["capture_ratio"],
        "bound_total_cost": document["bound_total_cost"],
        "sites": [
            _site(comparison, shown, index, block) for index in range(len(study.fleet.sites))
        ],
        "jobs": _jobs(study, shown),
        "forecasts": _forecasts(comparison, block),
        "decisions": _decisions(study, shown),
        "notes": notes,
        "sources": _sources(study),
    }


def _shown(comparison: Comparison) -> Course:
    """The coordinated course, or the last one where it did not run."""
    for course in comparison.courses:
        if course.policy == "coordinated":
            return course
    return comparison.courses[-1]


def _headline(comparison: Comparison) -> str:
    reference = comparison.settlements[0]
    shown = comparison.of("coordinated") or comparison.settlements[-1]
    saved = reference.total_cost - shown.total_cost
    missed = shown.promises.missed_deadlines
    kept = (
        "no promised deadline was missed"
        if not missed
        else f"{missed} promised deadlines were missed"
    )
    share = "" if reference.total_cost == 0 else f" ({saved / abs(reference.total_cost):.0%})"
    verb = "saves" if saved >= 0 else "costs"
    return (
        f"The {shown.policy} policy {verb} {abs(saved):,.0f} {comparison.study.currency}{share} "
        f"against {reference.policy}; {kept}."
    )


def _thin(values: Real, block: int) -> list[float | None]:
    """Means over blocks, rounded for the screen; unknown is null."""
    if block > 1:
        whole = len(values) - len(values) % block
        parts = [values[:whole].reshape(-1, block).mean(axis=1)]
        if whole < len(values):
            parts.append(np.asarray([values[whole:].mean()]))
        values = np.concatenate(parts)
    return [None if np.isnan(value) else round(float(value), 3) for value in values]


def _site(comparison: Comparison, shown: Course, index: int, block: int) -> dict[str, Any]:
    study, truth = comparison.study, comparison.truth
    site, seen = study.fleet.sites[index], shown.telemetry
    classes = {
        kind.name: seen.class_kw[number, index] for number, kind in enumerate(study.jobs.classes)
    }
    classes |= {
        service.name: seen.service_kw[number, index]
        for number, service in enumerate(study.services)
    }
    used = sum(classes.values(), np.zeros(len(study.timeline)))
    classes["parked machines"] = seen.it_kw[index] - used
    classes["building"] = seen.facility_kw[index] - seen.it_kw[index]
    carbon = truth.carbon_average_g_per_kwh[index]
    return {
        "name": site.name,
        "zone": site.zone,
        "clock": site.clock,
        "power_by_class_kw": {
            name: _thin(values, block) for name, values in classes.items() if values.any()
        },
        "import_kw": _thin(seen.import_kw[index], block),
        "reference_import_kw": _thin(comparison.courses[0].telemetry.import_kw[index], block),
        "import_max_kw": site.contract.import_max_kw,
        "price_per_mwh": _thin(truth.price_per_mwh[index], block),
        "carbon_average_g_per_kwh": None if np.isnan(carbon).all() else _thin(carbon, block),
        "curtailment_kw": _thin(truth.curtailment_kw[index], block)
        if site.curtailment_zone
        else None,
        "battery": {
            "energy_kwh": site.battery.energy_kwh,
            "soc_kwh": _thin(seen.soc_kwh[index], block),
            "charge_kw": _thin(seen.charge_kw[index], block),
            "discharge_kw": _thin(seen.discharge_kw[index], block),
        }
        if site.battery
        else None,
    }


def _jobs(study: Study, shown: Course) -> list[dict[str, Any]]:
    jobs, ran = study.jobs, shown.executed
    site_of = [study.fleet.sites[place.site].name for place in study.fleet.places]
    full_kw = np.asarray([pool.points[0].it_kw_per_accelerator for pool in study.fleet.pools])
    energy = jobs.accelerators * full_kw[jobs.home] * shown.done_s / 3600.0
    largest = np.argsort(-energy, kind="stable")[:JOBS_SHOWN]
    largest = largest[np.argsort(jobs.release_s[largest], kind="stable")]
    rows = []
    for job in largest:
        here = np.flatnonzero(ran.job == job)
        ended = shown.ended_s[job]
        rows.append(
            {
                "name": str(jobs.name[job]),
                "class": jobs.classes[jobs.work_class[job]].name,
                "accelerators": int(jobs.accelerators[job]),
                "release": int(jobs.release_s[job]),
                "deadline": int(min(jobs.deadline_s[job], study.timeline.edges_s[-1])),
                "runs": [
                    [int(ran.start_s[row]), int(ran.end_s[row]), site_of[ran.place[row]]]
                    for row in here
                ],
                "energy_kwh": round(float(energy[job]), 1),
                "promised": bool(shown.promised[job]),
                "met": bool(0 <= ended <= jobs.deadline_s[job]),
            }
        )
    return rows


def _forecasts(comparison: Comparison, block: int) -> list[dict[str, Any]]:
    """Price and supply of each site as the forecaster would have said them a day before."""
    study = comparison.study
    forecast = forecaster_named(study.cadence.forecaster)
    found = []
    for index, site in enumerate(study.fleet.sites):
        expected = np.full(len(study.timeline), np.nan)
        for first in range(0, len(study.timeline), 96):
            part = slice(first, min(first + 96, len(study.timeline)))
            edges = study.timeline.edges_s[part.start : part.stop + 1]
            day = study.timeline.between(instant(edges[0]), instant(edges[-1]))
            as_of = instant(edges[0] - 86_400)
            expected[part] = forecast(study.history, Kind.PRICE, site.zone, day, as_of).values
        found.append(
            {
                "title": f"Price of {site.zone}",
                "unit": f"{study.currency}/MWh",
                "clock": site.clock,
                "truth": _thin(comparison.truth.price_per_mwh[index], block),
                "expected": _thin(expected, block),
            }
        )
    return found


def _decisions(study: Study, shown: Course) -> list[dict[str, Any]]:
    """The decisions that saved most, one a job."""
    why = shown.reasons
    saving = np.nan_to_num(why.cost_at_once - why.cost, nan=0.0)
    names = [*place_names(study), ""]
    chosen: dict[int, int] = {}
    for row in np.argsort(-saving, kind="stable"):
        if saving[row] <= 0 or len(chosen) == DECISIONS_SHOWN:
            break
        chosen.setdefault(int(why.job[row]), int(row))
    return [_decision(study, shown, row, names, float(saving[row])) for row in chosen.values()]


def _decision(
    study: Study, shown: Course, row: int, names: list[str], saving: float
) -> dict[str, Any]:
    why, jobs = shown.reasons, study.jobs
    job = int(why.job[row])
    other = float(why.alternative_cost[row])
    slack_s = jobs.deadline_s[job] - jobs.release_s[job] - jobs.declared_s[job]
    weighed = Weighed(
        job=str(jobs.name[job]),
        as_of=instant(why.as_of_s[row]),
        reason=Reason(why.reason[row]),
        binding=Binding(why.binding[row]),
        place=names[why.place[row]],
        home=names[jobs.home[job]],
        start=instant(why.start_s[row]) if why.start_s[row] >= 0 else None,
        cost=float(why.cost[row]),
        cost_at_once=float(why.cost_at_once[row]),
        alternative=names[why.alternative_place[row]],
        alternative_cost=None if np.isnan(other) else other,
        slack_h=float(slack_s) / 3600.0,
        currency=study.currency,
        issue=instant(why.issue_s[row]),
    )
    return {
        "when": int(why.as_of_s[row]),
        "sentence": sentence(weighed),
        "saving": round(saving, 2),
        "alternatives": [
            {"what": what, "cost": round(cost, 2)} for what, cost in alternatives(weighed)
        ],
    }


def _sources(study: Study) -> list[str]:
    return [
        f"{rows.kind} of {rows.zone}: {', '.join(rows.sources)}" for rows in study.history.series
    ]
