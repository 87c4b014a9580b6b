"""What may be switched off is idle throughout."""

import numpy as np

from gridtide.simulate.energy_measures import idle_throughout


def test_a_machine_is_off_only_in_stretches_that_are_long_enough() -> None:
    """Two are idle for three steps, one more for one step: only the two go off for three."""
    idle = np.asarray([0.0, 2.0, 3.0, 2.0, 0.0, 5.0])
    assert idle_throughout(idle, 3).tolist() == [0.0, 2.0, 2.0, 2.0, 0.0, 0.0]
    assert idle_throughout(idle, 1).tolist() == idle.tolist()
    assert idle_throughout(idle, 9).tolist() == [0.0] * 6
