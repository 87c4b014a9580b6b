"""Why there is no plan: what stands against what even with all that may wait or be refused left out."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.answer import conflict_in
from gridtide.decide.conflict.promises_and_limits import PlanProgram, elastic_plans
from gridtide.decide.conflict.trying import NothingHolds
from gridtide.decide.conflict.wording import findings_of
from gridtide.decide.program import Solution
from gridtide.decide.situation import Situation
from gridtide.finding import Finding, Infeasible
from gridtide.timeline import instant

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
LACKING_KW = 1e-3
"""Power that cannot be had above which there is no plan."""


def has_no_plan(programs: Sequence[PlanProgram], solution: Solution) -> bool:
    """Whether nothing holds, or only with power that cannot be had. programs: the plans in one matrix."""
    if not solution.feasible:
        return True
    return bool(_shortfall_kw(programs, solution).max(initial=0.0) > LACKING_KW)


def refusal_of(programs: Sequence[PlanProgram], solution: Solution) -> list[Finding]:
    """The conflict by name with its ways out; the power that is lacking, where no promise or limit is to blame."""
    situation = programs[0].situation
    try:
        conflict = conflict_in(elastic_plans(programs, soft_promises=False), situation.horizon)
    except NothingHolds:
        conflict = None
    if conflict is not None:
        return findings_of(conflict)
    if solution.feasible:
        return lacking(situation, _shortfall_kw(programs, solution))
    return [nothing_holds(situation, solution)]


def _shortfall_kw(programs: Sequence[PlanProgram], solution: Solution) -> Real:
    """The most that a site lacks in any of the plans, (S, T)."""
    found = [solution.values[program.columns.shortfall] for program in programs]
    return np.asarray(np.max(found, axis=0))


def refuse_where_power_lacks(situation: Situation, solution: Solution, shortfall: Whole) -> None:
    """Raises Infeasible where nothing holds or power lacks. shortfall: columns of power that cannot be had, (S, T)."""
    if not solution.feasible:
        raise Infeasible([nothing_holds(situation, solution)])
    found = lacking(situation, solution.values[shortfall])
    if found:
        raise Infeasible(found)


def nothing_holds(situation: Situation, solution: Solution) -> Finding:
    """That no quantities hold together, where no promise or limit is to blame by name."""
    return Finding(
        subject=f"plan of {situation.as_of:%Y-%m-%d %H:%M} UTC",
        value=f"the program is {solution.status}",
        limit="quantities that can hold together, whatever is promised and allowed",
        mend="Check what was measured: the store's content and the jobs that run against the machines.",
    )


def lacking(situation: Situation, lacking_kw: Real) -> list[Finding]:
    """A finding for each site that cannot get all it needs. lacking_kw: (S, T)."""
    found = []
    for index, site in enumerate(situation.fleet.sites):
        step = int(np.argmax(lacking_kw[index]))
        if lacking_kw[index, step] > LACKING_KW:
            found.append(
                Finding(
                    subject=f"{site.name} at {instant(situation.horizon.starts_s[step]):%Y-%m-%d %H:%M} UTC",
                    value=f"{lacking_kw[index, step]:,.3f} kW more than it can get",
                    limit=f"import_max_kw {site.contract.import_max_kw:,.0f} with what it makes and stores",
                    mend="Raise the import limit, add storage, or keep less work at this site.",
                )
            )
    return found
