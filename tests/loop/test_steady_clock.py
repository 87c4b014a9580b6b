"""A clock that nobody can set: what somebody does to the wall's moves nothing, what keeps it right is followed."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gridtide.loop.clock import DrivenClock, SteadyClock, set_said
from gridtide.testing.calls import NOON

HOURS = st.floats(-48.0, 48.0).filter(lambda hours: abs(hours) > 0.01)


class Elapsed:
    """Seconds that a test lets pass, beside a wall's clock that shows them."""

    def __init__(self) -> None:
        self.seconds, self.wall = 0.0, DrivenClock(NOON)

    def __call__(self) -> float:
        """Since the beginning."""
        return self.seconds

    def passes(self, seconds: float) -> None:
        """On both."""
        self.seconds += seconds
        self.wall.present += timedelta(seconds=seconds)


@given(set_by_h=HOURS, before_s=st.floats(0.0, 1e5), after_s=st.floats(0.0, 1e5))
def test_setting_the_clock_on_the_wall_moves_nothing(
    set_by_h: float, before_s: float, after_s: float
) -> None:
    """Forward or back, whenever; by how much it was set is said."""
    time = Elapsed()
    clock = SteadyClock(wall=time.wall, steady=time)
    time.passes(before_s)
    time.wall.present += timedelta(hours=set_by_h)
    time.passes(after_s)
    passed_s = (clock.now() - NOON).total_seconds()
    assert abs(passed_s - before_s - after_s) < 1e-3
    assert abs(clock.set_by_s() - 3600.0 * set_by_h) < 1e-3


@given(st.lists(st.floats(-0.9, 0.9), max_size=20))
def test_a_clock_that_is_kept_right_is_followed_and_never_goes_back(moves_s: list[float]) -> None:
    """As time servers keep it, a little at a time."""
    time = Elapsed()
    clock = SteadyClock(wall=time.wall, steady=time)
    seen = [clock.now()]
    for move_s in moves_s:
        time.passes(1.0)
        time.wall.present += timedelta(seconds=move_s)
        seen.append(clock.now())
    assert seen == sorted(seen)
    assert abs((seen[-1] - time.wall.present).total_seconds()) <= 1.0


def test_a_clock_that_somebody_set_is_said_with_what_to_do() -> None:
    """Until it is right again; of other clocks there is nothing to say."""
    time = Elapsed()
    clock = SteadyClock(wall=time.wall, steady=time)
    assert set_said(clock) == set_said(time.wall) == ""
    time.wall.present += timedelta(minutes=5)
    assert set_said(clock).startswith("the wall's was set by 300 s")
    time.wall.present -= timedelta(minutes=5)
    assert set_said(clock) == ""
