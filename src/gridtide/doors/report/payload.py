"""What the report page is given: plain lists and numbers of one comparison."""

from math import isfinite
from typing import Any

from gridtide.doors.report.curves import away_of, forecasts_of, opening_s, site_of, thinning_of
from gridtide.doors.report.decisions import RULE, decisions_of
from gridtide.doors.report.work import at_risk_of, gantt_of, margins_of
from gridtide.doors.results.document import marginal_of
from gridtide.doors.results.notes import told_once
from gridtide.settle.carbon import ATTRIBUTION
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import Settlement
from gridtide.simulate.study import Study

SHOWN = "coordinated"
ROUTES_SHOWN = 60
DATA_SETS_SHOWN = 40
LESS_COMPUTE = 0.001


def payload_of(comparison: Comparison, document: dict[str, Any]) -> dict[str, Any]:
    """Everything the page shows; curves thinned by a stated rule, their energy kept."""
    study = comparison.study
    shown = _shown(comparison)
    block = thinning_of(study)
    return {
        "case": study.name,
        "headline": _headline(comparison, shown),
        "about": _about(study),
        "shown": shown.policy,
        "clock": study.fleet.sites[0].clock,
        "currency": study.currency,
        "forecaster": study.cadence.forecaster,
        "starts": study.timeline.starts_s[:: block.block].tolist(),
        "opening": opening_s(study),
        "end": int(study.timeline.edges_s[-1]),
        "policies": [_told(run, shown.policy) for run in document["runs"]],
        "capture_ratio": document["capture_ratio"],
        "bound_total_cost": document["bound_total_cost"],
        "sites": [
            site_of(comparison, shown, index, block.block)
            for index in range(len(study.fleet.sites))
        ],
        "services": len(study.services),
        "away": away_of(study, shown, block.block),
        "jobs": gantt_of(study, shown),
        "margins": margins_of(study, _margin_courses(comparison, shown)),
        "at_risk": at_risk_of(study, shown),
        "forecasts": forecasts_of(comparison, block.block),
        "decisions": decisions_of(study, comparison.truth, shown),
        "decision_rule": RULE,
        "carbon_notes": [_average(comparison), marginal_of(comparison)],
        "notes": told_once(document["notes"]),
        "thinning": block.note,
        "sources": _sources(study),
    }


def _told(run: dict[str, Any], shown: str) -> dict[str, Any]:
    """A run as the page tells it: routes and data sets of the policy that is shown, the largest of them."""
    if run["policy"] != shown:
        return {
            **run,
            "routes": [],
            "routes_all": 0,
            "exposure_by_data_set": [],
            "data_sets_all": 0,
        }
    routes = run["routes"]
    largest = sorted(range(len(routes)), key=lambda row: -routes[row]["requests"])[:ROUTES_SHOWN]
    return {
        **run,
        "routes": [routes[row] for row in sorted(largest)],
        "routes_all": len(routes),
        "exposure_by_data_set": run["exposure_by_data_set"][:DATA_SETS_SHOWN],
        "data_sets_all": len(run["exposure_by_data_set"]),
    }


def _average(comparison: Comparison) -> str:
    """What kind of carbon the emissions rest on."""
    if any(isfinite(item.emissions_average_kg) for item in comparison.settlements):
        return ATTRIBUTION
    return "Average carbon: not available for every site and step of this case, so no emissions are given."


def _shown(comparison: Comparison) -> Course:
    """The coordinated course, or the last one where it did not run."""
    for course in comparison.courses:
        if course.policy == SHOWN:
            return course
    return comparison.courses[-1]


def _margin_courses(comparison: Comparison, shown: Course) -> list[Course]:
    reference = comparison.courses[0]
    return [reference] if reference is shown else [reference, shown]


def _about(study: Study) -> str:
    """What was studied, in one line."""
    step_s = study.timeline.step_s or 0
    step = f"{step_s // 60} min" if step_s % 60 == 0 else f"{step_s} s"
    parts = [
        _count(len(study.fleet.sites), "site"),
        _count(int(study.fleet.accelerators.sum()), "accelerator"),
        _count(len(study.jobs), "job"),
        _count(len(study.services), "service"),
        f"steps of {step}",
        f"a plan at least every {study.cadence.replan_h:g} h, {study.cadence.plan_h:g} h ahead",
        f"run times as {study.length_knowledge}" if len(study.jobs) else "",
        f"forecasts by {study.cadence.forecaster}",
    ]
    return " · ".join(part for part in parts if part)


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _headline(comparison: Comparison, shown: Course) -> str:
    reference = comparison.settlements[0]
    settled = comparison.of(shown.policy) or comparison.settlements[-1]
    if settled is reference:
        return f"Only {reference.policy} was run, so there is nothing to compare it with."
    saved = reference.total_cost - settled.total_cost
    missed = settled.promises.missed_deadlines
    kept = "no promised deadline was missed"
    if missed:
        kept = f"{missed:,} promised deadline{'s were' if missed > 1 else ' was'} missed"
    if not settled.promises.promised:
        kept = "no deadline was promised"
    share = "" if reference.total_cost == 0 else f" ({abs(saved / reference.total_cost):.1%})"
    money = f"{abs(saved):,.0f} {comparison.study.currency}"
    told = f"saves {money}{share} against {reference.policy}"
    if saved < 0:
        told = f"costs {money} more than {reference.policy}{share}"
    return f"The {settled.policy} policy {told}; {kept}.{_unserved(reference, settled)}"


def _unserved(reference: Settlement, settled: Settlement) -> str:
    """What a saving must not hide: compute or promises that the reference had more of."""
    parts = []
    less_h = reference.accelerator_h_done - settled.accelerator_h_done
    if less_h > LESS_COMPUTE * reference.accelerator_h_done:
        share = less_h / reference.accelerator_h_done
        parts.append(f"served {share:.1%} less compute")
    fewer = reference.promises.promised - settled.promises.promised
    if fewer > 0:
        parts.append(f"promised {fewer:,} fewer deadline{'s' if fewer > 1 else ''}")
    return f" It {' and '.join(parts)}." if parts else ""


def _sources(study: Study) -> list[str]:
    return told_once(
        f"{rows.kind} of {rows.zone}: {', '.join(rows.sources)}" for rows in study.history.series
    )
