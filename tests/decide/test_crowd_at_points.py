"""Where work may run slower: only where there is room to spare at that speed."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from gridtide.decide.crowd import AS_MUCH_AGAIN, MUCH_MORE, ROOMY, filling, room_asked, roomy
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.testing.mornings import held_with
from gridtide.testing.studies import POINT

HALF = OperatingPoint(name="half", speed=0.5, it_kw_per_accelerator=0.4)


PART = OperatingPoint(name="part", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)
MORE = OperatingPoint(name="more", speed=1.6, it_kw_per_accelerator=1.0, gang_share=2.0)


def test_full_speed_is_offered_everywhere_and_slower_points_where_it_is_empty() -> None:
    """A place without work offers all it has; one that is full only full speed."""
    held = held_with(32, (POINT, HALF))
    may, menu = roomy(held), held.menu
    assert may[menu.first].all()
    assert may[menu.bounds[2] : menu.bounds[3]].all()
    crowded = replace(held, room=np.minimum(held.room, 8))
    assert filling(crowded)[0]
    assert not roomy(crowded)[menu.bounds[0] + 1]


def test_a_slower_point_asks_for_more_room() -> None:
    """Never offered where the same room does not even suffice at full speed."""
    for accelerators in (16, 32, 64, 128, 256):
        held = held_with(accelerators, (POINT, HALF))
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


@given(slower=st.floats(0.05, 1.0), faster=st.floats(0.05, 1.0))
def test_the_room_a_point_asks_for_rises_with_the_machine_time_it_takes_and_never_jumps(
    slower: float, faster: float
) -> None:
    """From what makes work hurry, where it takes no more, up to ROOMY; points that hardly differ ask hardly more."""
    slower, faster = sorted((slower, faster))
    asked = room_asked(slower) - room_asked(faster)
    assert AS_MUCH_AGAIN <= room_asked(faster) <= room_asked(slower) <= ROOMY
    assert asked <= (ROOMY - AS_MUCH_AGAIN) / MUCH_MORE * (1 / slower - 1 / faster) + 1e-9
    assert room_asked(1.0) == AS_MUCH_AGAIN and room_asked(0.75) == ROOMY
