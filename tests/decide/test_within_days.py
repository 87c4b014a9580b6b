"""Load moved within its day: what leaves one hour arrives in another of the same day, and nothing else changes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide.within_days import Shifting, moved_by_gap, moved_by_signal
from gridtide.testing.plain_days import plain_by_gap, plain_by_signal

Real = NDArray[np.float64]
steps = st.lists(st.tuples(st.integers(0, 30), st.integers(-5, 40)), min_size=1, max_size=60).map(
    lambda found: np.asarray(found, dtype=np.float64).T
)
shiftings = st.builds(
    Shifting,
    share=st.sampled_from([0.0, 0.3, 0.4, 1.0]),
    load_max_kw=st.sampled_from([0.0, 12.0, 35.0, np.inf]),
    day=st.sampled_from([1, 4, 24]),
)


def of_each_day(values: Real, day: int) -> Real:
    """Sums day by day."""
    return np.add.reduceat(values, np.arange(0, len(values), day))


@given(columns=steps, shifting=shiftings)
def test_each_day_keeps_its_sum_and_no_hour_more_than_it_may(
    columns: Real, shifting: Shifting
) -> None:
    """By signal and by gap: no hour gives more than its share, none that takes is filled above the largest load."""
    load, other = columns
    for after in (moved_by_signal(load, other, shifting), moved_by_gap(load, other, shifting)):
        assert of_each_day(after, shifting.day) == pytest.approx(of_each_day(load, shifting.day))
        assert (after >= (1.0 - shifting.share) * load - 1e-9).all()
        assert (after <= np.maximum(load, shifting.load_max_kw) + 1e-9).all()


@given(columns=steps, shifting=shiftings)
def test_what_moves_moves_down_the_signal(columns: Real, shifting: Shifting) -> None:
    """The signal felt by a day never rises."""
    load, signal = columns
    after = moved_by_signal(load, signal, shifting)
    assert (of_each_day((after - load) * signal, shifting.day) <= 1e-9).all()


@given(columns=steps, shifting=shiftings)
def test_by_gap_only_what_is_lacking_moves_to_what_is_left_over(
    columns: Real, shifting: Shifting
) -> None:
    """No hour that lacks supply takes, none with supply left gives, and none passes its supply."""
    load, given_kw = columns
    after = moved_by_gap(load, given_kw, shifting)
    lacks = load > given_kw
    assert (after[lacks] <= load[lacks]).all() and (after[~lacks] >= load[~lacks]).all()
    assert (after[lacks] >= given_kw[lacks] - 1e-9).all()
    assert (after[~lacks] <= given_kw[~lacks] + 1e-9).all()


@given(columns=steps, shifting=shiftings)
def test_the_plain_writing_moves_the_same(columns: Real, shifting: Shifting) -> None:
    """Hour by hour, with ties and a last day that is shorter."""
    load, other = columns
    asked = (load.tolist(), other.tolist(), shifting.share, shifting.load_max_kw, shifting.day)
    assert moved_by_signal(load, other, shifting) == pytest.approx(plain_by_signal(*asked))
    assert moved_by_gap(load, other, shifting) == pytest.approx(plain_by_gap(*asked))


def test_a_day_by_hand() -> None:
    """Half of the dearest hour fills the cheapest up to 12, what is left goes to the next; equals keep theirs."""
    load = np.array([10.0, 10.0, 10.0, 10.0])
    price = np.array([5.0, 1.0, 2.0, 2.0])
    after = moved_by_signal(load, price, Shifting(share=0.5, load_max_kw=12.0, day=4))
    assert after.tolist() == [5.0, 12.0, 12.0, 11.0]


def test_nothing_in_nothing_out() -> None:
    """A load without steps."""
    none = np.empty(0)
    assert len(moved_by_signal(none, none, Shifting(share=0.5, load_max_kw=1.0))) == 0


@pytest.mark.parametrize(
    ("share", "most", "day", "said"),
    [(1.5, 1.0, 24, "share"), (np.nan, 1.0, 24, "share"), (0.5, -1.0, 24, "largest"), (0.5, 1.0, 0, "day")],
)  # fmt: skip
def test_settings_that_cannot_be_meant_are_refused(
    share: float, most: float, day: int, said: str
) -> None:
    """With what is wrong in the words."""
    with pytest.raises(ValueError, match=said):
        Shifting(share=share, load_max_kw=most, day=day)


@pytest.mark.parametrize(
    ("load", "by", "said"),
    [([1.0, np.nan], [1.0, 2.0], "finite"), ([1.0, -2.0], [1.0, 2.0], "below zero"), ([1.0], [1.0, 2.0], "1 loads")],
)  # fmt: skip
def test_columns_that_cannot_be_meant_are_refused(
    load: list[float], by: list[float], said: str
) -> None:
    """Before anything moves."""
    shifting = Shifting(share=0.5, load_max_kw=1.0)
    with pytest.raises(ValueError, match=said):
        moved_by_signal(np.asarray(load), np.asarray(by), shifting)
