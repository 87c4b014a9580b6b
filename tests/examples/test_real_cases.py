"""The three real cases, each cut to a few days: real prices, carbon, weather, jobs and rates."""

import re
from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.signals.signal import Kind
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

CASES = Path(__file__).resolve().parents[2] / "examples" / "real"

pytestmark = pytest.mark.real


def cut(name: str, end: str, folder: Path, data_dir: Path, patch: pytest.MonkeyPatch) -> Study:
    """A case of the examples that ends early."""
    patch.setenv("GRIDTIDE_DATA", str(data_dir))
    text = (CASES / f"{name}.toml").read_text()
    short = re.sub(r"^end = \S+", f"end = {end}", text, count=1, flags=re.MULTILINE)
    assert short != text
    (folder / f"{name}.toml").write_text(short)
    return load_case(folder / f"{name}.toml")


def settled(study: Study, *names: str) -> dict[str, Settlement]:
    """What each policy cost."""
    truth = truth_of(study)
    found = {}
    for name in names:
        found[name] = settle(study, truth, course_of(study, name), 0.0)
    assert all(item.promises.missed_deadlines == 0 for item in found.values())
    return found


def test_two_days_over_six_markets(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every price in USD at the stated rates; European and Korean jobs stay; energy costs less."""
    study = cut("six_markets", "2023-03-03T00:00:00-06:00", tmp_path, data_dir, monkeypatch)
    assert len(study.jobs) > 1_500
    prices = [rows for rows in study.history.series if rows.kind is Kind.PRICE]
    assert {rows.currency for rows in prices} == {"USD"}
    regions = {study.fleet.sites[place.site].region for place in study.fleet.places}
    assert regions == {"US", "CA", "EU", "KR"}
    found = settled(study, "run-at-once", "coordinated")
    assert found["coordinated"].energy_cost < found["run-at-once"].energy_cost
    assert found["coordinated"].latency_p95_s is not None


def test_four_days_of_negative_prices_in_south_australia(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The assumption of kW per unit is said; work goes where the price is negative."""
    study = cut("south_australia", "2023-01-05T00:00:00+10:00", tmp_path, data_dir, monkeypatch)
    assert any("0.35 kW busy" in note and "as the case assumes" in note for note in study.notes)
    assert float(truth_of(study).price_per_mwh.min()) < 0.0
    found = settled(study, "run-at-once", "coordinated", "lowest-window")
    assert found["coordinated"].total_cost < found["lowest-window"].total_cost
    assert found["coordinated"].total_cost < found["run-at-once"].total_cost
    done = {item.accelerator_h_done for item in found.values()}
    assert max(done) - min(done) < 1e-6 * max(done)


def test_three_days_over_five_areas_by_carbon(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One price everywhere, so that what falls is carbon; it is an average, and never called marginal.

    The cut leaves out the long jobs whose deadlines lie behind it, so run times come out shorter than they
    are judged and some moves do not pay: the cost of the whole month is for `make real` to show.
    """
    study = cut("carbon_2022", "2022-07-04T00:00:00-05:00", tmp_path, data_dir, monkeypatch)
    kinds = {rows.kind for rows in study.history.series}
    assert Kind.CARBON_AVERAGE in kinds
    assert Kind.CARBON_MARGINAL not in kinds
    assert Kind.PRICE not in kinds
    found = settled(study, "run-at-once", "coordinated")
    reference, policy = found["run-at-once"], found["coordinated"]
    assert policy.emissions_average_kg < 0.97 * reference.emissions_average_kg
    assert policy.total_cost < 1.05 * reference.total_cost
