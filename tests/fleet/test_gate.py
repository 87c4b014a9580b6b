"""When the gate of a step closes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from gridtide.fleet.contract import Contract
from gridtide.fleet.gate import gate_closes_s
from gridtide.timeline import regular

RULE = Contract(import_max_kw=1.0, gate_closure_h=6.0)


def test_so_many_hours_before_each_step() -> None:
    """Step by step."""
    steps = regular(datetime(2026, 3, 2, tzinfo=UTC), timedelta(hours=1), 3)
    assert (steps.starts_s - gate_closes_s(RULE, "UTC", steps.starts_s) == 6 * 3600).all()


def test_at_noon_for_the_whole_of_the_next_local_day_of_any_length() -> None:
    """Also across the nights in which clocks change."""
    zone = ZoneInfo("Europe/Berlin")
    rule = replace(RULE, gate_hour=12.0)
    for day in (datetime(2026, 3, 29, tzinfo=zone), datetime(2026, 10, 25, tzinfo=zone)):
        hours = round(
            ((day + timedelta(days=1)).astimezone(UTC) - day.astimezone(UTC)).total_seconds() / 3600
        )
        steps = regular(day.astimezone(UTC), timedelta(hours=1), hours)
        noon = (day - timedelta(days=1)).replace(hour=12)
        assert set(gate_closes_s(rule, "Europe/Berlin", steps.starts_s)) == {int(noon.timestamp())}
        after = steps.edges_s[-1:]
        assert gate_closes_s(rule, "Europe/Berlin", after)[0] == int(
            day.replace(hour=12).timestamp()
        )
