"""[site.genset]: generators for emergencies, and cuts that only they make possible."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
CUT = """
[[event]]
site = "here"
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T14:00:00+01:00
import_max_kw = 0
"""
TABLE = "genset = {{ rated_kw = {kw}, fuel_l = 500, fuel_price_per_l = 1.4 }}\n"


def written(folder: Path, kw: float | None, cut: str = CUT) -> Path:
    """The small case, its site with a generator of kw."""
    line = "" if kw is None else TABLE.format(kw=kw)
    path = folder / "case.toml"
    path.write_text(
        TEXT.replace("\n[[site.pool]]", f"{line}\n[[site.pool]]", 1) + cut, encoding="utf-8"
    )
    return path


def test_a_case_states_its_generators(tmp_path: Path) -> None:
    """And what it leaves out is said to be assumed; an accident of the grid needs no event."""
    study = load_case(written(tmp_path, 60.0, ""))
    genset = study.fleet.sites[0].genset
    assert genset is not None and genset.emergency_only and genset.for_flexibility_kw == 0.0
    assert (genset.in_emergency_kw, genset.fuel_price_per_l) == (60.0, 1.4)
    assert any("generators at here" in note and "assumed" in note for note in study.notes)
    assert not any("generators" in note for note in load_case(written(tmp_path, None, "")).notes)


def test_a_cut_below_parked_machines_needs_generators_that_carry_them(tmp_path: Path) -> None:
    """Without them, or with too small ones, the call is a fault."""
    assert load_case(written(tmp_path, 60.0)).events[0].import_max_kw == 0.0
    for kw in (None, 1.0):
        with pytest.raises(BadInput) as refused:
            load_case(written(tmp_path, kw))
        assert [one.subject for one in refused.value.findings] == ["event[1].import_max_kw"]


def test_impossible_generators_are_refused_all_at_once(tmp_path: Path) -> None:
    path = written(tmp_path, 60.0)
    path.write_text(path.read_text().replace("fuel_l = 500", "fuel_l = 0, start_failure = 1.0"))
    with pytest.raises(BadInput) as refused:
        load_case(path)
    found = {one.subject for one in refused.value.findings}
    assert found == {"site[1].genset.fuel_l", "site[1].genset.start_failure"}
