"""Boards of a room over real devices that its lines of set-points move: told beside the loop, around what plans say."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from gridtide.fleet.board_bound import BoardBound
from gridtide.fleet.site import Pool
from gridtide.loop.beside import Pace, beside
from gridtide.loop.clock import steady_s
from gridtide.loop.control import ControlRoom
from gridtide.loop.led_boards import Boards, LedBoards
from gridtide.loop.names import place_names
from gridtide.loop.points_at_place import PointsAtPlace
from gridtide.loop.set_points.led_place import SomeBoards
from gridtide.loop.set_points.led_site import LineTerms, PlaceBoards
from gridtide.loop.set_points.moved_boards import MovedBoards
from gridtide.loop.set_points.slowed import Slowed
from gridtide.loop.world import Clock


def boards_on_lines(
    room: ControlRoom,
    points: Iterable[PointsAtPlace],
    lines: Collection[LineTerms],
    clock: Clock,
    pace: Pace,
) -> tuple[PlaceBoards, ...]:
    """Boards of the places whose sites have a line, from now on told by both. They are read and told by threads of
    their own, which end with the room."""
    sites, slowed = {one.site for one in lines}, Slowed()
    pools = dict(zip(place_names(room.mandate.fleet), room.mandate.fleet.pools, strict=True))
    led = [one for one in points if one.own.place.rpartition("/")[0] in sites]
    devices = {
        id(group.device): group.device for one in led for group in one.boards.groups.values()
    }
    moved = {
        key: _moved(room, device, f"boards {number}", clock, pace)
        for number, (key, device) in enumerate(devices.items(), start=1)
    }
    return tuple(_of_place(one, pools[one.own.place], moved, slowed) for one in led)


def _moved(room: ControlRoom, device: Boards, name: str, clock: Clock, pace: Pace) -> MovedBoards:
    """A device of boards, told by its room and beside it."""
    fast = beside(device, name, clock.now, steady_s, pace)
    fast.start()
    room.endings = (*room.endings, fast.close)
    return MovedBoards(name=name, device=device, fast=fast, epoch=room.epoch)  # type: ignore[arg-type]


def _of_place(
    one: PointsAtPlace, pool: Pool, moved: dict[int, MovedBoards], slowed: Slowed
) -> PlaceBoards:
    """The boards of a place, whose room tells them through what set-points move from now on."""
    parts: dict[int, list[str]] = {}
    with one.lock:
        for name, group in one.boards.groups.items():
            key = id(group.device)
            parts.setdefault(key, []).extend(group.units)
            one.boards.groups[name] = replace(group, device=moved[key])
        one.slowed = slowed
    return PlaceBoards(
        place=one.own.place,
        slowed=slowed,
        parts=tuple(
            SomeBoards(boards=moved[key], units=tuple(units)) for key, units in parts.items()
        ),
        count=sum(map(len, parts.values())) or pool.accelerators,
        bounds=_bounds(one.boards, pool),
    )


def _bounds(boards: LedBoards, pool: Pool) -> tuple[BoardBound, ...]:
    """What a board is told for each point of a pool, by its number; free for one that is told to none."""
    told = {point.name: point.bound for point in boards.menu}
    return tuple(told.get(point.name, boards.full.bound) for point in pool.points)
