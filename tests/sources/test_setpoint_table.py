"""Set-points of a record, as strangers bring them, and their way through channel and watch."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from gridtide.devices.recorded_setpoint import RecordedSetpoint
from gridtide.finding import BadInput
from gridtide.loop.clock import DrivenClock
from gridtide.signals.setpoint import Quality
from gridtide.sources.setpoint_table import SetpointTable
from gridtide.testing.setpoint_sources import SetpointSourcePromises
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.trust.setpoint_watch import started, watched

RECORD = Path(__file__).parents[1] / "fixtures" / "sources" / "set_points.csv"
MORNING = datetime(2026, 11, 2, 6, tzinfo=UTC)


class TestSetpointTable(SetpointSourcePromises):
    """A table of telegrams."""

    source = SetpointTable(path=RECORD)


def test_a_record_of_a_bad_day_replays_as_it_was() -> None:
    """Each telegram when it arrived; what was no number and what was stamped an hour ago are refused once each."""
    record = SetpointTable(path=RECORD).read()
    clock = DrivenClock(MORNING)
    channel = RecordedSetpoint(clock=clock, record=record)
    rules = SetpointRules(
        p_min_kw=0.0, p_max_kw=100_000.0, ramp_kw_per_s=5_000.0, return_kw_per_s=500.0
    )
    state, told = started(rules, 60_000.0, MORNING), []
    for _ in range(10):
        clock.wait_until(clock.now() + timedelta(seconds=2))
        read = []
        while (one := channel.read()) is not None:
            read.append(one)
        state, notes = watched(rules, state, clock.now(), tuple(read), 60_000.0)
        told += [note.what for note in notes]
    assert told == [
        "set-points are fresh again",
        "set-point refused: not finite",
        "set-point refused: stamped too long ago",
    ]
    assert state.target_kw == 61_500.0
    assert record.telegrams[-1].quality is Quality.NOT_TOPICAL


def test_a_table_of_stamps_and_powers_is_enough(tmp_path: Path) -> None:
    """Rows are counted, arrivals are the latest stamp so far; Parquet reads as CSV does."""
    path = tmp_path / "few.parquet"
    moments = [MORNING, MORNING + timedelta(seconds=4), MORNING + timedelta(seconds=2)]
    pl.DataFrame({"time": moments, "p_set_kw": [1.0, 2.0, None]}).write_parquet(path)
    record = SetpointTable(path=path).read()
    assert [one.sequence for one in record.telegrams] == [0, 1, 2]
    assert record.arrived_at == (moments[0], moments[1], moments[1])


def test_every_fault_of_a_record_is_said_at_once(tmp_path: Path) -> None:
    """A naive time, a broken count, an unknown quality, an arrival that goes back."""
    path = tmp_path / "bad.csv"
    path.write_text(
        "time_utc,arrived_utc,p_set_kw,sequence,quality\n"
        "2026-11-02T06:00:00,2026-11-02T06:00:09Z,x,1.5,fine\n"
        "2026-11-02T06:00:04Z,2026-11-02T06:00:04Z,1,2,good\n"
    )
    with pytest.raises(BadInput) as error:
        SetpointTable(path=path).read()
    assert len(error.value.findings) == 5


def test_a_record_without_an_arrival_for_each_telegram_is_refused() -> None:
    """Said when the channel is opened."""
    record = SetpointTable(path=RECORD).read()
    with pytest.raises(BadInput, match="5 arrivals of 6 telegrams"):
        RecordedSetpoint(
            clock=DrivenClock(MORNING), record=replace(record, arrived_at=record.arrived_at[:5])
        )
