"""The database goes away as if its machine had lost power, and comes back after a while."""

from collections.abc import Iterator

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import course
from gridtide.testing.faults.trial import Fault, Place, Trial, parts, pause

SPEED, HOURS, SEED = 1200.0, 24, 5
RUNS_AT_MOST_S = 2.0
A_COURSE = 4
GONE_AT_MOST_S = 3.0


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Again and again under one room, a few times a course."""
    for part, count in parts(place, times, A_COURSE):
        yield from _of_course(part, count)


def _of_course(place: Place, times: int) -> Iterator[Trial]:
    server = place.server()
    with course(place, SEED, HOURS, SPEED, on_postgres=True) as here, here.room() as room:
        for _ in range(times):
            pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
            stood = chain(here.store)
            server.stop()
            pause(place.rng.uniform(0.5, GONE_AT_MOST_S))
            server.start()
            here.decides(room, stood)
            here.look()
            yield Trial()
        here.look_at_promises()


FAULT = Fault(
    name="database lost and back, PostgreSQL",
    promise="what cannot be written down is not told; when it is back, the room reads back and goes on",
    trials=trials,
    on_postgres=True,
)
