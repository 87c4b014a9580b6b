"""Law 5: halving the step changes results only by discretisation."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()


def settled(folder: Path, step_min: int) -> Settlement:
    """The day run at once, at a step."""
    path = folder / f"at_{step_min}.toml"
    path.write_text(TEXT.replace('currency = "EUR"', f'currency = "EUR"\nstep_min = {step_min}', 1))
    study = load_case(path)
    return settle(study, truth_of(study), course_of(study, "run-at-once"), 0.0)


def test_halving_the_step_brings_results_together(tmp_path: Path) -> None:
    """At 20, 10 and 5 minutes: the same promises, energy within 0.1 %, and each halving takes off most of what
    is left, for work that starts at the next edge starts ever closer to its arrival."""
    coarse, middle, fine = (settled(tmp_path, step_min) for step_min in (20, 10, 5))
    for other in (coarse, middle):
        assert other.promises.promised == fine.promises.promised
        assert other.promises.missed_deadlines == fine.promises.missed_deadlines == 0
        assert other.energy_kwh == pytest.approx(fine.energy_kwh, rel=1e-3)
        assert other.energy_cost == pytest.approx(fine.energy_cost, rel=0.04)
    left = abs(middle.energy_cost - fine.energy_cost)
    assert left <= 0.6 * abs(coarse.energy_cost - fine.energy_cost)


def test_what_is_made_up_does_not_depend_on_the_step(tmp_path: Path) -> None:
    """The same case at another step has the same weather and prices, held or averaged."""
    means = []
    for step_min in (60, 15, 5):
        path = tmp_path / f"at_{step_min}.toml"
        path.write_text(
            TEXT.replace('currency = "EUR"', f'currency = "EUR"\nstep_min = {step_min}', 1)
        )
        truth = truth_of(load_case(path))
        means.append((truth.price_per_mwh.mean(), truth.carbon_average_g_per_kwh.mean()))
    assert means[1] == pytest.approx(means[0]) and means[2] == pytest.approx(means[0])
