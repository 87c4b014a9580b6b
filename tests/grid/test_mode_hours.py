"""Hours that stand for operation modes are chosen by a rule that anybody can check."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.grid.mode_hours import NORTHERN, chosen_hours, instant_of, months_of


def test_months_and_instants_are_those_of_a_calendar() -> None:
    """8,784 hours are a leap year."""
    assert f"{instant_of(8784, 1416):%d %b %H}" == "29 Feb 00"
    assert f"{instant_of(8760, 1416):%d %b %H}" == "01 Mar 00"
    months = months_of(8760)
    assert np.bincount(months).tolist()[1:] == [
        744,
        672,
        744,
        720,
        744,
        720,
        744,
        744,
        720,
        744,
        720,
        744,
    ]


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), near=st.floats(0.01, 0.5))
def test_an_hour_is_of_its_season_near_its_end_and_extreme_in_weather(
    seed: int, near: float
) -> None:
    """No hour of the season beyond the band has more (less) load, none within it more (less) sun and wind."""
    rng = np.random.default_rng(seed)
    load, weather = rng.uniform(1e3, 9e3, (2, 8760))
    months = months_of(8760)
    found = chosen_hours(load, weather, months, near=near)
    assert len(found) == 8
    for one in found:
        hours = np.flatnonzero(np.isin(months, NORTHERN[one.season]))
        assert one.hour in hours
        low, high = one.band_kw
        beyond = load[hours] > high if one.most_load else load[hours] < low
        assert not beyond.any()
        band = hours[(load[hours] >= low) & (load[hours] <= high)]
        assert len(band) == one.among
        extreme = weather[band].max() if one.much_weather else weather[band].min()
        assert weather[one.hour] == extreme == one.weather_kw


def test_seasons_without_hours_and_shares_that_cannot_be_are_refused_at_once() -> None:
    """Both faults are told."""
    with pytest.raises(BadInput) as told:
        chosen_hours(np.ones(24), np.ones(24), months_of(24), {"summer": (7,)}, 0.7)
    assert len(told.value.findings) == 2
