"""After a call nothing comes back as a peak: stores and routes hold a site to its level in the twin too."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.event import Event, EventKind
from gridtide.decide.recovering import with_recovery
from gridtide.decide.situation import Situation
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.loop.world import Orders
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.trust.rebound import passed_levels

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 100
discharge_max_kw = 100

[[site.pool]]
"""


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Turn]:
    """A day at a site with a store, and its first turn."""
    path = tmp_path_factory.mktemp("case") / "case.toml"
    path.write_text(TEXT.replace("[[site.pool]]", STORE, 1))
    policy, forecaster, study = policy_named("run-at-once", load_case(path))
    twin = Twin.of(study, truth_of(study))
    return study, take_turn(mandate_of(study, forecaster), policy, twin, Memory(), twin.now)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    end_h=st.integers(2, 16),
    recover_h=st.sampled_from([0.5, 1.0, 3.0]),
    level_kw=st.floats(20.0, 300.0),
    allowed_kw=st.sampled_from([0.0, 40.0]),
    charge_kw=st.floats(0.0, 100.0),
)
def test_no_order_to_a_store_makes_a_rebound(
    morning: tuple[Study, Turn],
    end_h: int,
    recover_h: float,
    level_kw: float,
    allowed_kw: float,
    charge_kw: float,
) -> None:
    """Whatever a policy lets it charge: while the site recovers the meter passes the level, and the rebound that the
    case allows, by no more than work alone draws beyond it; before and after it charges as told."""
    study, turn = morning
    start = study.timeline.start
    event = Event(
        site="here", start=start + timedelta(hours=1), end=start + timedelta(hours=end_h),
        issued_at=start, kind=EventKind.DEMAND_RESPONSE, mandatory=False, reduce_kw=5.0,
        recover_h=recover_h, rebound_max_kw=allowed_kw,
    )  # fmt: skip
    answer = CallAnswer(
        event=event, answered_at=start, steps=study.timeline,
        baseline_kw=np.full(len(study.timeline), level_kw), share=1.0, cost_per_mwh=0.0, reason="",
    )  # fmt: skip
    told = turn.orders.dispatch
    told = replace(told, charge_kw=np.full_like(told.charge_kw, charge_kw))
    held = with_recovery(told, turn.situation, (answer,))
    plain = replace(told, charge_kw=np.zeros_like(told.charge_kw))
    seen, free, work = (
        Twin.of(study, truth_of(study)).advance(
            Orders(jobs=turn.orders.jobs, dispatch=one, promised=turn.orders.promised),
            study.timeline.end,
        )
        for one in (held, told, plain)
    )
    recovers = np.isfinite(answer.level_after_kw(study.timeline))
    most_kw = np.maximum(level_kw + allowed_kw, work.import_kw[0])
    assert recovers.any()
    assert (seen.import_kw[0][recovers] <= most_kw[recovers] + 1e-6).all()
    before = study.timeline.ends_s <= study.timeline.starts_s[recovers][0]
    assert seen.import_kw[0][before] == pytest.approx(free.import_kw[0][before])


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> tuple[Study, Turn]:
    """The same day with all its work known, and its first turn."""
    path = tmp_path_factory.mktemp("day") / "case.toml"
    path.write_text(TEXT.replace("[[site.pool]]", STORE, 1))
    policy, forecaster, study = policy_named("run-at-once", load_case(path))
    study = replace(study, arrivals_known=True)
    twin = Twin.of(study, truth_of(study))
    return study, take_turn(mandate_of(study, forecaster), policy, twin, Memory(), twin.now)


def recovering(turn: Turn, level_kw: float) -> Situation:
    """The situation of a turn at which a site begins to recover from a call, held to a level."""
    seen = turn.situation
    event = Event(
        site="here", start=seen.as_of - timedelta(hours=1), end=seen.as_of,
        issued_at=seen.as_of - timedelta(hours=3), kind=EventKind.DEMAND_RESPONSE, mandatory=False,
        reduce_kw=5.0, recover_h=12.0, name="noon",
    )  # fmt: skip
    answer = CallAnswer(
        event=event, answered_at=event.issued_at, steps=seen.horizon,
        baseline_kw=np.full(len(seen.horizon), level_kw), share=1.0, cost_per_mwh=0.0, reason="",
    )  # fmt: skip
    return replace(seen, commitments=(answer,))


def test_work_that_passes_the_level_after_a_call_is_named_with_what_of_it_is_promised(
    day: tuple[Study, Turn],
) -> None:
    """By how much and when; promises go before it, and where they alone would not pass it that is said too."""
    _, turn = day
    dispatch, promised = turn.orders.dispatch, np.ones(len(turn.situation.jobs), dtype=np.bool_)
    assert promised.any()
    ((answer, said),) = passed_levels(dispatch, recovering(turn, 1.0), promised)
    assert answer.event.name == "noon" and said.subject == "here"
    assert "promises go before it" in str(said) and "allowed 1 kW" in str(said)
    assert passed_levels(dispatch, recovering(turn, 1e6), promised) == ()
    ((_, unsworn),) = passed_levels(
        dispatch, recovering(turn, float(said.value.split()[0].replace(",", "")) - 5.0), ~promised
    )
    assert "of that is promised" in str(unsworn)


def test_the_audit_names_a_passed_level_once(day: tuple[Study, Turn]) -> None:
    """Of each call, at the first turn that sees it."""
    study, turn = day
    policy, forecaster, _ = policy_named("run-at-once", study)
    seen, mandate = recovering(turn, 1.0), mandate_of(study, forecaster)
    twin = Twin.of(study, truth_of(study))
    first = take_turn(mandate, policy, twin, Memory(commitments=seen.commitments), twin.now)
    again = take_turn(mandate, policy, twin, first.memory, twin.now)
    told = [
        [one for one in each.decision.answers if "after noon draws" in one]
        for each in (first, again)
    ]
    assert [len(each) for each in told] == [1, 0]


def test_a_level_is_looked_at_as_far_as_signals_reach(day: tuple[Study, Turn]) -> None:
    """Between two plans the horizon has moved on, and the last steps have no weather yet."""
    _, turn = day
    seen = recovering(turn, 1.0)
    half = seen.horizon.between(seen.as_of, seen.as_of + timedelta(hours=6))
    short = tuple(
        replace(one, timeline=half, values=one.values[..., : len(half)]) for one in seen.signals
    )
    promised = np.ones(len(seen.jobs), dtype=np.bool_)
    assert passed_levels(turn.orders.dispatch, replace(seen, signals=short), promised)
