"""How the plans of a course were made, and how far from the best they can be at most."""

import math
from collections import Counter
from collections.abc import Iterable
from typing import Any

from gridtide.decide.plan import Certificate
from gridtide.simulate.compare import Comparison
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import Settlement

RUN_AT_ONCE = "run-at-once"
MADE_BY = "plan by "
REASON = "as "
CENT = 0.01
LEAST_SHARE = 1e-6
"""Money and shares below these are told as these."""


def plans_of(course: Course) -> dict[str, Any]:
    """count; methods, how many plans by each, a method that refused with them; the largest gap in its three forms.

    gap: money. gap_of_run_at_once, gap_of_saving: shares, null where no plan has one. All null without a plan, and
    where some plan is not proved at all.
    """
    proofs = course.certificates
    return {
        "count": len(proofs),
        "methods": dict(sorted(Counter(_made_by(proof.method) for proof in proofs).items())),
        "gap": _largest(proof.gap for proof in proofs),
        "gap_of_run_at_once": _largest(proof.gap_of_run_at_once for proof in proofs),
        "gap_of_saving": _largest(proof.gap_of_saving for proof in proofs),
    }


def proof_of(comparison: Comparison, settlement: Settlement) -> dict[str, float | None] | None:
    """Of a whole run: lower_bound on the cost of any policy, cost, and gap in money, as a share of the cost of running
    at once and of the saving still possible, null where there is next to none to divide by. None without a bound.
    """
    if comparison.bound is None:
        return None
    at_once = comparison.of(RUN_AT_ONCE)
    proved = Certificate(
        cost=settlement.total_cost,
        lower_bound=comparison.bound,
        run_at_once_cost=math.nan if at_once is None else at_once.total_cost,
        method="weak duality over the whole course",
    )
    return {
        "lower_bound": proved.lower_bound,
        "cost": proved.cost,
        "gap": proved.gap,
        "gap_of_run_at_once": proved.gap_of_run_at_once,
        "gap_of_saving": proved.gap_of_saving,
    }


def proofs_said(courses: Iterable[Course], currency: str) -> list[str]:
    """A sentence a policy that plans."""
    return [
        _said(course.policy, plans_of(course), currency)
        for course in courses
        if course.certificates
    ]


def _said(policy: str, plans: dict[str, Any], currency: str) -> str:
    count, methods = plans["count"], plans["methods"]
    ways = "; ".join(f"{made:,} by {name}" for name, made in methods.items())
    ways = f": {ways}" if len(methods) > 1 else f" by {next(iter(methods))}"
    if plans["gap"] is None:
        return f"{policy} made {count:,} {'plan' if count == 1 else 'plans'}{ways}. Not all of them are proved."
    least = max(plans["gap"], CENT)
    return (
        f"{policy} made {count:,} {'plan' if count == 1 else 'plans'}{ways}. Before jobs were placed whole, no plan"
        f" of the same instant could cost less by more than {least:,.2f} {currency},"
        f" {_share(plans['gap_of_run_at_once'])} of the cost of running at once,"
        f" {_share(plans['gap_of_saving'])} of the saving still possible"
        f"{' (the largest of each)' if count > 1 else ''}."
    )


def _made_by(method: str) -> str:
    """The method without its rounds, and which others refused."""
    first, *more = method.rpartition(MADE_BY)[2].split(", ")
    refused = [part.partition(":")[0] for part in more if part.startswith(REASON)]
    return ", ".join([first, *refused])


def _largest(found: Iterable[float | None]) -> float | None:
    known = [gap for gap in found if gap is not None]
    return None if any(not math.isfinite(gap) for gap in known) else max(known, default=None)


def _share(share: float | None) -> str:
    if share is None:
        return "n/a"
    if share < LEAST_SHARE:
        return f"less than {100 * LEAST_SHARE:g} %"
    return f"{100 * share:.2g} %" if share < 0.1 else f"{100 * share:,.0f} %"
