"""The decisions a report tells: those that saved most, of as many kinds as there are."""

from typing import Any

import numpy as np

from gridtide.decide.dispatch import Binding, Reason
from gridtide.doors.results.names import accelerators_told, place_names, resized, slower_name
from gridtide.doors.results.price_basis import Basis, CarbonBasis, basis_of, carbon_of
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.timeline import instant
from gridtide.trust.explain import (
    CarbonWeighed,
    PriceBasis,
    Weighed,
    basis,
    because,
    carbon_words,
    limit,
)

DECISIONS_SHOWN = 10
OF_ONE_KIND = 2
RULE = (
    "The decisions expected to save most against running at once at home, one a job, and at most"
    f" {OF_ONE_KIND} with the same class, reason and binding limit while there are others."
)


def decisions_of(study: Study, truth: Truth, shown: Course) -> list[dict[str, Any]]:
    """At most DECISIONS_SHOWN decisions with what they weighed, the one that saved most first."""
    why = shown.reasons
    saving = why.cost_at_once - why.cost
    saving = np.where(np.isfinite(saving), saving, 0.0)
    rows = telling(study, shown, saving)
    names = [*place_names(study), ""]
    price, carbon = basis_of(study, why), carbon_of(study, truth, why)
    return [
        _decision(study, shown, row, weighed_at(study, shown, row, names, price, carbon))
        for row in rows
    ]


def telling(
    study: Study, shown: Course, saving: np.ndarray[Any, np.dtype[np.float64]]
) -> list[int]:
    """Rows of the reasons by RULE."""
    why = shown.reasons
    best = [int(row) for row in np.argsort(-saving, kind="stable") if saving[row] > 0]
    kinds: dict[tuple[int, int, int], int] = {}
    first: list[int] = []
    later: list[int] = []
    told: set[int] = set()
    for row in best:
        job = int(why.job[row])
        if job in told:
            continue
        told.add(job)
        kind = (int(study.jobs.work_class[job]), int(why.reason[row]), int(why.binding[row]))
        kinds[kind] = kinds.get(kind, 0) + 1
        (first if kinds[kind] <= OF_ONE_KIND else later).append(row)
        if len(first) == DECISIONS_SHOWN:
            break
    chosen = [*first, *later][:DECISIONS_SHOWN]
    return sorted(chosen, key=lambda row: -saving[row])


def _decision(study: Study, shown: Course, row: int, weighed: Weighed) -> dict[str, Any]:
    job = int(shown.reasons.job[row])
    return {
        "when": int(shown.reasons.as_of_s[row]),
        "clock": weighed.clock,
        "job": weighed.job,
        "class": study.jobs.classes[study.jobs.work_class[job]].name,
        "accelerators": int(study.jobs.accelerators[job]),
        "home": weighed.home,
        "place": weighed.place,
        "start": int(shown.reasons.start_s[row]),
        "because": because(weighed),
        "limit": limit(weighed),
        "carbon": carbon_words(weighed),
        "basis": basis(weighed.price, weighed.as_of, weighed.clock) if weighed.price else "",
        "cost": weighed.cost,
        "cost_at_once": weighed.cost_at_once,
        "alternative": weighed.alternative,
        "alternative_cost": weighed.alternative_cost,
    }


def weighed_at(
    study: Study, shown: Course, row: int, names: list[str], price: Basis, carbon: CarbonBasis
) -> Weighed:
    """One row of a course's reasons, ready to be said on the clock of the job's home."""
    why, jobs = shown.reasons, study.jobs
    job = int(why.job[row])
    other = float(why.alternative_cost[row])
    dated = int(jobs.deadline_s[job]) < NO_DEADLINE_S
    slack_s = int(jobs.deadline_s[job]) - int(jobs.release_s[job]) - int(jobs.declared_s[job])
    issued_s = int(price.issued_s[row])
    return Weighed(
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
        alternative_cost=other if np.isfinite(other) else None,
        slack_h=slack_s / 3600.0 if dated else None,
        currency=study.currency,
        issue=instant(why.issue_s[row]),
        clock=study.fleet.sites[study.fleet.places[jobs.home[job]].site].clock,
        deadline=instant(jobs.deadline_s[job]) if dated else None,
        price=PriceBasis(
            source=price.source[row],
            issued=instant(issued_s) if issued_s >= 0 else None,
            published=bool(price.published[row]),
        ),
        accelerators=_resized(study, job, int(why.place[row]), int(why.point[row])),
        point=slower_name(study, int(why.place[row]), int(why.point[row])),
        carbon=CarbonWeighed(
            price_per_t=study.objective.carbon_price_per_t,
            there_g_per_kwh=float(carbon.there_g_per_kwh[row]),
            home_g_per_kwh=float(carbon.home_g_per_kwh[row]),
        )
        if study.objective.carbon_price_per_t > 0.0
        else None,
    )


def _resized(study: Study, job: int, place: int, point: int) -> tuple[int, int] | None:
    told = accelerators_told(study, np.asarray([job]), np.asarray([place]), np.asarray([point]))
    gang = int(study.jobs.accelerators[job])
    return resized(int(told["accelerators"][0]), gang) if told else None
