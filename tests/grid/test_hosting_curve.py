"""What is curtailed of a load that does not fit in every hour, and what fits within a share of its energy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.grid.hosting_curve import connectable_kw, curtailed, quick_room_kw

ROOMS = st.lists(st.floats(-50.0, 500.0), min_size=1, max_size=60)


def test_hours_runs_depth_and_energy_by_hand() -> None:
    """Six hours with room for 100, 60, 50, 120, 0 and -10 kW, and a load of 80 kW."""
    found = curtailed(80.0, np.asarray([100.0, 60.0, 50.0, 120.0, 0.0, -10.0]))
    assert (found.hours, found.times, found.longest_h) == (4, 2, 2)
    assert found.energy_kwh == pytest.approx(20.0 + 30.0 + 80.0 + 80.0)
    assert found.share == pytest.approx(210.0 / 480.0)
    assert found.deepest_kw == 80.0
    assert curtailed(0.0, np.asarray([5.0, -1.0])).share == 0.0


@given(ROOMS, st.floats(0.0, 400.0), st.floats(0.0, 400.0))
def test_a_larger_load_is_curtailed_no_less(rooms: list[float], one: float, more: float) -> None:
    """In hours, energy, share of its energy, and depth: the curve never turns back."""
    room = np.asarray(rooms)
    small, large = curtailed(one, room), curtailed(one + more, room)
    assert large.hours >= small.hours and large.energy_kwh >= small.energy_kwh - 1e-9
    assert large.deepest_kw >= small.deepest_kw - 1e-9
    if one > 1.0:
        assert large.share >= small.share - 1e-12


@given(ROOMS, st.floats(0.0, 0.9), st.floats(0.0, 0.09))
def test_the_load_that_fits_within_a_share_uses_it_up(
    rooms: list[float], share: float, more: float
) -> None:
    """One kW more passes it; a larger share never fits less; nothing curtailed is the least room."""
    room = np.asarray(rooms)
    size = connectable_kw(room, share)
    assert curtailed(size, room).share <= share + 1e-9
    assert curtailed(size * 1.001 + 1e-3, room).share > share
    assert connectable_kw(room, share + more) >= size - 1e-9
    assert connectable_kw(room, 0.0) == max(room.min(), 0.0)


def test_what_nothing_limits_fits_without_end() -> None:
    """No rating binds in any hour."""
    assert connectable_kw(np.full(4, np.inf), 0.01) == np.inf


@given(ROOMS, st.floats(0.0, 100.0), st.floats(0.1, 30.0))
def test_load_that_comes_off_in_time_never_has_less_room_than_firm_nor_more_than_before_an_outage(
    rooms: list[float], ramp: float, within: float
) -> None:
    """Nor more than a ramp takes off in the time; here as the grid stands there is twice the room and 10 kW."""
    after = np.asarray(rooms)
    now = 2.0 * np.maximum(after, 0.0) + 10.0
    quick = quick_room_kw(now, after, ramp, within)
    assert (quick >= np.minimum(np.maximum(after, 0.0), now)).all()
    assert (quick <= now).all()
    assert (quick <= np.maximum(after, 0.0) + ramp * within + 1e-9).all()
