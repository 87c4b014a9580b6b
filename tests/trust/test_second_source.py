"""What one source alone says, against others, is not decided on; what others bear out stands, whatever it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.signals.signal import Kind, Signal
from gridtide.timeline import Timeline, regular
from gridtide.trust.second_source import borne_out, middle_of

HOURS = regular(datetime(2026, 3, 2, tzinfo=UTC), timedelta(hours=1), 6)
PLAIN = (41.0, 39.5, -12.0, 55.0, 60.0, 48.0)


def said(values: tuple[float, ...], source: str = "the exchange") -> Signal:
    """Prices of six hours."""
    return Signal(
        kind=Kind.PRICE,
        zone="DE",
        timeline=HOURS,
        values=np.asarray(values),
        source=source,
        currency="EUR",
    )


def test_without_another_source_nothing_is_asked() -> None:
    """And nothing is taken out."""
    signal = said(PLAIN)
    assert borne_out(signal, ()) == (signal, ())


def test_a_negative_price_and_a_leap_stand_where_another_source_says_the_same() -> None:
    """Rounded, and an hour of it unknown."""
    high = (*PLAIN[:3], 3_900.0, *PLAIN[4:])
    other = said((41.3, np.nan, -11.4, 3_890.0, 60.0, 48.1), "the broker")
    kept, doubts = borne_out(said(high), (other,))
    assert doubts == () and (kept.values == high).all()


def test_of_two_that_differ_neither_is_decided_on() -> None:
    """It is said which source speaks against it, and from when on."""
    other = said((*PLAIN[:3], 95.0, *PLAIN[4:]), "the broker")
    kept, (doubt,) = borne_out(said(PLAIN), (other,))
    assert np.isnan(kept.values).tolist() == [False, False, False, True, False, False]
    assert str(doubt) == (
        "price_per_mwh of DE: 1 values from 2026-03-02 03:00 UTC differ from what the broker says"
    )
    assert doubt.disputed


def test_one_liar_among_three_is_found_whoever_it_is() -> None:
    """The signal's own value goes only where it is the one that is alone."""
    lying = said(tuple(-value for value in PLAIN), "a liar")
    kept, doubts = borne_out(said(PLAIN), (said(PLAIN, "the broker"), lying))
    assert doubts == () and not np.isnan(kept.values).any()
    kept, _ = borne_out(lying, (said(PLAIN), said(PLAIN, "the broker")))
    assert np.isnan(kept.values).all()


def test_a_source_on_coarser_steps_is_held_against_each_of_them() -> None:
    """It says one value for three hours."""
    coarse = Timeline(edges_s=HOURS.edges_s[::3])
    other = replace(said(PLAIN), timeline=coarse, values=np.asarray([20.0, 54.0]))
    kept, _ = borne_out(said(PLAIN), (other,))
    assert np.isnan(kept.values).tolist() == [True, True, True, False, True, True]


@given(st.lists(st.floats(-400.0, 4_000.0), min_size=6, max_size=6), st.integers(0, 5))
def test_what_all_say_stands_and_what_nobody_else_says_goes(values: list[float], at: int) -> None:
    """A lie of more than the sources differ by is never decided on."""
    true = said(tuple(values))
    lie = np.array(values)
    lie[at] += 1_000.0
    kept, doubts = borne_out(replace(true, values=lie), (true, true))
    assert np.isnan(kept.values)[at] and np.isnan(kept.values).sum() == 1 and len(doubts) == 1
    assert borne_out(true, (true,))[1] == ()


def test_no_single_source_moves_the_middle_of_three_far() -> None:
    """Whatever it says; of two it is their mean."""
    wild = said(tuple(1e9 for _ in PLAIN))
    assert (middle_of([wild, said(PLAIN), said(PLAIN)]) == PLAIN).all()
    assert middle_of([said((10.0,) * 6), said((20.0,) * 6)]).tolist() == [15.0] * 6
