"""Calls of the grid at single turns: taken back, answered anew, and proved by the audit chain."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.decide.call_answer import answers_of
from gridtide.decide.event import Event, EventKind
from gridtide.loop.turn import Memory, take_turn
from gridtide.settle.promises import Cause
from gridtide.simulate.course import mandate_of, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.replay import Written, replayed
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.stores.memory import MemoryStore
from gridtide.trust.record import Stage

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
STORE = """
[site.battery]
energy_kwh = 300
charge_max_kw = 100
discharge_max_kw = 100

[[site.pool]]
"""


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """A day with a store, called to draw more for two hours from four on, for good money."""
    path = tmp_path / "case.toml"
    path.write_text(TEXT.replace("[[site.pool]]", STORE, 1))
    plain = load_case(path)
    start = plain.timeline.start
    event = Event(
        site="here",
        start=start + timedelta(hours=4),
        end=start + timedelta(hours=6),
        issued_at=start,
        kind=EventKind.ABSORB,
        mandatory=False,
        take_kw=40.0,
        payment_per_mwh=2_000.0,
        answer_by=start + timedelta(hours=2),
    )
    return replace(plain, events=(event,))


def test_a_call_that_is_taken_back_binds_no_later_plan(study: Study) -> None:
    """The next plan knows nothing of it, and the decision says that it is gone."""
    policy, forecaster, known = policy_named("coordinated", study)
    twin, mandate = Twin.of(known, truth_of(known)), mandate_of(known, forecaster)
    first = take_turn(mandate, policy, twin, Memory(), twin.now)
    assert answers_of(first.memory.commitments)
    assert any("taken" in said for said in first.decision.answers)
    stale = replace(first.memory, planned_at=twin.now - timedelta(days=1))
    later = take_turn(replace(mandate, events=()), policy, twin, stale, twin.now)
    assert answers_of(later.memory.commitments) == ()
    assert any("taken back" in said for said in later.decision.answers)


def test_until_its_deadline_a_call_may_be_answered_anew_from_the_same_baseline(
    study: Study,
) -> None:
    """The share may change, what was declared does not."""
    policy, forecaster, known = policy_named("coordinated", study)
    twin, mandate = Twin.of(known, truth_of(known)), mandate_of(known, forecaster)
    first = take_turn(mandate, policy, twin, Memory(), twin.now)
    (answer,) = answers_of(first.memory.commitments)
    stale = replace(
        first.memory,
        planned_at=twin.now - timedelta(days=1),
        commitments=(replace(answer, share=0.0, reason="declined: told by a test"),),
    )
    (anew,) = answers_of(take_turn(mandate, policy, twin, stale, twin.now).memory.commitments)
    assert anew.share == pytest.approx(answer.share)
    assert anew.baseline_kw.tobytes() == answer.baseline_kw.tobytes()


def test_decisions_under_calls_are_taken_again_to_the_byte(study: Study) -> None:
    """The audit chain of a course with calls proves every turn up to the last."""
    policy, forecaster, known = policy_named("coordinated", study)
    store, truth = MemoryStore(), truth_of(known)
    run_course(known, truth, policy, forecaster, store, lambda done, steps: None)
    told = [json.loads(entry.text) for entry in store.entries()]
    written = [
        Written(
            as_of=datetime.fromisoformat(turn["as_of"]),
            situation=turn["situation"],
            dispatch=turn["dispatch"],
        )
        for turn in told
        if turn["stage"] == str(Stage.TOLD)
    ]
    again = replayed(known, truth, policy, forecaster, written, lambda done, steps: None)
    assert again.turn.decision.dispatch == written[-1].dispatch


@pytest.mark.parametrize("seed", [1, 2, 5])
def test_no_payment_takes_a_promise_back(study: Study, seed: int) -> None:
    """A call in the middle of the work, worth a hundred times its energy: limits first, then promises, then money."""
    start = study.timeline.start
    event = replace(
        study.events[0],
        kind=EventKind.DEMAND_RESPONSE,
        issued_at=start + timedelta(hours=7),
        answer_by=None,
        start=start + timedelta(hours=9),
        end=start + timedelta(hours=13),
        take_kw=0.0,
        reduce_kw=80.0,
        payment_per_mwh=10_000.0,
        penalty_per_mwh=10_000.0,
        recover_h=2.0,
    )
    called = replace(study, events=(event,), seed=seed)
    policy, forecaster, known = policy_named("coordinated", called)
    truth = truth_of(known)
    course = run_course(known, truth, policy, forecaster, MemoryStore(), lambda done, steps: None)
    missed = settle(called, truth, course, 0.0).promises.missed
    assert not course.cut.any()
    assert Cause.UNEXPLAINED not in missed and Cause.LIMIT_CUT not in missed
    assert course.telemetry.import_kw.max() <= 700.0 + 1e-6
