"""Answers may take longer within the tolerance: chosen by the plan where it pays, kept to by the twin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide.dispatch import Reason
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import Matrix, matrix_of, solve
from gridtide.decide.proof import violation_of
from gridtide.decide.rest import at_rest
from gridtide.decide.situation import Situation
from gridtide.decide.solving import by_sites, structured
from gridtide.decide.told import told_placement
from gridtide.fleet.service import Service
from gridtide.fleet.slower_answers import SlowerAnswers
from gridtide.fleet.ways import answer_limit_s
from gridtide.loop.sight import see
from gridtide.simulate.course import Course, mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study
from gridtide.trust.guard import check

RATE = np.asarray([0.0, 2.0, 0.0, 2.0])


def point(faster: float = 1.5, first_s: float = 0.45, it_kw: float = 1.05) -> SlowerAnswers:
    """A slower point of the service of small studies, whose usual first token comes after 0.3 s."""
    return SlowerAnswers(
        requests_per_accelerator_s=RATE * faster,
        time_to_first_token_s=np.full(4, first_s),
        it_kw_per_accelerator=np.full(4, it_kw),
    )


def with_points(
    study: Study, *points: SlowerAnswers, tolerance: float = 0.5, cost: float = 0.0
) -> Study:
    """The same study, whose service may answer slower."""
    (service,) = study.services
    slow = replace(service, slower=points, delay_tolerance=tolerance, delay_cost_per_request=cost)
    return replace(study, services=(slow,))


def situation_of(study: Study) -> Situation:
    """The first morning of a study, nothing told yet."""
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    return see(mandate_of(known, forecaster), twin, twin.now, ())[0]


def program_of(study: Study) -> tuple[Matrix, Columns]:
    """Its plan as a program."""
    situation, objective = situation_of(study), Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    program, columns, _ = written(situation, facts)
    return matrix_of(program), columns


def too_late_s(course: Course, service: Service) -> float:
    """By how much the slowest answers pass their limit, with its tolerance where some are answered slower."""
    seen = course.telemetry
    slow = seen.slower.sum(axis=0)[None] > 0
    late_s, slower_s = np.nan_to_num(seen.latency_p95_s), np.nan_to_num(seen.slower_p95_s)
    tolerated = np.where(slow, answer_limit_s(service), service.latency_max_s)
    return float(max((late_s - tolerated).max(), (slower_s - answer_limit_s(service)).max()))


@pytest.mark.parametrize("policy", ["coordinated", "perfect-foresight"])
def test_no_answer_is_slower_than_tolerated_and_fewer_machines_answer(policy: str) -> None:
    """Fuller batches draw less, cost less, and keep the limit with its tolerance."""
    usual = small_study(0, hours=24, jobs=20)
    slow = with_points(usual, point())
    before, after = course_of(usual, policy), course_of(slow, policy)
    assert too_late_s(after, slow.services[0]) <= 1e-9
    assert after.telemetry.slower.sum() > 0
    assert after.telemetry.service_kw.sum() < before.telemetry.service_kw.sum()
    costs = [settle(one, truth_of(one), course, 0.0).total_cost
             for one, course in ((usual, before), (slow, after))]  # fmt: skip
    assert costs[1] < costs[0]
    assert before.telemetry.answered.sum() <= after.telemetry.answered.sum() + 1e-6


@settings(max_examples=4, deadline=None)
@given(limit=st.floats(0.35, 1.5), tolerance=st.floats(0.05, 1.0), seed=st.integers(0, 3))
def test_the_limit_with_its_tolerance_holds_in_the_twin(
    limit: float, tolerance: float, seed: int
) -> None:
    """Whatever limit and tolerance, however near to the first token alone."""
    study = with_points(small_study(seed, hours=24, jobs=5), point(), tolerance=tolerance)
    service = replace(study.services[0], latency_max_s=limit)
    study = replace(study, services=(service,))
    assert too_late_s(course_of(study, "coordinated"), service) <= 1e-9


def test_without_slower_points_the_program_is_the_same_number_for_number() -> None:
    """A tolerance alone, without a point to use it, changes nothing."""
    study = small_study(0, hours=24, jobs=20)
    plain, _ = program_of(study)
    tolerant, _ = program_of(with_points(study))
    for name in ("cost", "lower", "upper", "start", "index", "value", "row_lower", "row_upper"):
        assert np.array_equal(getattr(plain, name), getattr(tolerant, name))


def test_a_point_that_comes_too_late_is_chosen_nowhere() -> None:
    """Its first token alone would come after the limit with its tolerance."""
    study = small_study(0, hours=24, jobs=5)
    _, columns = program_of(with_points(study, point(first_s=3.1)))
    assert (columns.way == 0).all()
    _, columns = program_of(with_points(study, point(first_s=2.9)))
    assert (columns.way == 1).any()


def test_more_tolerance_never_costs_more_in_the_plan() -> None:
    """Each further point is a further choice."""
    study = small_study(1, hours=24, jobs=20)
    costs = [
        Coordinated(objective=Objective()).plan(situation_of(one)).certificate.cost
        for one in (
            study,
            with_points(study, point()),
            with_points(study, point(), point(faster=2.0, first_s=0.55, it_kw=1.1)),
        )
    ]
    assert costs[2] < costs[1] < costs[0]


def test_a_delay_that_costs_more_than_it_saves_is_not_taken() -> None:
    """Slow answers are paid for by the request."""
    study = small_study(1, hours=24, jobs=10)
    plan = Coordinated(objective=Objective()).plan(
        situation_of(with_points(study, point(), cost=1.0))
    )
    assert plan.slower_shares.max() == 0.0
    plan = Coordinated(objective=Objective()).plan(situation_of(with_points(study, point())))
    assert plan.slower_shares.max() > 0.9


@pytest.mark.parametrize("gap", [1e-5, 2e-3])
def test_every_method_finds_the_cost_of_the_exact_one(gap: float) -> None:
    """By the shape and site by site."""
    matrix, columns = program_of(with_points(small_study(0, hours=24, jobs=40), point()))
    assert (columns.way == 1).any()
    exact = solve(matrix)
    found = structured(matrix, 1e-6) if gap == 1e-5 else by_sites(matrix, 1e-3)
    assert found.objective == pytest.approx(exact.objective, rel=gap)
    _, missed = violation_of(matrix, found.values)
    assert missed <= 1e-6


def test_the_guard_refuses_a_slower_point_where_it_comes_too_late() -> None:
    """And more slower answers at a place than are sent there."""
    study = with_points(small_study(0, hours=24, jobs=5), point())
    situation = situation_of(study)
    held = held_of(situation, Objective())
    still = at_rest(situation, told_placement(situation, held, Reason.KEPT), "test")
    none = np.zeros(len(situation.jobs), dtype=np.bool_)

    def named(slower: NDArray[np.float64], among: Situation) -> list[str]:
        told = replace(still, slower_shares=slower)
        return [one.limit for one in check(told, among, held.room, none) if "slower" in one.limit]

    late = replace(situation, services=with_points(study, point(first_s=3.5)).services)
    assert named(still.shares, situation) == []
    assert named(still.shares, late) == ["slower answer time without queueing"]
    assert named(2.0 * still.shares, situation) == ["share of slower answers"]
