"""Telemetry of fifty sites through the whole service: no frame, no reading is lost, and SIGTERM waits for no step."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.alone

STEP_S = 900.0
"""A step of the room that is served: whoever waited for one would wait about as long."""
SOAK = Path(__file__).resolve().parents[2] / "benchmarks" / "soak_service.py"


@pytest.mark.parts
def test_fifty_sites_every_two_seconds_go_through_the_service() -> None:
    """Three minutes of the soak of half an hour: threads of devices, room, store, feed and metrics, memory flat."""
    words = "--sites 50 --minutes 3 --warm-s 20".split()
    done = subprocess.run(
        [sys.executable, str(SOAK), *words], capture_output=True, text=True, check=False
    )
    assert done.stdout, done.stderr
    found = json.loads(done.stdout)
    assert found["frames"] >= 60 and found["frames_lost"] == 0, found
    assert found["sites_in_a_frame"] == found["sites_in_metrics"] == 50, found
    assert found["readings_kept"] == found["readings_read"] >= 50 * 5 * 60, found
    assert found["growth"] <= 0.05, found
    assert found["ended_in_s"] < STEP_S / 10, found
