"""Limits of physics and what tokens move: published figures and laws."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.heat_plant import compressor_kw, free_cooling_kw, heat_plant_kw, tower_kw
from gridtide.physics.limits import erased_bits, landauer_j
from gridtide.physics.movement import (
    computed_j,
    experts_read_share,
    linked_bits_per_token,
    moved_j,
    operations_per_token,
    read_bits_per_token,
    wire_pj_per_bit,
)
from gridtide.physics.pue import distribution_loss_kw, fan_kw, misc_kw, pump_kw
from gridtide.physics.server import accelerator_of_share_w, server_share_w


def test_a_bit_at_room_temperature_takes_what_landauer_says() -> None:
    """2.87e-21 J at 300 K; proportional to temperature and bits."""
    assert landauer_j(1.0) == pytest.approx(2.871e-21, rel=1e-3)
    assert landauer_j(8.0, 600.0) == pytest.approx(16.0 * landauer_j(1.0))
    assert erased_bits(10.0, 16.0) == 160.0


def test_reading_two_terabytes_a_second_takes_what_the_memory_makers_say() -> None:
    """HBM2 at 3.97 pJ a bit (O'Connor et al., 2017): 63.5 W for 2 TB/s."""
    assert moved_j(2e12 * 8, 3.97) == pytest.approx(63.5, abs=0.1)
    assert wire_pj_per_bit(20.0, 0.08) == pytest.approx(1.6)


def test_an_operation_takes_no_less_than_a_pico_joule_figure_says() -> None:
    """2 × 8.03e9 operations a token of a model with 8.03e9 parameters; 0.25 pJ each are 4 mJ."""
    assert operations_per_token(8.03e9) == 1.606e10
    assert computed_j(operations_per_token(8.03e9), 0.25) == pytest.approx(4.015e-3)


def test_one_sequence_reads_all_weights_and_many_share_them() -> None:
    """8.03e9 weights of 16 bits: 16.06 GB for one sequence, a hundredth for a hundred."""
    whole = 8.03e9 * 16
    alone = read_bits_per_token(1.0, whole, 0.0, (0.0, 0.0), 0.0)
    assert alone / 8e9 == pytest.approx(16.06)
    assert read_bits_per_token(100.0, whole, 0.0, (0.0, 0.0), 5.0) == pytest.approx(whole / 100 + 5)


def test_a_token_of_eight_experts_in_128_reads_a_sixteenth_of_them() -> None:
    """Alone; with many sequences all are read."""
    assert experts_read_share(1.0, 128.0, 8.0) == pytest.approx(1 / 16)
    assert experts_read_share(500.0, 128.0, 8.0) == pytest.approx(1.0, abs=1e-9)
    assert experts_read_share(3.0, 0.0, 0.0) == 1.0


def test_one_accelerator_sends_nothing_to_others() -> None:
    """And two send each vector of 4,096 numbers twice, two of them a layer."""
    assert linked_bits_per_token(1.0, 32.0, 4096.0, 16.0) == 0.0
    assert linked_bits_per_token(2.0, 32.0, 4096.0, 16.0) == 2 * 32 * 2 * 4096 * 16


@given(sequences=st.floats(1, 500), more=st.floats(0.1, 100))
def test_a_fuller_batch_never_reads_more_a_token(sequences: float, more: float) -> None:
    """Weights are read once for all, also where each sequence asks for experts of its own."""
    first, then = (
        read_bits_per_token(count, 1e10, 1e12, (128.0, 8.0), 7.0)
        for count in (sequences, sequences + more)
    )
    assert then <= first * (1 + 1e-12)


@given(
    it=st.floats(0, 1),
    outdoor=st.floats(-10, 40),
    plant=st.sampled_from([0, 1, 2]),
)
def test_the_parts_of_a_heat_plant_are_the_whole(it: float, outdoor: float, plant: int) -> None:
    """Compressors, free cooling and towers, none below 0."""
    heat = 1200.0 * it
    parts = (
        compressor_kw(heat, 1000.0, outdoor, plant),
        free_cooling_kw(heat, outdoor, plant),
        tower_kw(heat, plant),
    )
    assert min(parts) >= -1e-9
    assert sum(parts) == pytest.approx(heat_plant_kw(heat, 1000.0, outdoor, plant), abs=1e-9)


def test_the_parts_of_a_building_are_those_of_the_reference() -> None:
    """10,000 kW built and 8,000 kW drawn: 0.01 P, 0.045 K x³, 0.015 K x³, 0.01 K."""
    assert distribution_loss_kw(8000.0) == pytest.approx(80.0)
    assert fan_kw(8000.0, 10_000.0) == pytest.approx(230.4)
    assert pump_kw(8000.0, 10_000.0) == pytest.approx(76.8)
    assert misc_kw(10_000.0) == pytest.approx(100.0)


@given(own=st.floats(0, 2000))
def test_the_share_of_a_server_leads_back_to_its_accelerator(own: float) -> None:
    """437 W are 833.9 W with its share of the server."""
    assert accelerator_of_share_w(server_share_w(own)) == pytest.approx(own, abs=1e-9)
