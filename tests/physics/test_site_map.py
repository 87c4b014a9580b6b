"""A site by its coefficients: with those of the roll-up it is the roll-up, and it bends as it is told to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.cooling import mechanical_share
from gridtide.physics.pue import FAN_SHARE, PUMP_SHARE, heat_of_it_kw
from gridtide.physics.site_map import (
    as_changed_over_c,
    changed_over,
    it_share,
    rejection_kw_per_kw,
    site_heat_kw,
    utilisation_at,
)

SHARES = st.floats(0.0, 1.0)
LIMITS = (17.5, 20.5, 0.90, 0.95)


@pytest.mark.parametrize(
    ("utilisation", "clock", "bend", "share"),
    [(0.0, 1.0, 2.0, 0.30), (1.0, 1.0, 2.0, 1.0), (0.5, 1.0, 0.0, 0.65),
     (0.5, 1.0, 1.0, 0.30 + 0.7 * 2 / 3), (1.0, 0.5, 0.0, 0.30 + 0.7 * (0.3 + 0.7 / 4))],
)  # fmt: skip
def test_load_above_an_idle_floor(
    utilisation: float, clock: float, bend: float, share: float
) -> None:
    """Idle 0.30; half of the work is half of the way on a line and two thirds at a bend of 1; half the clock at a
    square leaves 0.3 + 0.7 / 4 of the busy part."""
    assert it_share(utilisation, clock, 0.30, bend, 0.3, 2.0) == pytest.approx(share)


@given(utilisation=SHARES, more=SHARES, idle=st.floats(0.05, 0.9), bend=st.floats(0.0, 8.0))
def test_more_work_draws_more_and_leads_back(
    utilisation: float, more: float, idle: float, bend: float
) -> None:
    """Increasing in utilisation, and the inverse finds it again."""
    higher = utilisation + more * (1.0 - utilisation)
    drawn = it_share(utilisation, 1.0, idle, bend, 0.3, 2.0)
    assert drawn <= it_share(higher, 1.0, idle, bend, 0.3, 2.0) + 1e-12
    assert utilisation_at(drawn, idle, bend) == pytest.approx(utilisation, abs=1e-9)


def test_a_draw_outside_what_load_can_make_is_held_at_its_ends() -> None:
    """Below idle nothing runs, above capacity all does."""
    assert utilisation_at(0.1, 0.3, 1.0) == 0.0
    assert utilisation_at(1.2, 0.3, 1.0) == 1.0


@given(share=st.floats(0.0, 1.0))
def test_with_the_coefficients_of_the_roll_up_it_is_the_roll_up(share: float) -> None:
    """UPS and distribution as they are, fans as flow."""
    it_kw = share * 10_000.0
    heat = site_heat_kw(it_kw, 10_000.0, 0.010, 0.012 + 0.010, 0.013, FAN_SHARE)
    assert heat == pytest.approx(heat_of_it_kw(it_kw, 10_000.0))
    assert PUMP_SHARE < FAN_SHARE


@pytest.mark.parametrize(
    ("outdoor", "expected"),
    [(5.0, 0.012), (10.0, 0.012), (14.0, 0.5 / (6.0 * 0.92) + 0.012), (60.0, 1.0 / (6.0 * 0.25) + 0.012)],
)  # fmt: skip
def test_carrying_heat_out(outdoor: float, expected: float) -> None:
    """Free below 10 °C; half of it at 14 °C by compressors of 6 less 2 per cent a kelvin; never below a quarter."""
    drawn = rejection_kw_per_kw(outdoor, 6.0, 0.02, 10.0, 8.0, 10.0, 0.012)
    assert drawn == pytest.approx(expected)
    assert mechanical_share(outdoor) in (0.0, 0.5, 1.0)


@given(outdoor=st.floats(-20.0, 44.0), warmer=st.floats(0.0, 6.0))
def test_heat_is_never_easier_to_carry_out_where_it_is_warmer(
    outdoor: float, warmer: float
) -> None:
    """Whatever the weather."""
    cold = rejection_kw_per_kw(outdoor, 6.0, 0.02, 10.0, 8.0, 10.0, 0.012)
    assert cold <= rejection_kw_per_kw(outdoor + warmer, 6.0, 0.02, 10.0, 8.0, 10.0, 0.012) + 1e-12


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
