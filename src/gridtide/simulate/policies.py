"""Policies by name: how each plans and dispatches, and what it may know."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.dispatchers.keep_told import KeepTold
from gridtide.decide.dispatchers.price_guided import PriceGuided
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput, Finding
from gridtide.loop.mandate import Policy
from gridtide.simulate.study import LengthKnowledge, Study

PERFECT = "perfect-foresight"


@dataclass(frozen=True, kw_only=True)
class RunAtOnce:
    """Every job where and when it can start first at home; requests at home; stores at rest."""

    name: str = "run-at-once"

    def plan(self, situation: Situation) -> Plan | None:
        """Nothing is planned."""
        return None

    def dispatch(self, plan: Plan | None, situation: Situation, held: Reservations) -> Dispatch:
        """The slots admission found, earliest first."""
        return KeepTold(policy=self.name).dispatch(situation, held)


@dataclass(frozen=True, kw_only=True)
class PlanAndPlace:
    """The coordinated plan, its jobs placed by its prices."""

    planner: Coordinated
    dispatcher: PriceGuided
    name: str = "coordinated"

    def plan(self, situation: Situation) -> Plan:
        """The cheapest plan over the horizon."""
        return replace(self.planner.plan(situation), policy=self.name)

    def dispatch(self, plan: Plan | None, situation: Situation, held: Reservations) -> Dispatch:
        """Jobs in the slots the plan's prices make cheapest."""
        if plan is None:
            raise ValueError(f"{self.name} dispatches by a plan")
        return self.dispatcher.dispatch(plan, situation, held)


Entry = tuple[Policy, str, Study]


def policy_named(name: str, study: Study) -> Entry:
    """A policy, the forecaster it sees, and the study as it may know it. Raises BadInput when unknown."""
    if name not in MAKERS:
        raise BadInput(
            [
                Finding(
                    subject="case.policies",
                    value=repr(name),
                    limit="one of " + ", ".join(MAKERS),
                    mend="Choose one of them.",
                )
            ]
        )
    return MAKERS[name](study)


def _run_at_once(study: Study) -> Entry:
    return RunAtOnce(), study.cadence.forecaster, _at_home(study)


def _coordinated(study: Study) -> Entry:
    return _plan_and_place(study, "coordinated"), study.cadence.forecaster, study


def _perfect(study: Study) -> Entry:
    """All signals and true run times known; arrivals still come one by one."""
    jobs = replace(study.jobs, expected_s=np.minimum(study.true_s, study.jobs.declared_s))
    whole_h = float(study.timeline.hours.sum())
    knowing = replace(
        study,
        jobs=jobs,
        length_knowledge=LengthKnowledge.TRUE,
        cadence=replace(study.cadence, plan_h=min(whole_h, 2 * study.cadence.plan_h)),
    )
    return _plan_and_place(study, PERFECT), "perfect-foresight", knowing


def _plan_and_place(study: Study, name: str) -> PlanAndPlace:
    return PlanAndPlace(
        planner=Coordinated(objective=study.objective),
        dispatcher=PriceGuided(objective=study.objective),
        name=name,
    )


def _at_home(study: Study) -> Study:
    """The study in which no job may leave the site it came to."""
    site = study.fleet.site_of_place
    stays = site[study.jobs.home][:, None] == site[None, :]
    return replace(study, jobs=replace(study.jobs, allowed=study.jobs.allowed & stays))


MAKERS: dict[str, Callable[[Study], Entry]] = {
    "run-at-once": _run_at_once,
    "coordinated": _coordinated,
    PERFECT: _perfect,
}
