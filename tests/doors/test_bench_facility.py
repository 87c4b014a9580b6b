"""`gridtide bench facility`: what it prints, that it agrees with the plain writing, and how it refuses."""

import json

import pytest

from gridtide.doors.cli import exit_code

SMALL = ["bench", "facility", "--size", "12x200", "--plain", "100"]


def test_buildings_draw_what_their_plain_writing_draws(capsys: pytest.CaptureFixture[str]) -> None:
    """To 1e-9 in float64, the energy of float32 to 1e-5; keys are a contract."""
    assert exit_code([*SMALL, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["largest_difference"] <= 1e-9 and found["plain_steps"] == 100
    assert 0.0 < found["float32_off"]["worst_site"] < 1e-5
    assert found["float32_off"]["fleet"] <= found["float32_off"]["worst_site"]
    assert (
        found["counted_in"][0] == "wet bulbs of 12 weathers" and "batteries" in found["counted_in"]
    )
    assert found["site_steps_per_s_with_weather"] < found["site_steps_per_s"]
    assert found["found"]["meter_kwh"] > found["found"]["it_kwh"] > 0.0
    assert set(found) == {
        "workload", "seed", "instance", "size", "repeats", "plain_steps", "seconds", "site_steps_per_s",
        "site_steps_per_s_with_weather", "counted_in",
        "ratio_to_plain", "largest_difference", "float32_off", "found", "peak_memory_mib", "machine",
    }  # fmt: skip


def test_the_table_of_buildings_names_speed_and_what_float32_costs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The figures one looks for first."""
    assert exit_code(SMALL) == 0
    said = capsys.readouterr().out
    assert "site-steps a second" in said and "counted in: wet bulbs" in said
    assert "float32 off, worst site" in said


def test_a_size_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, with what would be one."""
    assert exit_code(["bench", "facility", "--size", "3x2"]) == 2
    assert "24 to 1000000 steps" in capsys.readouterr().err
