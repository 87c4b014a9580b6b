"""A run says how its plans were made and how far from the best they can be."""

import json
import math
from dataclasses import replace

from gridtide.decide.plan import Certificate
from gridtide.doors.results.proofs import plans_of, proofs_said
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

STUDY = small_study(1, hours=24, jobs=4)
DUALITY = "weak duality on the chords of the power curve; plan by "


def proof(cost: float, bound: float, at_once: float, method: str) -> Certificate:
    """A certificate of a plan made by a method."""
    return Certificate(
        cost=cost, lower_bound=bound, run_at_once_cost=at_once, method=DUALITY + method
    )


def test_a_policy_without_plans_proves_nothing() -> None:
    """The reference plans nothing; nothing is said of it, and its gaps are unknown, not 0."""
    course = course_of(STUDY, "run-at-once")
    assert plans_of(course) == {
        "count": 0, "methods": {}, "gap": None, "gap_of_run_at_once": None, "gap_of_saving": None,
    }  # fmt: skip
    assert proofs_said([course], "EUR") == []


def test_every_plan_of_a_course_is_counted_by_its_method() -> None:
    """Coordinated plans, each of them proved."""
    course = course_of(STUDY, "coordinated")
    plans = plans_of(course)
    assert plans["count"] == len(course.certificates) > 0
    assert sum(plans["methods"].values()) == plans["count"]
    assert 0.0 <= plans["gap"] < 1e-3
    (said,) = proofs_said([course], "EUR")
    assert said.startswith(f"coordinated made {plans['count']} plans by HiGHS")
    (single,) = proofs_said([replace(course, certificates=course.certificates[:1])], "EUR")
    assert single.startswith("coordinated made 1 plan by HiGHS")
    assert "by more than 0.01 EUR, less than 0.0001 % of the cost of running at once" in said
    assert "largest of each" in said
    assert "largest of each" not in single


def test_the_largest_gap_and_the_methods_that_refused_are_told() -> None:
    """Rounds are not: they differ from plan to plan. A share that no plan has is n/a."""
    course = course_of(STUDY, "run-at-once")
    refused = "HiGHS ipx, as the structured method refused: it ended after 120 rounds: stalled"
    proofs = (
        proof(101.0, 100.0, 120.0, "structured interior point, 12 rounds, 303 of conjugate gradients"),
        proof(103.0, 100.0, 120.0, "structured interior point, 9 rounds, 41 of conjugate gradients"),
        proof(100.0, 100.0, 110.0, refused),
    )  # fmt: skip
    plans = plans_of(replace(course, certificates=proofs))
    assert plans["methods"] == {
        "HiGHS ipx, as the structured method refused": 1,
        "structured interior point": 2,
    }
    assert (plans["gap"], plans["gap_of_run_at_once"], plans["gap_of_saving"]) == (3.0, 0.025, 0.15)
    (said,) = proofs_said([replace(course, certificates=proofs)], "EUR")
    assert "made 3 plans: 1 by HiGHS ipx, as the structured method refused; 2 by structured" in said
    assert "by more than 3.00 EUR, 2.5 % of the cost of running at once, 15 % of the saving" in said
    nothing = replace(course, certificates=(proof(100.0, 100.0, 100.0, "HiGHS"),))
    assert "n/a of the saving" in proofs_said([nothing], "EUR")[0]


def test_a_plan_that_is_not_proved_is_said_and_breaks_no_file() -> None:
    """No bound is no gap: null in the document, a sentence for the reader."""
    course = course_of(STUDY, "coordinated")
    unproved = replace(
        course, certificates=(*course.certificates, proof(5.0, -math.inf, 9.0, "simplex"))
    )
    plans = plans_of(unproved)
    assert (plans["gap"], plans["gap_of_run_at_once"], plans["gap_of_saving"]) == (None, None, None)
    json.dumps(plans, allow_nan=False)
    (said,) = proofs_said([unproved], "EUR")
    assert said.endswith("Not all of them are proved.")
