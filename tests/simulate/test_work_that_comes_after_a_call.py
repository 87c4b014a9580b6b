"""A call that is heard before the work comes: declared and delivered with the work that is expected."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.decide.call_answer import CallAnswer, answers_of
from gridtide.fleet.jobs import rows
from gridtide.loop.turn import Memory, take_turn
from gridtide.loop.world import Telemetry
from gridtide.simulate.calls import call_rows, unheard_course
from gridtide.simulate.course import Course, mandate_of, next_instant, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.stores.memory import MemoryStore
from gridtide.timeline import epoch_s, instant

CASE = Path(__file__).parents[1] / "fixtures" / "nightly.toml"


def nothing(done: int, steps: int) -> None:
    """No progress is shown."""


@pytest.fixture(scope="module")
def study() -> Study:
    """Three days of a site whose work comes every night after 22:00, called at 21:00 for 02:00."""
    return load_case(CASE)


@pytest.fixture(scope="module")
def lived(study: Study) -> Course:
    """The coordinated policy with the call, and what it would have drawn without."""
    policy, forecaster, known = policy_named("coordinated", study)
    truth = truth_of(known)
    course = run_course(known, truth, policy, forecaster, MemoryStore(), nothing)
    plain: Telemetry = unheard_course(known, truth, policy, forecaster, nothing).telemetry
    return replace(course, without_calls=plain)


def heard(study: Study) -> CallAnswer:
    """The answer of the turn that first hears of the call."""
    policy, forecaster, known = policy_named("coordinated", study)
    twin, memory = Twin.of(known, truth_of(known)), Memory()
    mandate = mandate_of(known, forecaster)
    while True:
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        memory = turn.memory
        for answer in answers_of(memory.commitments):
            return answer
        until = next_instant(study, memory, twin.present)
        twin.advance(turn.orders, instant(study.timeline.edges_s[until]))


def test_a_call_is_delivered_though_most_of_its_work_comes_after_it_was_heard(
    study: Study, lived: Course
) -> None:
    """Beside what would really have been drawn; without the work expected half of it was."""
    (row,) = call_rows(study, lived)
    performance = row.settled.performance
    assert row.settled.agreed_kwh > 11_000.0
    assert performance is not None and performance > 0.9
    assert row.settled.rebound_kw < 1.0


def test_the_declared_baseline_holds_work_that_is_expected(study: Study, lived: Course) -> None:
    """Within a tenth of what would have been drawn, where known work alone leaves the site nearly idle."""
    (answer,) = answers_of(lived.calls)
    assert lived.without_calls is not None
    event, horizon = answer.event, study.timeline
    inside = (horizon.starts_s >= epoch_s(event.start)) & (horizon.ends_s <= epoch_s(event.end))
    declared_kw = answer.baseline_over(horizon)[inside].mean()
    drawn_kw = lived.without_calls.import_kw[0][inside].mean()
    assert declared_kw == pytest.approx(drawn_kw, rel=0.1)


def test_a_baseline_is_declared_without_hindsight(study: Study) -> None:
    """Whatever comes after the call was issued, it is the same to the byte."""
    issued_s = epoch_s(study.events[0].issued_at)
    before = study.jobs.release_s <= issued_s
    fewer = replace(study, jobs=rows(study.jobs, before), true_s=study.true_s[before])
    assert not before.all()
    one, other = heard(study), heard(fewer)
    assert one.baseline_kw.tobytes() == other.baseline_kw.tobytes()
    assert one.share == other.share and np.isfinite(one.baseline_kw).all()
