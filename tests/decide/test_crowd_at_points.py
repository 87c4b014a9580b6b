"""Where work may run slower: only where there is room to spare at that speed."""

from dataclasses import replace

import numpy as np

from gridtide.decide.crowd import ROOMY, filling, roomy
from gridtide.decide.reservations import Reservations, reservations, slot_grid
from gridtide.decide.room import promised_room
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import POINT, small_study

HALF = OperatingPoint(name="half", speed=0.5, it_kw_per_accelerator=0.4)


PART = OperatingPoint(name="part", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)
MORE = OperatingPoint(name="more", speed=1.6, it_kw_per_accelerator=1.0, gang_share=2.0)


def held_with(
    accelerators: int, points: tuple[OperatingPoint, ...] = (POINT, HALF)
) -> Reservations:
    """A morning whose jobs are all at home in the east, no slots yet."""
    study = small_study(1, hours=24, jobs=40, accelerators=accelerators, points=points)
    _, forecaster, known = policy_named("coordinated", replace(study, arrivals_known=True))
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now, ())
    grid = slot_grid(situation, 900)
    held = reservations(situation, promised_room(situation, grid), grid, 2)
    held.told.place[:] = 0
    return held


def test_full_speed_is_offered_everywhere_and_slower_points_where_it_is_empty() -> None:
    """A place without work offers all it has; one that is full only full speed."""
    held = held_with(32)
    may, menu = roomy(held), held.menu
    assert may[menu.first].all()
    assert may[menu.bounds[2] : menu.bounds[3]].all()
    crowded = replace(held, room=np.minimum(held.room, 8))
    assert filling(crowded)[0]
    assert not roomy(crowded)[menu.bounds[0] + 1]


def test_a_slower_point_asks_for_more_room() -> None:
    """Never offered where the same room does not even suffice at full speed."""
    for accelerators in (16, 32, 64, 128, 256):
        held = held_with(accelerators)
        narrow = filling(held, 1.0, ROOMY)
        assert not (roomy(held) & (held.menu.point > 0) & narrow[held.menu.place]).any()


def test_a_part_of_a_gang_is_offered_wherever_a_whole_gang_is_and_more_than_one_asks_for_room() -> (
    None
):
    """Part of a gang takes less machine time for the same work, and more than a gang takes more."""
    held = held_with(32, (POINT, PART, MORE))
    crowded = replace(held, room=np.minimum(held.room, 8))
    may, share = roomy(crowded), held.menu.gang_share
    assert may[share < 1.0].all()
    assert not may[(share > 1.0) & (held.menu.place == 0)].any()
