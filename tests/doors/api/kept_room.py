"""A room over simulated devices that keeps everything in a database, for tests of what is found there afterwards."""

from collections.abc import Callable
from pathlib import Path

from gridtide.case.live_room import room_of
from gridtide.doors.results.maker import begun
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.stores.sql.service import open_for_service
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode

STUDY = small_study(5, hours=24, jobs=24, accelerators=32)


def nobody(room: ControlRoom) -> None:
    """Nobody is at the desk."""


def gone_through(
    where: str | Path,
    folder: Path,
    mode: Mode,
    steps: int,
    people: Callable[[ControlRoom], None] = nobody,
) -> None:
    """Steps of a room that keeps everything at a path or URL, readings of older days in a folder, people at their desk
    after each step."""
    kept = open_for_service(where, "a test", folder / "readings")
    clock = DrivenClock(STUDY.timeline.start)
    room = room_of(STUDY, clock, begun(kept.entries), kept.intents, mode)
    room.desk.documents, room.bases.keeper = kept.documents, kept.blocks
    for _ in range(steps):
        room.go_on()
        people(room)
    kept.close()
