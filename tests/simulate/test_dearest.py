"""What no course pays more than for energy: whatever signals say, under every contract, and not by far."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.simulate.course import run_course
from gridtide.simulate.dearest import at_their_limits, most_energy_cost
from gridtide.simulate.policies import policy_named
from gridtide.simulate.serving_reach import serving_reach
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore

CASES = Path(__file__).parents[1] / "fixtures"
SITE = (CASES / "one_site.toml").read_text()
WORK = """
[[signal]]
zone = "NORTH"
price_swing_per_mwh = 60
price_noise_per_mwh = 40
price_floor_per_mwh = -40

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
CONTRACTS = {
    "index": "",
    "fixed": ', exposure = "fixed", fixed_price_per_mwh = 55',
    "difference": ', exposure = "contract-for-difference", fixed_price_per_mwh = 70, contracted_kw = 20',
}
STORE = """[site.battery]
energy_kwh = 60
charge_max_kw = 30
discharge_max_kw = 30

"""


def silent(done: int, steps: int) -> None:
    """No progress is shown."""


def study_of(tmp_path_factory: pytest.TempPathFactory, contract: str, store: bool) -> Study:
    """One site, one day, with and without a store."""
    text = SITE + WORK
    text = text.replace("import_max_kw = 200", "import_max_kw = 200" + CONTRACTS[contract])
    if store:
        text = text.replace("[[site.pool]]", STORE + "[[site.pool]]", 1)
    path = tmp_path_factory.mktemp("dearest") / "case.toml"
    path.write_text(text)
    return load_case(path)


@pytest.fixture(scope="module")
def studies(tmp_path_factory: pytest.TempPathFactory) -> list[Study]:
    """Each kind of contract, with and without a store."""
    return [
        study_of(tmp_path_factory, kind, store) for kind in CONTRACTS for store in (False, True)
    ]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 5), st.sampled_from(["coordinated", "run-at-once"]), st.randoms())
def test_no_poison_makes_a_course_pay_more(
    studies: list[Study], which: int, name: str, chance: object
) -> None:
    """Every signal says anything at all, alone and together, under each contract."""
    study = studies[which]
    truth, draw = truth_of(study), np.random.default_rng(chance.randrange(2**31))  # type: ignore[attr-defined]
    lied = tuple(
        replace(rows, values=draw.uniform(*_span(rows.values), len(rows.values)))
        if draw.random() < 0.7
        else rows
        for rows in study.history.series
    )
    poisoned = replace(study, history=replace(study.history, series=lied))
    policy, forecaster, known = policy_named(name, poisoned)
    course = run_course(known, truth, policy, forecaster, MemoryStore(), silent)
    paid = settle(study, truth, course, 0.0).energy_cost
    assert paid <= most_energy_cost(study, truth) + 1e-6
    assert most_energy_cost(study, truth) <= at_their_limits(study, truth) + 1e-6


def _span(values: np.ndarray) -> tuple[float, float]:
    """Of a series and half as far beyond on both sides."""
    low, high = float(values.min()), float(values.max())
    return low - 0.5 * (high - low), high + 0.5 * (high - low)


def test_the_bound_knows_how_much_work_there_is(studies: list[Study]) -> None:
    """Twice the machines for the same work hardly move it; all at their limits they double what is drawn."""
    study = studies[0]
    truth = truth_of(study)
    assert most_energy_cost(study, truth) < 0.8 * at_their_limits(study, truth)


def test_requests_keep_no_more_machines_than_are_said() -> None:
    """What the twin has answering, with whatever power, never exceeds the reach of its requests."""
    study = load_case(CASES / "three_sites.toml")
    truth = truth_of(study)
    reach = serving_reach(study, truth)
    policy, forecaster, known = policy_named("coordinated", study)
    course = run_course(known, truth, policy, forecaster, MemoryStore(), silent)
    assert settle(study, truth, course, 0.0).energy_cost <= most_energy_cost(study, truth)
    seen = course.telemetry
    parked = np.asarray([pool.parked_kw_per_accelerator for pool in study.fleet.pools])
    beyond_kw = seen.answering_kw - parked[:, None]
    usual = len(study.services)
    assert usual and (seen.active > 0).any()
    assert (
        np.where(seen.active > 0, beyond_kw, 0.0) <= reach.power_kw[:usual, :, None] + 1e-9
    ).all()
    asked_per_s = truth.requests_per_s.sum(axis=1)[:, None, :]
    most = reach.always[:usual, :, None] + reach.each[:usual, :, None] * asked_per_s
    assert (seen.active <= np.minimum(most, study.fleet.accelerators[:, None]) + 1e-6).all()
