"""What is done of work that was slowed: never more than it may surely have done, whatever was told."""

from hypothesis import given
from hypothesis import strategies as st

from gridtide.loop.speeds_held import SpeedsHeld

TOLD = st.lists(
    st.tuples(st.sampled_from(["n1", "n2"]), st.integers(0, 500), st.sampled_from([1.0, 0.8, 0.5])),
    max_size=12,
)


def held(told: list[tuple[str, int, float]]) -> SpeedsHeld:
    """What was told, in the order of time."""
    speeds = SpeedsHeld()
    for group, at_s, speed in sorted(told, key=lambda one: one[1]):
        speeds.hold(group, speed, at_s)
    return speeds


def test_work_on_two_groups_is_as_fast_as_the_slowest() -> None:
    """A hundred seconds at full speed, a hundred at 0.8, a hundred at 0.5, a hundred at full speed again."""
    speeds = held([("n1", 100, 0.8), ("n2", 200, 0.5), ("n1", 250, 1.0), ("n2", 300, 1.0)])
    assert speeds.done_s(("n1", "n2"), 0, 400) == 100 + 80 + 50 + 100
    assert speeds.done_s(("n1",), 0, 400) == 100 + 120 + 150
    assert speeds.done_s((), 0, 400) == 400


@given(TOLD, st.integers(0, 600), st.integers(0, 600), st.integers(0, 600))
def test_it_counts_each_second_once(
    told: list[tuple[str, int, float]], one: int, other: int, between: int
) -> None:
    """Parts of a time add up to it; it is no more than the time, and no less than half of it here."""
    begin, middle, end = sorted((one, other, between))
    speeds, groups = held(told), ("n1", "n2")
    whole = speeds.done_s(groups, begin, end)
    parts = speeds.done_s(groups, begin, middle) + speeds.done_s(groups, middle, end)
    assert whole - 1 <= parts <= whole
    assert (end - begin) // 2 <= whole <= end - begin


@given(TOLD, st.integers(0, 600), st.integers(0, 600))
def test_it_survives_being_kept_and_forgets_nothing_that_counts(
    told: list[tuple[str, int, float]], begin: int, end: int
) -> None:
    """As plain values and back, without what was over before the first job began."""
    speeds, again = held(told), SpeedsHeld()
    begin, end = sorted((begin, end))
    before = speeds.done_s(("n1", "n2"), begin, end)
    speeds.forget(begin, ())
    again.take_up(speeds.plain())
    assert again.done_s(("n1", "n2"), begin, end) == before
