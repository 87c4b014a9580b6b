"""Connections and calls of the grid in a case: what cannot hold is said, what can is kept."""

from datetime import timedelta
from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
CALL = """
[[event]]
site = "here"
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T14:00:00+01:00
import_max_kw = {kw}
"""


def faults(tmp_path: Path, text: str) -> dict[str, str]:
    """Key and limit of each fault of a case."""
    path = tmp_path / "case.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as refused:
        load_case(path)
    return {finding.subject: finding.limit for finding in refused.value.findings}


def test_a_connection_below_the_parked_machines_is_refused(tmp_path: Path) -> None:
    """The limit says how much the site draws with everything parked."""
    found = faults(tmp_path, TEXT.replace("import_max_kw = 700", "import_max_kw = 20"))
    assert "all machines parked" in found["site[1].contract.import_max_kw"]


def test_a_call_that_cannot_be_met_or_ends_before_it_begins_is_refused(tmp_path: Path) -> None:
    """All its faults at once."""
    text = (
        TEXT
        + CALL.format(kw=5).replace("14:00:00", "11:00:00")
        + ("issued_at = 2026-03-02T13:00:00+01:00\n")
    )
    found = faults(tmp_path, text)
    assert set(found) == {"event[1].end", "event[1].issued_at", "event[1].import_max_kw"}


def test_a_call_is_known_from_the_start_unless_the_case_says_when_it_was_issued(
    tmp_path: Path,
) -> None:
    """issued_at is the start of the case by default."""
    path = tmp_path / "case.toml"
    path.write_text(TEXT + CALL.format(kw=120))
    study = load_case(path)
    assert study.events[0].issued_at == study.timeline.start
    path.write_text(TEXT + CALL.format(kw=120) + "issued_at = 2026-03-02T11:30:00+01:00\n")
    later = load_case(path).events[0]
    assert later.start - later.issued_at == timedelta(minutes=30)


def test_a_call_beyond_the_connection_and_one_that_pays_nothing_are_told(tmp_path: Path) -> None:
    """Neither is a fault: the case runs, and says what nobody can have meant."""
    head = CALL.replace("import_max_kw = {kw}\n", "")
    calls = (
        ('kind = "demand-response"', "reduce_kw = 900", "payment_per_mwh = 80"),
        ('kind = "absorb"', "take_kw = 20"),
        ("import_max_kw = 900",),
        ('kind = "demand-response"', "reduce_kw = 20", "payment_per_mwh = 80"),
    )
    path = tmp_path / "case.toml"
    path.write_text(TEXT + "".join(head + "\n".join(one) + "\n" for one in calls))
    told = [note for note in load_case(path).notes if note.startswith("event[")]
    assert [note.partition(",")[0] for note in told] == ["event[1]", "event[2]", "event[3]"]
    assert "900 kW at a connection of 700 kW" in told[0]
    assert "pays nothing" in told[1]
    assert "at most 900 kW binds nobody" in told[2]


def test_plants_are_built_for_the_hottest_day_of_their_kind(tmp_path: Path) -> None:
    """28 °C wet bulb, 40 °C dry bulb for an air-cooled chiller, or what the case says."""
    path = tmp_path / "case.toml"
    for written, expected in (
        ('cooling = "warm-liquid"', 28.0),
        ('cooling = "air-chiller"', 40.0),
        ("design_outdoor_c = 33.5", 33.5),
    ):
        path.write_text(TEXT.replace("it_capacity_kw = 400", f"it_capacity_kw = 400, {written}"))
        assert load_case(path).fleet.sites[0].facility.design_outdoor_c == expected
