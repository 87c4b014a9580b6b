"""The clock of the room's machine is set forward or back by up to an hour, and right again; devices have their own."""

from collections.abc import Iterator

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import course
from gridtide.testing.faults.trial import Fault, Place, Trial, parts, pause

SPEED, HOURS, SEED = 1200.0, 24, 5
RUNS_AT_MOST_S = 2.0
A_COURSE = 4
WRONG_AT_MOST_S = 3.0
JUMP_AT_MOST_S = 3.0
"""An hour of the course."""


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Again and again under one room, a few times a course; forward and back in turn."""
    for part, count in parts(place, times, A_COURSE):
        yield from _of_course(part, count)


def _of_course(place: Place, times: int) -> Iterator[Trial]:
    with course(place, SEED, HOURS, SPEED, on_postgres=False) as here, here.room() as room:
        for number in range(times):
            pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
            jump_s = place.rng.uniform(0.0, JUMP_AT_MOST_S) * (1 if number % 2 else -1)
            here.set_clock(jump_s)
            pause(place.rng.uniform(0.5, WRONG_AT_MOST_S))
            here.set_clock(0.0)
            stood = chain(here.store)
            here.decides(room, stood)
            here.look()
            yield Trial()
        here.look_at_promises()


FAULT = Fault(
    name="clock set forward or back, and right again",
    promise="nothing is told twice, what is held ends by the devices' clocks, no promised job is late",
    trials=trials,
)
