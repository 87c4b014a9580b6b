"""Times at a speed, array by array."""

import subprocess
import sys

import numpy as np
import pytest

from gridtide.fleet.menu import at_speed_s
from gridtide.physics.operating_point import seconds_at_speed


@pytest.mark.parametrize(
    ("work_s", "speed"),
    [
        (np.array([600, 1201]), np.array([0.5, 0.7])),
        (np.array([600, 1201]), 0.7),
        (np.array([[600], [1201]]), np.array([1.0, 0.7, 0.3])),
        (np.zeros(0, dtype=np.int64), 0.5),
    ],
)
def test_times_take_the_shape_of_work_and_speed_together(
    work_s: np.ndarray, speed: np.ndarray | float
) -> None:
    taken_s = at_speed_s(work_s, speed)
    both = np.broadcast(work_s, speed)
    assert taken_s.shape == both.shape
    told = [seconds_at_speed(int(work), float(at)) for work, at in both]
    np.testing.assert_array_equal(taken_s.ravel(), told)


def test_the_first_times_of_a_process_are_told_without_a_warning() -> None:
    """Types of arrays are looked at once in a process; views of one value over many places gave a warning there."""
    ask = "import numpy as np; from gridtide.fleet.menu import at_speed_s; at_speed_s(np.array([600, 1200]), 0.5)"
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ask], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
