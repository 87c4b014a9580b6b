"""What is paid for drawing less, step by step."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.called_hours import CalledHours, called_share, incentive_per_kwh
from gridtide.testing.studies import START, small_study
from gridtide.timeline import regular


@given(begin=st.integers(0, 300), minutes=st.integers(1, 300), step=st.sampled_from([5, 15, 60]))
def test_called_time_is_counted_once_whatever_the_steps(
    begin: int, minutes: int, step: int
) -> None:
    """Shares times hours are the hours of the call, also where it begins inside a step."""
    horizon = regular(START, timedelta(minutes=step), 12 * 60 // step)
    start = START + timedelta(minutes=begin)
    one = CalledHours(start=start, end=start + timedelta(minutes=minutes), incentive_per_mwh=1.0)
    share = called_share(horizon, one)
    assert share @ horizon.hours == pytest.approx(minutes / 60.0)
    assert 0.0 <= share.min() <= share.max() <= 1.0


def test_an_incentive_per_mwh_is_paid_per_kwh_at_every_site() -> None:
    """300 a MWh is 0.3 a kWh; two calls of one hour add up."""
    study = small_study(1, hours=24)
    hour = CalledHours(start=START, end=START + timedelta(hours=1), incentive_per_mwh=300.0)
    found = incentive_per_kwh(study.fleet, study.timeline, (hour, hour))
    assert found[:, :4] == pytest.approx(0.6)
    assert not found[:, 4:].any()
