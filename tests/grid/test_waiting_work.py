"""Curtailment that is answered by work that waits: energy given, drawn later, late, and left."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.grid.hosting_curve import curtailed
from gridtide.grid.waiting_work import WaitingStep, WaitingWork, depth_kw, scaled, waited


def work(catch_up_kw: float = 20.0) -> WaitingWork:
    """10 kW for an hour at 1 a kWh and 30 at 2, 8 kW for four hours; of each kWh 1.5 are drawn later, of the 30
    none."""
    return WaitingWork(
        of="a fleet",
        currency="CNY",
        steps=(
            WaitingStep(duration_h=1.0, kw=30.0, price_per_kwh=2.0, drawn_later=0.0),
            WaitingStep(duration_h=1.0, kw=10.0, price_per_kwh=1.0, drawn_later=1.5),
            WaitingStep(duration_h=4.0, kw=8.0, price_per_kwh=3.0, drawn_later=1.5),
            WaitingStep(duration_h=1.0 / 60.0, kw=500.0, price_per_kwh=0.1, drawn_later=0.0),
        ),
        catch_up_kw=catch_up_kw,
    )


def test_an_hour_is_met_by_what_costs_least_and_caught_up_where_there_is_room() -> None:
    """25 kW lack for an hour: 10 kW at 1 and 15 at 2; 15 kWh are drawn later, 10 at once and 5 an hour after."""
    room = np.asarray([100.0, 75.0, 110.0, 200.0, 100.0])
    found = waited(100.0, room, work(), within_h=24)
    assert found.given_kwh == pytest.approx(25.0) and found.unmet_kwh == 0.0
    assert found.waiting_cost == pytest.approx(10.0 + 2.0 * 15.0)
    assert found.later_kwh == found.caught_up_kwh == pytest.approx(15.0)
    assert found.late_kwh == 0.0 and found.share == 0.0


def test_what_is_not_caught_up_in_time_is_late_and_counts() -> None:
    """Three hours without room beyond the load, and only two to catch up in."""
    room = np.asarray([90.0, 100.0, 100.0, 100.0, 200.0])
    found = waited(100.0, room, work(), within_h=2)
    assert found.late_kwh == pytest.approx(15.0) and found.caught_up_kwh == 0.0
    assert found.share == pytest.approx(15.0 / 500.0)
    assert waited(100.0, room, work(), within_h=4).late_kwh == 0.0


def test_a_long_run_has_only_what_lasts_as_long_and_that_once() -> None:
    """Six hours: the steps of four hours give 32 kWh in all, 8 kW at a time; the rest has no answer."""
    room = np.concatenate([np.full(6, 80.0), np.full(20, 200.0)])
    found = waited(100.0, room, work(), within_h=24)
    assert found.given_kwh == pytest.approx(32.0)
    assert found.unmet_kwh == pytest.approx(120.0 - 32.0)
    assert (found.unmet_hours, found.unmet_longest_h, found.unmet_deepest_kw) == (6, 6, 20.0)
    assert found.most_waiting_kwh == pytest.approx(48.0) and found.late_kwh == 0.0


def test_work_that_still_waits_does_not_wait_again() -> None:
    """No room to catch up between two hours that lack: the step that is due gives nothing the second time."""
    room = np.asarray([90.0, 100.0, 90.0, 500.0])
    found = waited(100.0, room, work(), within_h=24)
    assert found.given_kwh == pytest.approx(10.0)
    assert found.unmet_kwh == pytest.approx(10.0)


def test_a_fleet_of_another_size_gives_in_proportion() -> None:
    """Depths grow, prices do not; without a step of an hour there is nothing to ask."""
    assert depth_kw(work(), 1) == 40.0 and depth_kw(work(), 3) == 8.0 and depth_kw(work(), 9) == 8.0
    assert depth_kw(scaled(work(), 2.5), 1) == 100.0
    with pytest.raises(ValueError, match="no step lasts an hour"):
        WaitingWork(of="", currency="", steps=work().steps[3:], catch_up_kw=1.0)


@given(
    st.lists(st.floats(0.0, 300.0), min_size=1, max_size=80),
    st.floats(1.0, 250.0),
    st.floats(0.0, 50.0),
    st.integers(1, 30),
)
def test_every_kwh_is_accounted_for(
    rooms: list[float], size: float, catch_up: float, within: int
) -> None:
    """What is curtailed is given or unmet; what is drawn later is caught up or late; never worse than no work at all
    by more than what is late."""
    room = np.asarray(rooms)
    found = waited(size, room, work(catch_up), within)
    short = curtailed(size, room)
    assert found.given_kwh + found.unmet_kwh == pytest.approx(short.energy_kwh, abs=1e-6)
    assert found.caught_up_kwh + found.late_kwh == pytest.approx(found.later_kwh, abs=1e-6)
    assert found.unmet_hours <= short.hours and found.unmet_deepest_kw <= short.deepest_kw + 1e-9
    assert found.given_kwh >= 0.0 and found.late_kwh >= -1e-9
    spare = np.minimum(np.maximum(room - size, 0.0), catch_up)
    assert found.caught_up_kwh <= spare.sum() + 1e-6
