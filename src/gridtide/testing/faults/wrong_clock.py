"""A room begins while its machine's clock is up to an hour wrong; the clock is set right, and the room begun again."""

from collections.abc import Iterator

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import Course, course
from gridtide.testing.faults.trial import Fault, Place, Trial, parts, pause

SPEED, HOURS, SEED = 1200.0, 96, 5
A_COURSE = 2
WRONG_AT_MOST_S, LIVES_AT_MOST_S = 3.0, 3.0
"""An hour of the course."""


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Ahead and behind in turn, a few times a course; in the end no promised job was late."""
    for part, count in parts(place, times, A_COURSE):
        with course(part, SEED, HOURS, SPEED, on_postgres=False) as here:
            with here.room() as room:
                here.decides(room, [])
                pause(place.rng.uniform(0.0, LIVES_AT_MOST_S))
            for number in range(count):
                _begun_wrong(here, place, 1 if number % 2 else -1)
                yield Trial()
            here.look_at_promises()


def _begun_wrong(here: Course, place: Place, way: int) -> None:
    """What was told by the wrong clock is not told again by the right one, and decisions go on."""
    rng, left_open = place.rng, here.unsettled()
    here.set_clock(way * rng.uniform(1.0, WRONG_AT_MOST_S))
    with here.room():
        here.look_settled(left_open)
        pause(rng.uniform(0.5, LIVES_AT_MOST_S))
        here.set_clock(0.0)
        pause(rng.uniform(0.0, LIVES_AT_MOST_S))
        stood = chain(here.store)
    left_open = here.unsettled()
    with here.room() as room:
        here.look_settled(left_open)
        here.decides(room, stood)
        here.look()
        pause(rng.uniform(0.0, LIVES_AT_MOST_S))


FAULT = Fault(
    name="begun by a wrong clock, set right",
    promise="nothing is told twice, what is held ends by the devices' clocks, no promised job is late",
    trials=trials,
)
