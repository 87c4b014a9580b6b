"""Set-points of a site: which holds, how much is asked in each step, and what is planned for it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.event import EventKind
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.limits import beyond_limits, in_conflict
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import matrix_of, solve
from gridtide.decide.setpoints import own_share_of, setpoint_over
from gridtide.decide.situation import Situation
from gridtide.decide.solving import structured
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.calls import NOON, answer_to, call, hourly

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 100
discharge_max_kw = 100

[[site.pool]]
"""
TOLERANCE_KW = 1e-4


def at(kw: float, priority: int = 0, from_min: int = 0, for_min: int = 120) -> CallAnswer:
    """An answer to a set-point from noon on."""
    start = NOON + timedelta(minutes=from_min)
    end = start + timedelta(minutes=for_min)
    told = call(EventKind.SETPOINT, setpoint_kw=kw, priority=priority, start=start, end=end)
    return answer_to(told, np.nan)


def asked(*answers: CallAnswer) -> list[float]:
    """What is asked from noon to 16:00."""
    found: list[float] = setpoint_over(answers, hourly())[12:16].tolist()
    return found


def test_an_agreed_baseline_holds_beyond_the_plan_that_heard_of_it() -> None:
    """Until its end, whatever the end of that plan was."""
    told = call(EventKind.SETPOINT, reduce_kw=5.0, baseline_kw=40.0)
    heard = replace(answer_to(told, 40.0), steps=hourly(13), baseline_kw=np.full(13, 40.0))
    assert asked(heard)[:2] == [35.0, 35.0]


def test_a_set_point_asks_for_its_power_while_it_holds_and_for_nothing_else() -> None:
    """Also where it is 0 kW."""
    for kw in (0.0, 40.0):
        found = setpoint_over((at(kw),), hourly())
        assert found[12:14].tolist() == [kw, kw]
        assert np.isnan(found[:12]).all() and np.isnan(found[14:]).all()


def test_a_relative_set_point_asks_for_its_baseline_less_or_more() -> None:
    """Never for less than nothing."""
    baseline = np.arange(24.0)
    for told, expected in (
        ({"reduce_kw": 2.0}, [10.0, 11.0]),
        ({"take_kw": 5.0}, [17.0, 18.0]),
        ({"reduce_kw": 30.0}, [0.0, 0.0]),
        ({}, [12.0, 13.0]),
    ):
        answer = answer_to(call(EventKind.SETPOINT, **told), baseline)
        assert setpoint_over((answer,), hourly())[12:14].tolist() == expected


def test_of_two_set_points_the_lower_number_of_priority_holds_and_of_equal_ones_the_lower_power() -> (
    None
):
    """Step by step, whatever their order; the other holds where the first does not."""
    first, second = at(50.0, 1), at(30.0, 2, for_min=240)
    assert asked(first, second) == asked(second, first) == [50.0, 50.0, 30.0, 30.0]
    level = replace(second, event=replace(second.event, priority=1))
    assert asked(first, level) == asked(level, first) == [30.0] * 4
    assert "30 kW at once: the lower holds" in in_conflict((first.event, level.event))[0]
    assert in_conflict((first.event, second.event)) == ()


def test_set_points_that_follow_each_other_within_a_step_count_by_their_time() -> None:
    """Their mean; a step that is covered by less than half has none."""
    assert asked(at(40.0, from_min=0, for_min=15), at(80.0, from_min=15, for_min=45))[0] == 70.0
    assert asked(at(40.0, for_min=30))[0] == 40.0
    assert np.isnan(asked(at(40.0, for_min=29))[0])


@given(
    powers=st.lists(st.floats(0.0, 1e5), min_size=1, max_size=4),
    priorities=st.lists(st.integers(0, 2), min_size=4, max_size=4),
    begins_min=st.lists(st.integers(-90, 90), min_size=4, max_size=4),
)
def test_what_is_asked_lies_within_what_is_told_and_belongs_to_one(
    powers: list[float], priorities: list[int], begins_min: list[int]
) -> None:
    """Never outside the powers told; every step that is asked for has an owner where steps are not shared."""
    answers = [
        at(kw, priority, begins)
        for kw, priority, begins in zip(powers, priorities, begins_min, strict=False)
    ]
    found = setpoint_over(answers, hourly())
    held = found[~np.isnan(found)]
    assert ((held >= min(powers) - 1e-6) & (held <= max(powers) + 1e-6)).all()
    whole = [replace_to_hours(one) for one in answers]
    owned = np.stack([own_share_of(one, whole, hourly()) for one in whole])
    assert (np.isnan(owned).all(axis=0) == np.isnan(setpoint_over(whole, hourly()))).all()


def replace_to_hours(answer: CallAnswer) -> CallAnswer:
    """The same set-point on whole hours."""
    start = answer.event.start.replace(minute=0)
    return replace(answer, event=replace(answer.event, start=start, end=start + timedelta(hours=2)))


def test_a_set_point_above_a_limit_is_said() -> None:
    """The limit holds."""
    limit = call(EventKind.CAPACITY_LIMIT, import_max_kw=30.0)
    (said,) = beyond_limits((at(50.0).event, limit))
    assert "asks for 50 kW" in said and "leaves 30: the limit holds" in said
    assert beyond_limits((at(20.0).event, limit)) == ()


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Situation]:
    """A day of known work at a site with a battery, as the first turn sees it."""
    path = tmp_path_factory.mktemp("case") / "case.toml"
    text = TEXT.replace("[[site.pool]]", STORE, 1)
    path.write_text(text.replace("slack_h = 6.0", "slack_h = 10.0"))
    study = replace(load_case(path), arrivals_known=True)
    policy, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    return study, turn.situation


def told_at(
    study: Study, situation: Situation, kw: float, from_h: int, for_h: int = 2
) -> CallAnswer:
    """A set-point for some hours."""
    start = study.timeline.start + timedelta(hours=from_h)
    event = replace(
        at(kw).event, start=start, end=start + timedelta(hours=for_h), issued_at=situation.as_of
    )
    nothing = np.full(len(situation.horizon), np.nan)
    return replace(at(kw), event=event, steps=situation.horizon, baseline_kw=nothing)


def planned(morning: tuple[Study, Situation], answers: Sequence[CallAnswer]) -> Plan:
    """The cheapest plan under set-points."""
    study, situation = morning
    seen = replace(situation, commitments=tuple(answers))
    return Coordinated(objective=study.objective).plan(seen)


@pytest.mark.parametrize(("kw", "from_h"), [(40.0, 10), (150.0, 10), (110.0, 3), (20.0, 20)])
def test_a_plan_meets_a_set_point_from_both_sides(
    morning: tuple[Study, Situation], kw: float, from_h: int
) -> None:
    """By work and store, whichever side the plan without it was on."""
    told = told_at(*morning, kw, from_h)
    inside = ~np.isnan(setpoint_over((told,), morning[1].horizon))
    free, plan = planned(morning, ()), planned(morning, (told,))
    assert inside.sum() == 8
    assert np.abs(free.import_kw[0, inside] - kw).max() > 1.0
    np.testing.assert_allclose(plan.import_kw[0, inside], kw, atol=TOLERANCE_KW)


def test_what_cannot_be_drawn_is_left_and_no_work_is_given_up_for_a_set_point(
    morning: tuple[Study, Situation],
) -> None:
    """Far above all there is, and at nothing: as near as store and work come; all work is done all the same."""
    study, situation = morning
    busy = planned(morning, ()).class_accelerators.sum()
    for kw, from_h, for_h in ((690.0, 3, 2), (0.0, 6, 17)):
        told = told_at(study, situation, kw, from_h, for_h)
        plan = planned(morning, (told,))
        inside = ~np.isnan(setpoint_over((told,), situation.horizon))
        assert np.abs(plan.import_kw[0, inside] - kw).max() > 1.0
        assert plan.class_accelerators.sum() == pytest.approx(busy, rel=1e-6)


def test_the_structured_solution_meets_a_set_point_too(morning: tuple[Study, Situation]) -> None:
    """Within what its tolerance leaves."""
    study, situation = morning
    seen = replace(situation, commitments=(told_at(study, situation, 150.0, 10),))
    facts = facts_of(seen, study.objective, held_of(seen, study.objective))
    matrix = matrix_of(written(seen, facts)[0])
    exact = solve(matrix).objective
    assert structured(matrix, 1e-6).objective == pytest.approx(exact, rel=2e-6)
