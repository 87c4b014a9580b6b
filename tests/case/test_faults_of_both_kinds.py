"""Faults of the schema and faults that tables have together are said in one round, where the one says nothing of the
other."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput

TEXT = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
CALLS = """
[[event]]
site = "nowhere"
kind = "demand-response"
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T10:00:00+01:00
reduce_kw = 20
issued_at = 2026-03-02T01:00:00+01:00

[[event]]
site = "here"
kind = "absorb"
start = 2026-03-02T12:00:00+01:00
end = 2026-03-02T10:00:00+01:00
take_kw = -3
"""


def subjects(tmp_path: Path, text: str) -> list[str]:
    """What every finding is of."""
    path = tmp_path / "case.toml"
    path.write_text(text)
    with pytest.raises(BadInput) as caught:
        load_case(path)
    return [one.subject for one in caught.value.findings]


def test_a_key_that_is_not_known_hides_no_fault_of_other_tables(tmp_path: Path) -> None:
    """A misspelt key of a site beside a call that ends before it begins."""
    call = CALLS.split("[[event]]")[1].replace("nowhere", "here")
    text = TEXT.replace("latitude", "latitud = 1\nlatitude") + "[[event]]" + call
    found = subjects(tmp_path, text)
    assert "site[1].latitud" in found and "event[1].end" in found


def test_of_a_table_with_a_fault_of_its_own_nothing_follows(tmp_path: Path) -> None:
    """The second call has no power that can be read; what is wrong with the first one is told all the same."""
    found = subjects(tmp_path, TEXT + CALLS)
    assert "event[2].take_kw" in found and "event[1].end" in found
    assert [one for one in found if one.startswith("event[2]")] == ["event[2].take_kw"]


def test_where_a_table_cannot_be_read_only_that_is_said(tmp_path: Path) -> None:
    """Without the connection of a site nothing is known of what it may be called to."""
    text = TEXT.replace("import_max_kw = 700", "import_max_kw = -1") + CALLS
    assert not [one for one in subjects(tmp_path, text) if one.endswith(".end")]
