"""No file of the room may grow any more, as on a full disk, and after a while there is room again."""

import resource
from collections.abc import Iterator

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import course
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, parts, pause

SPEED, HOURS, SEED = 1200.0, 24, 5
RUNS_AT_MOST_S = 2.0
A_COURSE = 4
FULL_AT_MOST_S = 4.0
FULL = (0, resource.RLIM_INFINITY)
FREE = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Again and again under one room, a few times a course."""
    for part, count in parts(place, times, A_COURSE):
        yield from _of_course(part, count)


def _of_course(place: Place, times: int) -> Iterator[Trial]:
    with course(place, SEED, HOURS, SPEED, on_postgres=False) as here, here.room() as room:
        for _ in range(times):
            pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
            resource.prlimit(room.pid, resource.RLIMIT_FSIZE, FULL)
            before = len(chain(here.store))
            pause(place.rng.uniform(1.0, FULL_AT_MOST_S))
            stood = chain(here.store)
            kept(len(stood) == before, "something was written on a full disk")
            resource.prlimit(room.pid, resource.RLIMIT_FSIZE, FREE)
            here.decides(room, stood)
            here.look()
            yield Trial()
        here.look_at_promises()


FAULT = Fault(
    name="disk full and free again, SQLite",
    promise="what cannot be written down is not told; with room again the room reads back and goes on",
    trials=trials,
)
