"""Three knobs: clock, cap, and fuller batches with the freed machines parked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.clock_and_cap import cap_acts
from gridtide.physics.consolidation import (
    accelerators_left_share,
    consolidated_batch,
    energy_left_share,
)
from gridtide.physics.knob_curve import at_setting, setting_covers
from gridtide.physics.serving_power import (
    iteration_s,
    parked_energy_share,
    serving_power_w,
    tokens_per_s,
)

CAPS = (100.0, 200.0, 250.0, 300.0, 350.0, 400.0)
PRETRAIN_7B = (0.1748878923766816, 0.6255605381, 0.7869955157, 0.8744394619, 0.9349775785, 1.0)
"""Speed under caps: pt_mpt_7b_fast of the Phoenix demonstration's sweep."""

LARGE = ((394.0, 241.3, 1.01, 5.86), (0.03097, 0.0002903))
SMALL = ((480.2, 214.0, 1.21, 5.50), (0.00667, 0.0000895))
"""Power and iteration of Llama-3.1-405B-FP8 on eight H100 and of Llama-3.1-8B on one, as in the reference."""


@pytest.mark.parametrize("cap_w", [200.0, 500.0, 700.0])
def test_no_settable_cap_touches_the_decode_of_an_h200(cap_w: float) -> None:
    """Published: it draws 137 to 300 W of 700 W; only a cap below that would act."""
    assert cap_acts(cap_w, 300.0) == (cap_w < 300.0)
    assert not cap_acts(cap_w, 137.0)


def test_a_table_is_read_straight_between_its_points_and_flat_beyond() -> None:
    """At 225 W between 200 and 250 W; below 100 W and above 400 W the ends stand and the caller is told."""
    middle = at_setting(225.0, CAPS, PRETRAIN_7B)
    assert middle == pytest.approx((PRETRAIN_7B[1] + PRETRAIN_7B[2]) / 2.0)
    assert at_setting(50.0, CAPS, PRETRAIN_7B) == PRETRAIN_7B[0]
    assert at_setting(500.0, CAPS, PRETRAIN_7B) == 1.0
    assert [setting_covers(at, CAPS) for at in (50.0, 100.0, 400.0, 500.0)] == [False, True, True, False]  # fmt: skip


@given(st.floats(60.0, 500.0), st.floats(0.0, 200.0))
def test_a_higher_cap_is_never_slower(cap_w: float, more_w: float) -> None:
    """A monotone table stays monotone between its points."""
    assert at_setting(cap_w, CAPS, PRETRAIN_7B) <= at_setting(cap_w + more_w, CAPS, PRETRAIN_7B)


@pytest.mark.parametrize(("model", "gross"), [(SMALL, (0.21, 0.72)), (LARGE, (0.21, 0.72))])
def test_fuller_batches_save_within_the_published_spread(
    model: tuple[tuple[float, ...], tuple[float, float]], gross: tuple[float, float]
) -> None:
    """Batch 32 on H100, tokens half as late again: 21 to 72 % gross, less with idle ones kept on."""
    power, (first_s, per_s) = model
    fuller = consolidated_batch(32.0, 1.5, first_s, per_s)
    assert iteration_s(fuller, first_s, per_s) == pytest.approx(
        1.5 * iteration_s(32.0, first_s, per_s)
    )
    left = accelerators_left_share(32.0, fuller, 1.5)
    assert left == pytest.approx(
        tokens_per_s(32.0, first_s, per_s) / tokens_per_s(fuller, first_s, per_s)
    )
    before_w = serving_power_w(32.0, *power)
    energy = energy_left_share(left, before_w, serving_power_w(fuller, *power))
    assert gross[0] <= 1.0 - energy <= gross[1]
    kept_on = parked_energy_share(energy, left, 75.0, before_w)
    assert energy < kept_on < 1.0
    assert parked_energy_share(energy, left, 0.0, before_w) == energy


@pytest.mark.parametrize(("gross", "left", "net"), [(0.39, 0.55, 0.33), (0.48, 0.42, 0.41)])
def test_the_published_medians_of_h100_hold_together(gross: float, left: float, net: float) -> None:
    """Batch 32: what idle ones at 75 W take off follows from the powers of H100 serving, 459 to 586 W."""
    nets = [1.0 - parked_energy_share(1.0 - gross, left, 75.0, busy_w) for busy_w in (459.0, 586.0)]
    assert nets[0] - 0.006 <= net <= nets[1] + 0.006


@pytest.mark.parametrize(("gross", "left", "net"), [(0.52, 0.40, 0.40), (0.65, 0.29, 0.50)])
def test_the_published_medians_of_b200_hold_together(gross: float, left: float, net: float) -> None:
    """Batch 32: idle ones at 140 W, powers of B200 serving from 607 to 883 W."""
    nets = [1.0 - parked_energy_share(1.0 - gross, left, 140.0, busy) for busy in (607.0, 883.0)]
    assert nets[0] - 0.006 <= net <= nets[1] + 0.006


def test_a_small_model_sheds_less_for_as_much() -> None:
    """Published for 8B, from 691 to 8 sequences: 29 per cent less power, a ninth of the tokens, as near as its fit."""
    power, (first_s, per_s) = SMALL
    bent = (first_s, per_s, 7.21e-9)
    less = serving_power_w(7.98, *power) / serving_power_w(690.9, *power)
    slower = tokens_per_s(690.9, *bent) / tokens_per_s(7.98, *bent)
    assert less == pytest.approx(0.71, abs=0.01)
    assert slower == pytest.approx(9.0, rel=0.03)


def test_smaller_batches_on_the_same_machines_shed_little_for_much() -> None:
    """Published for 405B on eight H100, from 255 to 8 sequences: a third less power, a tenth of the tokens."""
    power, (first_s, per_s) = LARGE
    less = serving_power_w(8.0, *power) / serving_power_w(255.0, *power)
    slower = tokens_per_s(255.0, first_s, per_s) / tokens_per_s(8.0, first_s, per_s)
    assert less == pytest.approx(0.67, abs=0.01)
    assert slower == pytest.approx(10.1, abs=0.15)
