"""Set-points reach a store while plans are made: centre, room, planner and store each a process of its own."""

import pytest

from gridtide.testing.set_point_run import run_set_points
from gridtide.testing.studies import small_study

pytestmark = [pytest.mark.parts, pytest.mark.alone]


def test_every_set_point_arrives_in_order_while_plans_are_made() -> None:
    """Each is written to the store's register before the next one is, and plans were finished meanwhile."""
    run = run_set_points(small_study(4, hours=24, jobs=24, accelerators=32), count=10, every_s=1.0)
    assert len(run.asked) == 10
    assert None not in run.lags_s()
    assert run.plans > 0
