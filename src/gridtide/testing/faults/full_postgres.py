"""The disk of PostgreSQL is full, and after a while there is room again: a small file system, filled to the end."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.harmed import Harmed, again_and_again
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, pause, until
from gridtide.testing.postgres_server import Postgres, postgres_server
from gridtide.testing.small_disk import SmallDisk, small_disk

FULL_AT_MOST_S = 3.0
DISK_MB = 160
"""An empty server takes some 60."""
REFUSES = "No space left on device"


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Courses over a server whose disk is small."""
    with ExitStack() as ends:
        disk = ends.enter_context(small_disk(DISK_MB))
        server = ends.enter_context(postgres_server(disk.folder))
        here = replace(place, postgres=server)
        yield from again_and_again(here, times, partial(_filled, disk=disk), on_postgres=True)


def _filled(one: Harmed, disk: SmallDisk) -> list[dict[str, object]]:
    """Nothing that stood is gone; a server that ended for want of room is begun again once there is some."""
    server, stood = one.place.server(), chain(one.here.store)
    before = _refusals(server)
    disk.fill()
    until(lambda: _refusals(server) > before, "the disk refuses something")
    pause(one.place.rng.uniform(0.5, FULL_AT_MOST_S))
    kept(one.room.poll() is None, f"the room lives: {one.here.log()}")
    disk.free()
    until(partial(_is_up, server), "the server answers again")
    return stood


def _is_up(server: Postgres) -> bool:
    """Whether it answers; one that ended is begun again."""
    if not server.lives:
        server.start()
    return server.answers


def _refusals(server: Postgres) -> int:
    """How often the server said that its disk is full."""
    return server.log.read_text(errors="replace").count(REFUSES)


FAULT = Fault(
    name="disk full and free again, PostgreSQL",
    promise="what cannot be written down is not told; with room again the room reads back and goes on",
    trials=trials,
    on_postgres=True,
)
