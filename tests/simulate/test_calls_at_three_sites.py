"""Calls at sites between which work moves, where prices fall below zero: agreed is what is delivered."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.settle.promises import Cause
from gridtide.simulate.calls import CallRow, call_rows, unheard_course
from gridtide.simulate.course import Course, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore

TEXT = (Path(__file__).parents[1] / "fixtures" / "three_sites.toml").read_text()
SEEDS = (1, 2, 3)


def nothing(done: int, steps: int) -> None:
    """No progress is shown."""


def lived(folder: Path, seed: int) -> tuple[Study, Course]:
    """The coordinated policy with the calls, and what it would have drawn without."""
    path = folder / "case.toml"
    path.write_text(re.sub(r"(?m)^seed = \d+", f"seed = {seed}", TEXT))
    policy, forecaster, known = policy_named("coordinated", load_case(path))
    truth = truth_of(known)
    course = run_course(known, truth, policy, forecaster, MemoryStore(), nothing)
    plain = unheard_course(known, truth, policy, forecaster, nothing).telemetry
    return known, replace(course, without_calls=plain)


@pytest.fixture(scope="module", params=SEEDS)
def seen(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Study, Course]:
    """Two days of three sites, of one seed after the other."""
    return lived(tmp_path_factory.mktemp("case"), request.param)


def row_of(seen: tuple[Study, Course], name: str) -> CallRow:
    """What became of one call."""
    (found,) = [one for one in call_rows(*seen) if one.event.name == name]
    return found


def test_a_reduction_is_delivered_as_agreed(seen: tuple[Study, Course]) -> None:
    """Beside what the same policy draws without the calls; once it was agreed for an hour in which nothing is drawn."""
    settled = row_of(seen, "evening at Frankfurt").settled
    assert settled.performance is not None and settled.performance >= 0.9
    assert settled.agreed_kwh > 1_500.0


def test_what_is_to_be_absorbed_is_delivered_but_for_what_nobody_could_know(
    seen: tuple[Study, Course],
) -> None:
    """Beside what the same policy draws without the calls, most of it; once hardly any was. What lacks is work that
    came where none was expected, and jobs that ended before they were expected to."""
    settled = row_of(seen, "morning at Madrid").settled
    assert settled.performance is not None and settled.performance >= 0.8
    assert settled.agreed_kwh > 7_000.0


def test_what_prices_have_brought_already_is_not_absorbed_again(seen: tuple[Study, Course]) -> None:
    """At noon, below zero, everything that may wait runs there anyway: the call is declined, and says so."""
    row = row_of(seen, "noon at Madrid")
    assert row.share == 0.0 and "declined" in row.reason


def test_no_promise_is_missed_for_a_call_without_a_cause(seen: tuple[Study, Course]) -> None:
    """At all three sites."""
    study, course = seen
    found = settle(study, truth_of(study), course, 0.0)
    assert Cause.UNEXPLAINED not in found.promises.missed
