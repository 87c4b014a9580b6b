"""[planning] telescope: how many steps of how many minutes a plan takes, the finest first."""

from collections.abc import Iterator
from itertools import pairwise

from gridtide.case.schema import CaseFile, PlanningTable
from gridtide.finding import Finding
from gridtide.timeline import Spans

KEY = "planning.telescope"


def telescope_of(planning: PlanningTable) -> Spans:
    """The spans in seconds; none where the key is not given."""
    return tuple((count, 60 * step_min) for count, step_min in planning.telescope)


def plan_h(planning: PlanningTable) -> float:
    """Hours a plan covers: what the steps of a telescope add up to, or the key plan_h without one."""
    if not planning.telescope:
        return planning.plan_h
    return sum(count * step_min for count, step_min in planning.telescope) / 60.0


def telescope_faults(case: CaseFile) -> Iterator[Finding]:
    """Steps that the course cannot be cut into, that grow finer, or that cover other hours than plan_h."""
    planning, step_min = case.planning, case.case.step_min
    for number, (_, minutes) in enumerate(planning.telescope, start=1):
        if minutes % step_min:
            yield Finding(
                subject=f"{KEY}[{number}]",
                value=f"steps of {minutes} min",
                limit=f"a whole multiple of case.step_min, {step_min} min",
                mend="Write [how many steps, minutes of a step].",
            )
    for number, ((_, before), (_, after)) in enumerate(pairwise(planning.telescope), start=2):
        if after < before:
            yield Finding(
                subject=f"{KEY}[{number}]",
                value=f"steps of {after} min after steps of {before} min",
                limit="steps that never grow finer",
                mend="Put the finest steps first.",
            )
    covered_h = plan_h(planning)
    stated = "plan_h" in planning.model_fields_set
    if planning.telescope and stated and abs(covered_h - planning.plan_h) > 1e-9:
        yield Finding(
            subject="planning.plan_h",
            value=f"{planning.plan_h:g}",
            limit=f"the {covered_h:g} h that the steps of the telescope add up to",
            mend="Leave plan_h out, or correct one of the two.",
        )
