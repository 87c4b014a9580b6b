"""How the plans of a course were made, and how far from the best they can be at most."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from gridtide.simulate.course import Course

MADE_BY = "plan by "
REASON = "as "
CENT = 0.01
LEAST_SHARE = 1e-6
"""Money and shares below these are told as these."""


def plans_of(course: Course) -> dict[str, Any]:
    """count; methods, how many plans by each, a method that refused with them; the largest gap in its three forms.

    gap: money. gap_of_run_at_once, gap_of_saving: shares, null where no plan has one. All null without a plan.
    """
    proofs = course.certificates
    return {
        "count": len(proofs),
        "methods": dict(sorted(Counter(_made_by(proof.method) for proof in proofs).items())),
        "gap": _largest(proof.gap for proof in proofs),
        "gap_of_run_at_once": _largest(proof.gap_of_run_at_once for proof in proofs),
        "gap_of_saving": _largest(proof.gap_of_saving for proof in proofs),
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
    return (
        f"{policy} made {count:,} {'plan' if count == 1 else 'plans'}{ways}. No plan of the same instant could cost"
        f" less by more than {max(plans['gap'], CENT):,.2f} {currency}, {_share(plans['gap_of_run_at_once'])} of the"
        f" cost of running at once, {_share(plans['gap_of_saving'])} of the saving still possible"
        f"{' (the largest of each)' if count > 1 else ''}."
    )


def _made_by(method: str) -> str:
    """The method without its rounds, and which others refused."""
    first, *more = method.rpartition(MADE_BY)[2].split(", ")
    refused = [part.partition(":")[0] for part in more if part.startswith(REASON)]
    return ", ".join([first, *refused])


def _largest(found: Iterable[float | None]) -> float | None:
    return max((gap for gap in found if gap is not None), default=None)


def _share(share: float | None) -> str:
    if share is None:
        return "n/a"
    return f"{100 * share:.2g} %" if share >= LEAST_SHARE else f"less than {100 * LEAST_SHARE:g} %"
