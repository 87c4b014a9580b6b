"""Many real connections on the feed of one process: who reads loses nothing, who does not costs nobody anything."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.parts, pytest.mark.alone]
CROWD = Path(__file__).resolve().parents[2] / "benchmarks" / "feed_clients.py"


def test_three_hundred_listen_and_only_those_who_do_not_read_lose_frames() -> None:
    """At twice the pace and the size that the issue names; within its limits of lag and memory."""
    words = "--clients 300 --slow 6 --seconds 10 --warm 2 --every 0.1".split()
    done = subprocess.run(
        [sys.executable, str(CROWD), *words], capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    assert found["in_order"] and found["lost_by_quick"] == 0, found
    assert found["lost_by_slow"] == found["slow_told_of"] > 0, found
    assert found["frames_a_client"] >= 90 and 3000 < found["frame_bytes"] <= 4096, found
    assert found["lag_p99_s"] <= 1.0 and found["growth"] <= 0.05, found
    assert done.returncode == 0


def test_frames_of_fifty_sites_keep_memory_flat() -> None:
    """The soak of half an hour, as short as it can be."""
    words = "--clients 5 --slow 0 --seconds 3 --warm 1 --every 0.05 --sites 50".split()
    done = subprocess.run(
        [sys.executable, str(CROWD), *words], capture_output=True, text=True, check=False
    )
    found = json.loads(done.stdout)
    assert found["lost_by_quick"] == 0 and found["growth"] <= 0.05, found
