"""What the plans of a course said the meters would see, beside what they saw."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.fleet.fleet import Fleet
from gridtide.loop.mandate import Policy
from gridtide.simulate.course import Course
from gridtide.simulate.study import Study

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Watched:
    """A policy whose plans are kept, each with its situation. blind: it is not told that nodes rest."""

    policy: Policy
    blind: bool = False
    plans: list[Plan] = field(default_factory=list)

    @property
    def name(self) -> str:
        """That of the policy."""
        return self.policy.name

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """As the policy decides."""
        if self.blind:
            situation = replace(situation, fleet=awake_at_once(situation.fleet))
        made, dispatch = self.policy.decide(plan, situation, held, due)
        if made is not None and (not self.plans or made is not self.plans[-1]):
            self.plans.append(made)
        return made, dispatch


@dataclass(frozen=True, kw_only=True)
class PlannedPower:
    """cvrmse, bias: of what the newest plan said beside the meters of all sites, shares of their mean."""

    cvrmse: float
    bias: float


def planned_power(study: Study, course: Course, plans: list[Plan]) -> PlannedPower:
    """Facility power of every step as the newest plan had it, beside the meter. Needs a plan for each step."""
    starts_s = study.timeline.starts_s
    planned = np.full(course.telemetry.facility_kw.shape, np.nan)
    for plan in plans:
        here = np.isin(starts_s, plan.horizon.starts_s)
        planned[:, here] = plan.facility_kw[:, : int(here.sum())]
    off_kw = (planned - course.telemetry.facility_kw).sum(axis=0)
    mean_kw = float(course.telemetry.facility_kw.sum(axis=0).mean())
    return PlannedPower(
        cvrmse=float(np.sqrt(np.mean(off_kw**2))) / mean_kw, bias=float(off_kw.mean()) / mean_kw
    )


def awake_at_once(fleet: Fleet) -> Fleet:
    """The fleet as a plan takes it that knows of no rest."""
    sites = tuple(
        replace(site, pools=tuple(replace(pool, parking=None) for pool in site.pools))
        for site in fleet.sites
    )
    return replace(fleet, sites=sites)
