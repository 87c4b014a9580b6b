"""How the plans of a course were made, and how far from the best they can be at most."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

from gridtide.simulate.course import Course

MADE_BY = "plan by "
REASON = "as "


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
    ways = "; ".join(f"{count:,} by {name}" for name, count in plans["methods"].items())
    return (
        f"{policy} made {plans['count']:,} plans: {ways}. No plan of the same instant could cost less by more than"
        f" {plans['gap']:.2g} {currency}, {_share(plans['gap_of_run_at_once'])} of the cost of running at once,"
        f" {_share(plans['gap_of_saving'])} of the saving still possible (the largest of each)."
    )


def _made_by(method: str) -> str:
    """The method without its rounds, and which others refused."""
    first, *more = method.rpartition(MADE_BY)[2].split(", ")
    refused = [part.partition(":")[0] for part in more if part.startswith(REASON)]
    return ", ".join([first, *refused])


def _largest(found: Iterable[float | None]) -> float | None:
    return max((gap for gap in found if gap is not None), default=None)


def _share(share: float | None) -> str:
    return "n/a" if share is None else f"{share:.2g}"
