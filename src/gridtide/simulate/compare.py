"""Several policies through one study, settled by the same rules against one reference."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.loop.mandate import Policy
from gridtide.settle.capture import capture_ratio
from gridtide.settle.curtailment import absorbed_kwh
from gridtide.simulate.bound import bound_of
from gridtide.simulate.calls import has_calls, unheard_course
from gridtide.simulate.course import Course, Progress, run_course
from gridtide.simulate.policies import PERFECT
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth, truth_of
from gridtide.trust.record import Store


@dataclass(frozen=True, kw_only=True, eq=False)
class Entrant:
    """One policy of a comparison: how it decides, what forecasts it sees, and where it writes."""

    policy: Policy
    forecaster: str
    study: Study
    store: Store


@dataclass(frozen=True, kw_only=True, eq=False)
class Comparison:
    """Courses and settlements by policy, in the order they ran; the reference is the first.

    capture_ratio: share of the possible saving that the coordinated policy took, None for n/a.
    bound: a lower bound on the total cost of any policy, None where none was found.
    """

    study: Study
    truth: Truth
    courses: tuple[Course, ...]
    settlements: tuple[Settlement, ...]
    capture_ratio: float | None
    bound: float | None

    def of(self, policy: str) -> Settlement | None:
        """The settlement of one policy, None when it did not run."""
        for settlement in self.settlements:
            if settlement.policy == policy:
                return settlement
        return None


def compare(
    study: Study,
    entrants: tuple[Entrant, ...],
    announce: Callable[[str], Progress],
) -> Comparison:
    """Run every entrant on the same truth. The first one is the reference.

    A bound is looked for when perfect foresight runs.
    """
    truth = truth_of(study)
    courses = tuple(_taken(entrant, truth, announce) for entrant in entrants)
    reference = courses[0]
    names = [entrant.policy.name for entrant in entrants]
    settlements = tuple(
        settle(study, truth, course, absorbed_by(study, truth, course, reference))
        for course in courses
    )
    return Comparison(
        study=study,
        truth=truth,
        courses=courses,
        settlements=settlements,
        capture_ratio=_capture(settlements),
        bound=bound_of(study, truth) if PERFECT in names else None,
    )


def _taken(entrant: Entrant, truth: Truth, announce: Callable[[str], Progress]) -> Course:
    """The course of an entrant; where calls of the grid ask for an answer, with what it had drawn without them."""
    study, policy, sees = entrant.study, entrant.policy, entrant.forecaster
    course = run_course(study, truth, policy, sees, entrant.store, announce(policy.name))
    if not has_calls(study):
        return course
    title = f"{policy.name} without calls"
    unheard = unheard_course(study, truth, policy, sees, announce(title))
    return replace(course, without_calls=unheard.telemetry)


def absorbed_by(study: Study, truth: Truth, course: Course, reference: Course) -> float:
    """Curtailed energy absorbed over all constrained zones, kWh."""
    hours = study.timeline.hours
    zones = sorted({site.curtailment_zone for site in study.fleet.sites if site.curtailment_zone})
    total = 0.0
    for zone in zones:
        members = np.asarray([site.curtailment_zone == zone for site in study.fleet.sites])
        curtailed_kwh = truth.curtailment_kw[int(np.argmax(members))] * hours
        total += absorbed_kwh(
            curtailed_kwh, _drawn_kwh(course, members, hours), _drawn_kwh(reference, members, hours)
        )
    return total


def _drawn_kwh(
    course: Course, members: NDArray[np.bool_], hours: NDArray[np.float64]
) -> NDArray[np.float64]:
    drawn: NDArray[np.float64] = (course.telemetry.import_kw[members] * hours).sum(axis=0)
    return drawn


def _capture(settlements: tuple[Settlement, ...]) -> float | None:
    """Perfect is the better of the coordinated course on the truth and the policy itself."""
    costs = {settlement.policy: settlement.total_cost for settlement in settlements}
    if PERFECT not in costs or "coordinated" not in costs:
        return None
    reference, policy = settlements[0].total_cost, costs["coordinated"]
    return capture_ratio([reference], [policy], [min(costs[PERFECT], policy)])
