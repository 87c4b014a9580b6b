"""Worths and promises on three days of a real case."""

import re
from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.simulate.changes import Kind
from gridtide.simulate.truth import truth_of
from gridtide.simulate.worth import worths_of

CASE = Path(__file__).resolve().parents[2] / "examples" / "real" / "six_markets.toml"


@pytest.mark.real
def test_three_days_of_six_markets_have_their_dearest_promises(
    tmp_path: Path, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """6,021 jobs: the best course is proved to the cent, each listed promise between its differences, a whole class
    costs more than its dearest job, and a battery that is there is not worth nothing."""
    monkeypatch.setenv("GRIDTIDE_DATA", str(data_dir))
    short = re.sub(r"(?m)^end = \S+", "end = 2023-03-04T00:00:00-06:00", CASE.read_text())
    (tmp_path / "case.toml").write_text(short)
    study = load_case(tmp_path / "case.toml")
    worths = worths_of(study, truth_of(study), lambda what: None, top=3)
    assert worths.best is not None
    assert worths.best.cost - worths.best.lower_bound <= 0.01
    assert worths.best.undone_accelerator_h > 0
    assert worths.promises.of == 6_021
    for cost in worths.promises.dearest:
        assert cost.differences is not None
        without, again = cost.differences.without, cost.differences.again
        assert without.least is not None and again.least is not None
        assert 0 < without.least <= cost.by_price + 0.01
        assert cost.by_price <= -again.least + 0.01
    (whole,) = [one for one in worths.changes if one.kind is Kind.WORK]
    assert whole.saving.least is not None
    assert whole.saving.least > worths.promises.dearest[0].by_price
    (none,) = [one for one in worths.changes if one.what == "no battery at Texas"]
    assert none.saving.most is not None
    assert none.saving.most < 0
