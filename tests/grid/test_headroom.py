"""How much new load fits under a peak: reference figures, laws, whose work is left out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.grid.headroom import events_of, headroom, season_peaks_kw
from gridtide.grid.who_curtails import OfferedStep, who_curtails

FOUR = np.asarray([80.0, 90.0, 100.0, 95.0])


@pytest.mark.parametrize(("share", "load_kw"), [(0.25, 5.0), (0.30, 6.25)])
def test_four_hours_take_what_the_reference_says(share: float, load_kw: float) -> None:
    """Where the ratio is flat the largest load is returned."""
    assert headroom(FOUR, np.full(4, 100.0), share).load_kw == pytest.approx(load_kw)


@given(
    st.lists(st.floats(1.0, 1_000.0), min_size=2, max_size=60),
    st.floats(0.0, 0.6),
)
def test_the_load_found_is_the_largest_that_keeps_the_share(
    demand: list[float], share: float
) -> None:
    """At it the share holds, a thousandth above it no more; a larger share never takes less."""
    demand_kw = np.asarray(demand)
    firm = np.full(len(demand), demand_kw.max())
    found = headroom(demand_kw, firm, share)

    def left_out(load_kw: float) -> float:
        over = np.maximum(0.0, demand_kw + load_kw - firm).sum()
        return float(over / (load_kw * len(demand))) if load_kw > 0.0 else 0.0

    assert left_out(found.load_kw) <= share + 1e-9
    assert left_out(found.load_kw * 1.001 + 1e-3) > share
    assert found.curtailed_kw.sum() <= share * found.load_kw * len(demand) * (1 + 1e-9) + 1e-6
    assert headroom(demand_kw, firm, min(0.9, share + 0.1)).load_kw >= found.load_kw - 1e-9


def test_nothing_left_out_takes_nothing_and_nonsense_is_refused() -> None:
    """At the peak there is no room; a share of 1 or a demand above the limit is no question."""
    assert headroom(FOUR, np.full(4, 100.0), 0.0).load_kw == 0.0
    assert headroom(FOUR, np.full(4, 110.0), 0.0).load_kw == pytest.approx(10.0)
    with pytest.raises(ValueError, match="share"):
        headroom(FOUR, np.full(4, 100.0), 1.0)
    with pytest.raises(ValueError, match="already"):
        headroom(FOUR, np.full(4, 99.0), 0.1)


def test_hours_on_end_are_one_event() -> None:
    """With its length, its deepest hour and its energy; half of the load is kept in two of three hours."""
    one, other = events_of(np.asarray([0.0, 2.0, 5.0, 0.0, 1.0]))
    assert (one.start, one.hours, one.deepest_kw, one.energy_kwh) == (1, 2, 5.0, 7.0)
    assert (other.start, other.hours) == (4, 1)
    found = headroom(FOUR, np.full(4, 100.0), 0.3)
    assert found.hours == 2 and found.curtailed_kw.tolist() == pytest.approx([0, 0, 6.25, 1.25])
    assert found.half_kept_share == 0.5


def test_each_season_has_its_own_peak() -> None:
    """A summer hour is held to the summer's."""
    peaks = season_peaks_kw(FOUR, np.asarray([0, 0, 1, 1]))
    assert peaks.tolist() == [90.0, 90.0, 100.0, 100.0]


def test_the_cheapest_work_that_lasts_long_enough_is_left_out_first() -> None:
    """Two hours on end of 6.25 and 1.25 kW ask for steps of two hours, of a fleet half as large as the new load."""
    found = headroom(FOUR, np.full(4, 100.0), 0.3)
    steps = [
        OfferedStep(work="short", duration_s=3_600.0, kw=9.0, price_per_kwh=0.0),
        OfferedStep(work="search", duration_s=7_200.0, kw=2.0, price_per_kwh=0.9),
        OfferedStep(work="training", duration_s=7_200.0, kw=1.0, price_per_kwh=0.1),
        OfferedStep(work="training", duration_s=7_200.0, kw=1.0, price_per_kwh=0.2),
    ]
    told = who_curtails(found, steps, 3.125)
    training, search = told.works
    assert (training.work, search.work) == ("training", "search")
    assert training.energy_kwh == pytest.approx(4.0 + 1.25) and training.most_kw == 4.0
    assert training.cost == pytest.approx(0.1 * (2.0 + 1.25) + 0.2 * 2.0)
    assert search.energy_kwh == pytest.approx(2.25) and search.hours == 1
    assert search.dearest_per_kwh == 0.9
    assert told.unmet_kwh == 0.0 and told.longer_h == 0
    short = who_curtails(found, steps[:1], 3.125)
    assert short.longer_h == 2 and short.unmet_kwh == 0.0
    none = who_curtails(found, [], 3.125)
    assert none.unmet_kwh == pytest.approx(7.5) and none.unmet_hours == 2
