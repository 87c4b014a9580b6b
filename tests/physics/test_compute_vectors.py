"""Accelerators, servers, serving queues, caps, checkpoints, the hall and the sun: published vectors."""

import math
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.physics.checkpoint import wasted_share, young_daly_s
from gridtide.physics.clock_and_cap import (
    clock_under_cap,
    power_at_clock,
    speed_at_clock,
    throughput_under_cap,
)
from gridtide.physics.room import room_after_c
from gridtide.physics.server import between_w, node_power_w, server_power_w, stage_input_w
from gridtide.physics.serving_power import (
    iteration_s,
    joules_per_token,
    parked_energy_share,
    serving_power_w,
    tokens_per_s,
)
from gridtide.physics.serving_queue import (
    erlang_c,
    fluid_batch,
    mean_in_system,
    mean_wait_s,
    requests_max_by_memory_per_s,
    requests_max_per_s,
)
from gridtide.physics.solar import (
    cell_temperature_c,
    clear_beam_w_per_m2,
    clear_sky_w_per_m2,
    diffuse_share,
    field_power_kw,
    on_plane_w_per_m2,
    sun_angles_deg,
)

SMALL = (480.2, 214.0, 1.21, 5.50)
LARGE = (394.0, 241.3, 1.01, 5.86)
TIMES = (6.67e-3, 0.0895e-3)
SQUARE = 7.21e-9


@pytest.mark.parametrize(
    ("fit", "batch", "power_w"),
    [(SMALL, 8, 490.1), (SMALL, 256, 684.3), (LARGE, 8, 406.7), (LARGE, 256, 610.4)],
)
def test_serving_power(
    fit: tuple[float, float, float, float], batch: float, power_w: float
) -> None:
    """W per accelerator of two published fits."""
    assert serving_power_w(batch, *fit) == pytest.approx(power_w, abs=0.1)


@pytest.mark.parametrize(
    ("batch", "power_w", "rate", "joules"),
    [(7.98, 486.4, 1069.6, 0.455), (690.9, 685.1, 9602.8, 0.0713)],
)
def test_a_fit_meets_what_was_measured(
    batch: float, power_w: float, rate: float, joules: float
) -> None:
    """Power, rate and energy of a token within 3 per cent of two measured points. The straight line of the
    iteration time alone is 5 per cent off at the larger one, 10,085 tokens a second for 9,603: it is bent there."""
    drawn = serving_power_w(batch, *SMALL)
    made = tokens_per_s(batch, *TIMES, SQUARE)
    assert drawn == pytest.approx(power_w, rel=0.03)
    assert made == pytest.approx(rate, rel=0.03)
    assert joules_per_token(1, drawn, made) == pytest.approx(joules, rel=0.03)


def test_sequences_in_flight_balance_on_a_bent_line_too() -> None:
    """What arrives is what leaves; beyond the highest rate there is no balance."""
    for batch in (8.0, 100.0, 500.0, 900.0):
        rate = tokens_per_s(batch, *TIMES, SQUARE) / 400.0
        assert fluid_batch(rate, 400, *TIMES, SQUARE) == pytest.approx(batch)
    assert fluid_batch(25.0, 400, *TIMES, SQUARE) == math.inf


@pytest.mark.parametrize(
    ("rate", "batch", "iteration_ms", "power_w", "joules", "exact"),
    [
        (2, 5.748, 7.184, 485.9, 0.6073, 5.825),
        (16, 99.925, 15.613, 651.3, 0.1018, 101.266),
        (22, 276.347, 31.403, 685.5, 0.0779, 280.055),
    ],
)
def test_serving_queue(
    rate: float, batch: float, iteration_ms: float, power_w: float, joules: float, exact: float
) -> None:
    """Fluid point, its power, and the exact mean of birth and death."""
    found = fluid_batch(rate, 400, *TIMES)
    assert found == pytest.approx(batch, abs=1e-3 * batch)
    assert 1e3 * iteration_s(found, *TIMES) == pytest.approx(iteration_ms, abs=2e-3)
    drawn = serving_power_w(found, *SMALL)
    assert drawn == pytest.approx(power_w, abs=0.1)
    assert joules_per_token(1, drawn, rate * 400) == pytest.approx(joules, abs=1e-4)
    assert mean_in_system(rate, 400, *TIMES, 512) == pytest.approx(exact, abs=1e-3 * exact)


def test_what_a_replica_can_carry() -> None:
    """Ceiling by time and by memory; four replicas draw more than one for the same work."""
    most = requests_max_per_s(400, *TIMES, 512)
    assert most == pytest.approx(24.384, abs=1e-3)
    assert most * 400 == pytest.approx(9753.5, abs=0.1)
    assert requests_max_by_memory_per_s(400_000, 500, 352, 0.05) == pytest.approx(33.595, abs=1e-3)
    assert fluid_batch(30.0, 400, *TIMES) == math.inf
    assert mean_in_system(25.0, 400, *TIMES, 512) == math.inf
    one, four = (n * serving_power_w(fluid_batch(16 / n, 400, *TIMES), *SMALL) for n in (1, 4))
    assert one == pytest.approx(651, abs=1)
    assert four == pytest.approx(2002, abs=1)


@pytest.mark.parametrize(
    ("servers", "load", "expected"), [(1, 0.5, 0.5), (10, 8.0, 0.40918), (100, 90.0, 0.21694)]
)
def test_erlang_c(servers: int, load: float, expected: float) -> None:
    """Chance to wait."""
    assert erlang_c(servers, load) == pytest.approx(expected, abs=1e-5)


def test_allen_cunneen() -> None:
    """Mean wait in units of the service time."""
    assert mean_wait_s(10, 8.0, 1.0, 1.0, 4.0) == pytest.approx(0.51148, abs=1e-5)


def test_clock_and_cap() -> None:
    """A cap bites where the uncapped power exceeds it, and nowhere else."""
    clock = clock_under_cap(0.70, 0.30, 0.95, 2.5)
    assert clock == pytest.approx(0.82349, abs=1e-5)
    assert speed_at_clock(clock, 0.8) == pytest.approx(0.85363, abs=1e-5)
    assert power_at_clock(clock, 0.30, 0.95, 2.5) == pytest.approx(0.70)
    assert clock_under_cap(0.60, 0.30, 0.43, 2.5) == 1.0
    assert clock_under_cap(0.20, 0.30, 0.43, 2.5) == 0.0


@pytest.mark.parametrize(("cap", "measured"), [(0.9, 0.987), (0.7, 0.939), (0.5, 0.840)])
def test_throughput_under_a_cap(cap: float, measured: float) -> None:
    """The closed form of the V100 median, within the error it is given with."""
    assert throughput_under_cap(cap, 0.371, 0.108) == pytest.approx(measured, abs=0.008)


def test_parking() -> None:
    """Fuller batches on 0.55 of the accelerators: the idle rest eats part of what is saved."""
    assert parked_energy_share(0.61, 0.55, 75.0, 560.0) == pytest.approx(0.67, abs=0.005)
    assert parked_energy_share(0.61, 0.55, 0.0, 560.0) == pytest.approx(0.61)


@pytest.mark.parametrize(
    ("processor", "accelerator", "node_w", "stage_w", "feed_w", "system_kw"),
    [(0.0, 0.0, 626.26, 652.31, 683.91, 7282), (0.33, 0.79, 2180.48, 2238.24, 2335.93, 22930)],
)
def test_frontier(
    processor: float,
    accelerator: float,
    node_w: float,
    stage_w: float,
    feed_w: float,
    system_kw: float,
) -> None:
    """Node, two conversion stages and the whole machine."""
    node = node_power_w(
        4 * between_w(88, 560, accelerator), between_w(90, 280, processor), 74.26, 80.0, 30.0
    )
    stage = stage_input_w(node, 13.0, 0.98)
    feed = stage_input_w(4 * stage, 17.0, 0.96) / 4
    system = (9472 * feed + 74 * 8 * 4 * 250.0 + 25 * 8473.47) / 1e3
    assert node == pytest.approx(node_w, abs=0.01)
    assert stage == pytest.approx(stage_w, abs=0.01)
    assert feed == pytest.approx(feed_w, abs=0.01)
    assert system == pytest.approx(system_kw, abs=1.0)


def test_a_server_by_its_accelerators() -> None:
    """Eight accelerators at 437 W."""
    assert server_power_w(8 * 437) / 1e3 == pytest.approx(6.67, abs=0.005)


def test_young_daly() -> None:
    """Interval and waste of two machines."""
    between_s = 3.0931 * 3600
    best_s = young_daly_s(60, between_s)
    assert best_s == pytest.approx(1155.9, abs=0.1)
    assert wasted_share(best_s, 60, 600, between_s) == pytest.approx(0.1577, abs=1e-4)
    larger_s = 0.5068 * 3600
    assert young_daly_s(60, larger_s) == pytest.approx(467.9, abs=0.1)
    assert wasted_share(young_daly_s(60, larger_s), 60, 600, larger_s) == pytest.approx(
        0.5853, abs=2e-4
    )


@pytest.mark.parametrize(
    ("heat_kw", "seconds", "air_c"),
    [
        *((1000, 30, 30.55), (1000, 120, 38.91), (1000, 300, 43.46), (1000, 600, 48.26)),
        *((200, 60, 26.12), (200, 900, 29.79)),
    ],
)  # fmt: skip
def test_the_hall_without_cooling(heat_kw: float, seconds: float, air_c: float) -> None:
    """Air temperature after the cooling stops, and after a fifth of it."""
    assert room_after_c(24.0, 24.0, heat_kw, seconds / 3600.0)[0] == pytest.approx(air_c, abs=0.01)


@given(heat=st.floats(-500, 1500), hours=st.floats(0.001, 2.0), air=st.floats(10, 40))
def test_halving_the_step_of_the_hall_changes_nothing(
    heat: float, hours: float, air: float
) -> None:
    """Exact in time: two halves are the whole."""
    whole = room_after_c(air, 24.0, heat, hours)
    half = room_after_c(*room_after_c(air, 24.0, heat, hours / 2), heat, hours / 2)
    assert half[0] == pytest.approx(whole[0], abs=1e-9)
    assert half[1] == pytest.approx(whole[1], abs=1e-9)


@pytest.mark.parametrize(
    ("day", "zenith", "ghi", "plane", "cell", "direct_kw", "power_kw"),
    [
        (datetime.fromisoformat("2026-06-21T12:00+08:00"), 18.35, 1040.60, 1029.08, 51.60, 933.25, 833.33),
        (datetime.fromisoformat("2026-12-21T12:00+08:00"), None, None, 842.85, None, 778.57, 748.20),
    ],
)  # fmt: skip
def test_a_solar_field_under_a_clear_sky(
    day: datetime,
    zenith: float | None,
    ghi: float | None,
    plane: float,
    cell: float | None,
    direct_kw: float,
    power_kw: float,
) -> None:
    """From the sun's place to the inverter, beside the figures of a reference library."""
    sun = sun_angles_deg(day.timestamp(), 41.15, 114.70)
    number = day.timetuple().tm_yday
    sky = clear_sky_w_per_m2(sun[0], number, 1400.0, 3.0)
    beam = clear_beam_w_per_m2(sun[0], number, 1400.0, 3.0)
    tilted = on_plane_w_per_m2(sky, beam, sun, (40.0, 180.0))
    warm = cell_temperature_c(tilted, 25.0, 2.0)
    if zenith is not None and ghi is not None and cell is not None:
        assert sun[0] == pytest.approx(zenith, abs=0.01)
        assert sky == pytest.approx(ghi, abs=1.0)
        assert warm == pytest.approx(cell, abs=0.05)
    assert tilted == pytest.approx(plane, rel=2e-3)
    drawn = tilted * (1.0 - 0.0035 * (warm - 25.0))
    assert drawn == pytest.approx(direct_kw, rel=2e-3)
    assert field_power_kw(tilted, warm, 1000.0, 1000.0 / 1.2) == pytest.approx(power_kw, rel=2e-3)


@given(
    epoch=st.integers(1_500_000_000, 2_000_000_000),
    latitude=st.floats(-65, 65),
    longitude=st.floats(-180, 180),
)
def test_the_sun_is_somewhere_and_night_is_dark(
    epoch: int, latitude: float, longitude: float
) -> None:
    """Angles in range, no irradiance below the horizon, beam and diffuse never more than there is."""
    zenith, azimuth = sun_angles_deg(epoch, latitude, longitude)
    assert 0.0 <= zenith <= 180.0
    assert 0.0 <= azimuth <= 360.0
    sky = clear_sky_w_per_m2(zenith, 100)
    beam = clear_beam_w_per_m2(zenith, 100)
    if zenith > 90.0:
        assert sky == beam == 0.0
    assert beam * max(math.cos(math.radians(zenith)), 0.0) <= sky + 1e-6
    assert 0.0 <= diffuse_share(sky, zenith, 100) <= 1.0
