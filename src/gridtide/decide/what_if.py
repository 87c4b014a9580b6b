"""What would the plan cost with one thing changed, and how does that sit beside the price of the thing?

The plan is solved again, there and, where there is an opposite, the other way. The cost of a plan is convex in a
limit and concave in a price; so the price of the thing lies between the differences on its two sides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gridtide.decide.plan_again import NOBODY, Solved, Task, first_order, solved
from gridtide.finding import Finding, Infeasible

STRAY = 1e-9
"""Share of a plan's cost up to which sums in double precision may stray."""


class Bend(StrEnum):
    """How the cost of the best plan bends along a change."""

    UP = "limit"
    DOWN = "price"
    NONE = "site"


@dataclass(frozen=True, kw_only=True, eq=False)
class Change:
    """One thing changed, in words, by `amount` of `unit`, and the same amount the other way where that can be."""

    what: str
    amount: float
    unit: str
    bend: Bend
    task: Task
    opposite_what: str = ""
    opposite: Task | None = None


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Where the plan runs a job: its share of the work at a place, between two seconds since 1970."""

    place: int
    share: float
    start_s: int
    end_s: int


@dataclass(frozen=True, kw_only=True)
class Side:
    """What a change costs on one side; money, negative where it saves.

    cost: difference of the two plans. least, most: proved of it by the bounds of both. at_the_margin: what
    the prices of the plan as it is say of the whole step; None where the change has no price. stays, later,
    lost: where the job set apart would run, and shares of its work left for later and not done.
    refused: why no plan holds; then the numbers are None.
    """

    what: str
    cost: float | None = None
    least: float | None = None
    most: float | None = None
    at_the_margin: float | None = None
    stays: tuple[Stay, ...] = ()
    later: float = 0.0
    lost: float = 0.0
    refused: tuple[Finding, ...] = ()

    @property
    def tolerance(self) -> float | None:
        """Width of what is proved, in money; None where no plan holds."""
        return None if self.least is None or self.most is None else self.most - self.least


@dataclass(frozen=True, kw_only=True)
class WhatIf:
    """A change as asked and, where there is one, its opposite."""

    amount: float
    unit: str
    bend: Bend
    asked: Side
    opposite: Side | None


def what_if(base: Solved, change: Change) -> WhatIf:
    """Solves the plan with the change, and the other way where that can be."""
    opposite = None
    if change.opposite is not None:
        opposite = _side(base, change.opposite, change.opposite_what, change.bend)
    return WhatIf(
        amount=change.amount,
        unit=change.unit,
        bend=change.bend,
        asked=_side(base, change.task, change.what, change.bend),
        opposite=opposite,
    )


def _side(base: Solved, task: Task, what: str, bend: Bend) -> Side:
    margin = None if bend is Bend.NONE else first_order(base, task)
    try:
        other = solved(task)
    except Infeasible as error:
        return Side(what=what, at_the_margin=margin, refused=error.findings)
    later, lost = left_over(other)
    stray = STRAY * (abs(base.cost) + abs(other.cost))
    return Side(
        what=what,
        cost=other.cost - base.cost,
        least=other.lower_bound - base.cost - stray,
        most=other.cost - base.lower_bound + stray,
        at_the_margin=margin,
        stays=stays_of(other),
        later=later,
        lost=lost,
    )


def holds_between(side: Side, bend: Bend) -> bool:
    """Whether a difference stands on the side of its price that the bend of the cost asks for."""
    if side.least is None or side.most is None or side.at_the_margin is None:
        return True
    if bend is Bend.DOWN:
        return side.least <= side.at_the_margin
    return side.most >= side.at_the_margin


def stays_of(plan: Solved) -> tuple[Stay, ...]:
    """Where and when the plan runs the job set apart, most of it first."""
    if plan.task.bucket == NOBODY:
        return ()
    columns, horizon = plan.columns, plan.task.situation.horizon
    own = columns.bucket == plan.task.bucket
    pace = plan.task.facts.menu.pace[columns.entry[own]]
    work_h = plan.solution.values[columns.work[own]] * horizon.hours[columns.step[own]] * pace
    whole_h = _own_work_h(plan)
    found = []
    for place in np.unique(columns.place[own]):
        here = columns.place[own] == place
        used = here & (work_h > max(1e-6, plan.solution.blur) * whole_h)
        if used.any() and whole_h > 0.0:
            steps = columns.step[own][used]
            found.append(
                Stay(
                    place=int(place),
                    share=float(work_h[here].sum() / whole_h),
                    start_s=int(horizon.starts_s[steps.min()]),
                    end_s=int(horizon.ends_s[steps.max()]),
                )
            )
    return tuple(sorted(found, key=lambda stay: (-stay.share, stay.place)))


def left_over(plan: Solved) -> tuple[float, float]:
    """Shares of the job's work that the plan leaves for later, and does not do."""
    bucket, whole_h = plan.task.bucket, _own_work_h(plan)
    if bucket == NOBODY or whole_h <= 0.0:
        return 0.0, 0.0
    x, columns = plan.solution.values, plan.columns
    return float(x[columns.later[bucket]] / whole_h), float(x[columns.undone[bucket]] / whole_h)


def _own_work_h(plan: Solved) -> float:
    bucket = plan.task.bucket
    return 0.0 if bucket == NOBODY else float(plan.task.facts.buckets.work_h[bucket])


def answers(base: Solved, changes: Sequence[Change]) -> tuple[WhatIf, ...]:
    """Each change by itself, in the order asked."""
    return tuple(what_if(base, change) for change in changes)
