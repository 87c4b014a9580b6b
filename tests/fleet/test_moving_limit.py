"""Limits of import that move with the clock, and what a kilowatt-hour costs in the system's peaks."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridtide.fleet.coincident import coincident_cost_per_kwh
from gridtide.fleet.contract import CoincidentPeak, Contract, ImportLimit
from gridtide.fleet.moving_limit import contract_import_max_kw
from gridtide.timeline import Timeline, regular, telescope

EVENING = Contract(
    import_max_kw=100.0,
    limits=(
        ImportLimit(import_max_kw=60.0, from_hour=18.0, to_hour=21.0),
        ImportLimit(import_max_kw=40.0, weekdays=frozenset({0}), from_hour=20.5, to_hour=24.0),
    ),
)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def test_the_lowest_limit_that_holds_counts_on_the_local_clock() -> None:
    """On a Monday in Shanghai, eight hours ahead: 60 from 10:00 UTC, 40 from 12:30 to 16:00."""
    timeline = regular(MONDAY, timedelta(minutes=30), 48)
    most_kw = contract_import_max_kw(EVENING, "Asia/Shanghai", timeline)
    expected = np.full(48, 100.0)
    expected[20:25], expected[25:32] = 60.0, 40.0
    assert most_kw.tolist() == expected.tolist()


def test_a_longer_step_keeps_the_lowest_limit_in_any_part_of_it() -> None:
    """Steps of four hours, and quarters beside them; without limits the connection's own."""
    timeline = telescope(MONDAY, [(timedelta(minutes=15), 8), (timedelta(hours=4), 5)])
    most_kw = contract_import_max_kw(EVENING, "UTC", timeline)
    assert most_kw.tolist() == [100.0] * 8 + [100.0, 100.0, 100.0, 100.0, 40.0]
    free = contract_import_max_kw(Contract(import_max_kw=7.0), "UTC", timeline)
    assert free.tolist() == [7.0] * 13


def test_a_step_of_minutes_has_the_limit_of_its_own_time() -> None:
    """Five-minute steps across the begin of a limit."""
    timeline = regular(MONDAY + timedelta(hours=17, minutes=50), timedelta(minutes=5), 4)
    most_kw = contract_import_max_kw(EVENING, "UTC", timeline)
    assert most_kw.tolist() == [100.0, 100.0, 60.0, 60.0]


@pytest.mark.parametrize("step_min", [5, 15, 60, 120])
def test_a_flat_load_is_charged_alike_at_every_step_length(step_min: int) -> None:
    """100 kW over a peak of a quarter of an hour at 48 per kW cost 4,800, or half of it where it is half likely."""
    peak = CoincidentPeak(
        start=MONDAY + timedelta(hours=16, minutes=30),
        end=MONDAY + timedelta(hours=16, minutes=45),
        charge_per_kw=48.0,
        likelihood=0.5,
    )
    contract = Contract(import_max_kw=1000.0, peaks=(peak,))
    timeline: Timeline = regular(MONDAY, timedelta(minutes=step_min), 24 * 60 // step_min)
    for came, cost in ((True, 4800.0), (False, 2400.0)):
        per_kwh = coincident_cost_per_kwh(contract, timeline, came=came)
        assert float((per_kwh * 100.0 * timeline.hours).sum()) == pytest.approx(cost)
