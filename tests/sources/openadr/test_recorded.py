"""A recording of a VTN is a source like any other: files in, signals and calls out, faults named."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridtide.finding import BadInput
from gridtide.signals.signal import Kind
from gridtide.sources.openadr.recorded import RecordedOpenAdr
from gridtide.testing.sources import SignalSourcePromises

FIXTURE = Path(__file__).parents[2] / "fixtures" / "sources" / "openadr.jsonl"
RECORDED = RecordedOpenAdr(path=FIXTURE, zone="Z")


class TestRecordedOpenAdr(SignalSourcePromises):
    source = RECORDED


def test_prices_carbon_and_calls_come_with_the_instants_of_their_issue() -> None:
    """Per MWh, and no call before its line."""
    price, carbon = RECORDED.read()
    assert (price.kind, price.currency, price.values.tolist()) == (
        Kind.PRICE,
        "USD",
        [80.0, 210.0, -10.0],
    )
    assert carbon.kind is Kind.CARBON_MARGINAL
    assert price.issued_at == datetime(2026, 11, 22, 11, tzinfo=UTC)
    first, second = RECORDED.calls()
    assert [first.import_max_kw, second.import_max_kw] == [60_000, 50_000]
    assert first.taken_back_at == second.issued_at == datetime(2026, 11, 22, 12, 30, tzinfo=UTC)
    assert "1 polls were not answered" in price.notes


def test_a_folder_is_read_in_the_order_of_its_names(tmp_path: Path) -> None:
    """One-way networks deliver a file at a time."""
    lines = FIXTURE.read_text().splitlines(keepends=True)
    for number, line in enumerate(lines):
        (tmp_path / f"{number:03}.json").write_text(line)
    whole = RecordedOpenAdr(path=tmp_path, zone="Z")
    assert whole.calls() == RECORDED.calls()
    (tmp_path / "000.json").rename(tmp_path / "999.json")
    with pytest.raises(BadInput, match="order"):
        whole.calls()
