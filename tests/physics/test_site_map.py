"""A site's map in scalar arithmetic: by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.site_map import as_changed_over_c, changed_over, rejection_kw_per_kw

LIMITS = (17.5, 20.5, 0.90, 0.95)


def test_condensers_that_are_held_no_colder_keep_their_cop() -> None:
    """By hand: a COP of 5 up to 16 °C, then 2 % of it less for each kelvin, and 0.01 for towers."""
    assert rejection_kw_per_kw(2.0, 5.0, 0.02, -60.0, 0.2, 16.0, 0.01) == pytest.approx(0.21)
    assert rejection_kw_per_kw(16.0, 5.0, 0.02, -60.0, 0.2, 16.0, 0.01) == pytest.approx(0.21)
    assert rejection_kw_per_kw(26.0, 5.0, 0.02, -60.0, 0.2, 16.0, 0.01) == pytest.approx(0.26)


@given(felt_c=st.floats(-30.0, 45.0), more_k=st.floats(0.0, 20.0), holds_c=st.floats(-20.0, 30.0))
def test_warmer_air_never_carries_heat_out_for_less(
    felt_c: float, more_k: float, holds_c: float
) -> None:
    """Wherever the COP begins to fall."""
    cold, warm = (
        rejection_kw_per_kw(at_c, 4.0, 0.02, 8.0, 6.0, holds_c, 0.01)
        for at_c in (felt_c, felt_c + more_k)
    )
    assert warm >= cold


@pytest.mark.parametrize(
    ("before", "felt_c", "humidity", "after"),
    [
        (0.0, 20.6, 0.5, 1.0),
        (0.0, 10.0, 0.96, 1.0),
        (0.0, 19.0, 0.93, 0.0),
        (1.0, 19.0, 0.5, 1.0),
        (1.0, 10.0, 0.93, 1.0),
        (1.0, 17.0, 0.89, 0.0),
    ],
)
def test_a_plant_leaves_outside_air_for_heat_or_damp_and_comes_back_for_neither(
    before: float, felt_c: float, humidity: float, after: float
) -> None:
    """Between its limits it does what it did."""
    assert changed_over(before, felt_c, humidity, *LIMITS) == after


def test_on_compressors_it_is_never_colder_than_the_upper_limit() -> None:
    """And on outside air never warmer than the lower one."""
    assert as_changed_over_c(1.0, 5.0, 17.5, 20.5) == 20.5
    assert as_changed_over_c(1.0, 30.0, 17.5, 20.5) == 30.0
    assert as_changed_over_c(0.0, 19.0, 17.5, 20.5) == 17.5
    assert as_changed_over_c(0.0, 5.0, 17.5, 20.5) == 5.0
