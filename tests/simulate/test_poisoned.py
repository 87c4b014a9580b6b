"""Signals that lie cost money, and no more than is said; they break no promise and no limit."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.doors.cli import exit_code
from gridtide.settle.promises import Cause
from gridtide.signals.signal import Kind
from gridtide.simulate.course import run_course
from gridtide.simulate.dearest import most_energy_cost
from gridtide.simulate.poisoned import Poisoned, poisoned, upside_down
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore

SITE = Path(__file__).parents[1] / "fixtures" / "one_site.toml"
CASE = f"""{SITE.read_text()}
[[signal]]
zone = "NORTH"
price_swing_per_mwh = 60

[[class]]
name = "batch"
value_per_accelerator_h = 2

[[jobs]]
name = "sort"
class = "batch"
home = "here"
pool = "gpu"
count = 14
from_hour = 0
to_hour = 14
accelerators = [1, 2, 4]
hours = 2
slack_h = 8
"""


def silent(done: int, steps: int) -> None:
    """No progress is shown."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One site, one day, prices that swing."""
    path = tmp_path_factory.mktemp("case") / "case.toml"
    path.write_text(CASE)
    return path


@pytest.fixture(scope="module")
def found(case: Path) -> Poisoned:
    """The coordinated policy, lied to."""
    return poisoned(load_case(case), "coordinated", MemoryStore, lambda said: silent)


def test_a_price_upside_down_costs_and_breaks_nothing(found: Poisoned) -> None:
    """Each signal lies alone, then all together."""
    price, *_ = [one for one in found.harms if one.signals == ((Kind.PRICE, "NORTH"),)]
    assert price.settlement.total_cost > found.honest.total_cost
    assert len(found.harms[-1].signals) == len(found.harms) - 1
    for harm in found.harms:
        assert harm.beyond_kwh == 0.0
        assert harm.settlement.promises.missed.get(Cause.UNEXPLAINED, 0) == 0
        assert harm.settlement.energy_cost <= found.most_energy_cost


def test_only_what_lies_is_mirrored(case: Path) -> None:
    """Between the lowest and the highest value of the study; twice, it is as it was inside of it."""
    study = load_case(case)
    lied = upside_down(study.history, ((Kind.PRICE, "NORTH"),), study)
    changed = [
        (one.kind, one.zone)
        for one, other in zip(study.history.series, lied.series, strict=True)
        if not np.array_equal(one.values, other.values)
    ]
    assert changed == [(Kind.PRICE, "NORTH")]
    back = upside_down(lied, ((Kind.PRICE, "NORTH"),), study).of(Kind.PRICE, "NORTH")
    true = study.history.of(Kind.PRICE, "NORTH")
    assert back is not None and true is not None
    inside = true.start_s >= study.timeline.edges_s[0]
    assert np.allclose(back.values[inside], true.values[inside])


@settings(max_examples=20, deadline=None)
@given(st.lists(st.floats(-1e6, 1e6), min_size=24, max_size=24))
def test_no_price_whatever_it_says_breaks_a_promise_or_costs_more_than_is_said(
    case: Path, prices: list[float]
) -> None:
    """Far outside of what can be, below zero, at random."""
    study = load_case(case)
    truth = truth_of(study)
    lied = replace(
        study.history,
        series=tuple(
            replace(rows, values=np.resize(prices, len(rows.values)))
            if rows.kind is Kind.PRICE
            else rows
            for rows in study.history.series
        ),
    )
    policy, forecaster, known = policy_named("coordinated", replace(study, history=lied))
    course = run_course(known, truth, policy, forecaster, MemoryStore(), silent)
    settled = settle(study, truth, course, 0.0)
    assert Cause.UNEXPLAINED not in settled.promises.missed
    assert settled.energy_cost <= most_energy_cost(study, truth)
    assert (course.telemetry.import_kw <= 200.0 + 1e-6).all()


def test_the_command_says_what_each_lie_costs(
    case: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Dearest first; the document has the keys of the contract, and nothing is written."""
    assert exit_code(["backtest", str(case), "--poisoned", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"case", "currency", "reference_cost", "most_energy_cost", "policies"} <= set(document)
    assert document["worst_energy_cost"] <= document["most_energy_cost"]
    assert document["most_energy_cost"] <= document["at_their_limits"]
    assert document["most_to_worst"] >= 1.0
    (policy,) = document["policies"]
    extra = [lie["extra_cost"] for lie in policy["lies"]]
    assert extra == sorted(extra, reverse=True) and policy["policy"] == "coordinated"
    assert not (case.parent / "runs").exists()


def test_what_cannot_be_lied_to_is_refused(case: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Perfect foresight, and forecasters beside that of the case."""
    words = ["backtest", str(case), "--poisoned", "--forecasters", "persistence"]
    assert exit_code([*words, "--policies", "perfect-foresight"]) == 2
    said = capsys.readouterr().err
    assert "--forecasters" in said and "--policies" in said
