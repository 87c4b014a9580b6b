"""A room begins while its machine's clock is up to an hour wrong; the clock is set right, and the room begun again.

While its clock is wrong a room decides nothing, so the course must not go on for longer meanwhile than promised work
can wait: it goes as fast as rooms begin on this machine.
"""

from collections.abc import Iterator
from dataclasses import replace

from gridtide.loop.clock import seconds
from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import Course, course
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, parts, pause, until

HOURS, SEED = 48, 5
A_COURSE = 2
BEGINS_WITHIN_S, SPEED_AT_MOST = 1800.0, 1200.0
"""Of the course, from starting a room to the first decision that is told."""
WRONG_S = (1200.0, 3600.0)
"""Of the course, either way."""
LIVES_AT_MOST_S = 3.0
GOES_ON_S = 7200.0
"""Of the course, after the last time."""


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Ahead and behind in turn, a few times a course; in the end no promised job was late."""
    speed = _pace(place)
    for part, count in parts(place, times, A_COURSE):
        with course(part, SEED, HOURS, speed, on_postgres=False) as here:
            with here.room() as room:
                here.decides(room, [])
                pause(place.rng.uniform(0.0, LIVES_AT_MOST_S))
            for number in range(count):
                _begun_wrong(here, place, speed, 1 if number % 2 else -1)
                yield Trial()
            if not place.brief:
                _goes_on(here, speed)
            here.look_at_promises()


def _pace(place: Place) -> float:
    """So many times as fast as the wall that a room begins here within half an hour of the course."""
    folder = place.folder / "pace"
    folder.mkdir()
    begun_s = seconds()
    with course(replace(place, folder=folder), SEED, HOURS, 1.0, on_postgres=False) as here:
        with here.room() as room:
            here.decides(room, [])
        return min(SPEED_AT_MOST, BEGINS_WITHIN_S / (seconds() - begun_s))


def _begun_wrong(here: Course, place: Place, speed: float, way: int) -> None:
    """By the wrong clock nothing is decided or told. Set right, the same room decides, and so does the next one; what
    was told before is not told again."""
    rng, left_open, stood = place.rng, here.unsettled(), chain(here.store)
    here.set_clock(way * rng.uniform(*WRONG_S) / speed)
    with here.room() as room:
        here.look_settled(left_open)
        pause(rng.uniform(0.5, LIVES_AT_MOST_S))
        kept(not here.goes_on(stood), "it decides by a wrong clock")
        here.set_clock(0.0)
        until(lambda: here.goes_on(stood), "the clock set right, it decides")
        kept(room.poll() is None, f"the room lives: {here.log()}")
        pause(rng.uniform(0.0, LIVES_AT_MOST_S))
        stood = chain(here.store)
    left_open = here.unsettled()
    with here.room() as room:
        here.look_settled(left_open)
        here.decides(room, stood)
        here.look()
        pause(rng.uniform(0.0, LIVES_AT_MOST_S))


def _goes_on(here: Course, speed: float) -> None:
    """What was promised meanwhile comes due."""
    with here.room() as room:
        here.decides(room, chain(here.store))
        pause(GOES_ON_S / speed)
        kept(room.poll() is None, f"the room lives: {here.log()}")


FAULT = Fault(
    name="begun by a wrong clock, set right",
    promise=(
        "nothing is decided by it; set right, the room goes on, nothing is told twice, what is held"
        " ends by the devices' clocks, no promised job is late"
    ),
    trials=trials,
)
