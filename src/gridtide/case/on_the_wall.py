"""What goes on beside a room on the wall's clock: its plans in a process, its lines of set-points in threads."""

from collections.abc import Callable

from gridtide.case.planner import planner_of
from gridtide.loop.control import ControlRoom
from gridtide.loop.set_points.led_site import LineTerms, PlaceBoards, regulate
from gridtide.loop.world import Clock


def begin_beside(
    room: ControlRoom,
    lines: tuple[LineTerms, ...],
    clock: Clock,
    boards: Callable[[], tuple[PlaceBoards, ...]] = tuple,
) -> ControlRoom:
    """The room, with its plans made in another process and these lines followed; both end with it. boards: that lines
    move besides stores. Raises what opening a line raises, and ends what was begun."""
    room.policy, end = planner_of(room.policy)
    room.endings = (end, *room.endings)
    try:
        led = boards() if lines else ()
        for terms in lines:
            regulate(room, terms, clock, led)
    except BaseException:
        room.close()
        raise
    return room
