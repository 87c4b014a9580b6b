"""A room that acts is killed at any instant, and between intent and outcome; its devices live on and count."""

import subprocess
from collections.abc import Iterator
from functools import partial

from gridtide.loop.clock import seconds
from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import Course, course, said
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, parts, pause, until

PROMISE = (
    "no act is done twice or without an intent, what nobody knows is read back before more is"
    " told, and no promised job is late"
)
SPEED, HOURS = 1200.0, 48
RUNS_AT_MOST_S = 4.0
KILLS_A_COURSE = 3
FIRST_SEED = 5


def trials(place: Place, times: int, on_postgres: bool) -> Iterator[Trial]:
    """Course after course, each with a few kills."""
    for number, (part, kills) in enumerate(parts(place, times, KILLS_A_COURSE)):
        yield from _of_course(part, kills, FIRST_SEED + number, on_postgres)


def _of_course(place: Place, kills: int, seed: int, on_postgres: bool) -> Iterator[Trial]:
    """Room after room over one course, until that is over; every second one dies while it tells."""
    with course(place, seed, HOURS, SPEED, on_postgres) as here:
        stood, killed_s, left_open = chain(here.store), 0.0, set[str]()
        for number in range(kills + 1):
            with here.room() as room:
                here.look_settled(left_open)
                if number > 0:
                    until(partial(here.goes_on, stood), "a decision is told")
                    yield Trial(next_s=seconds() - killed_s, hit=bool(left_open))
                if number == kills and not place.brief:
                    kept(said(room) == "over", f"the course comes to its end: {here.log()}")
                if number == kills:
                    break
                pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
                stood = chain(here.store)
                if number % 2:
                    _while_it_tells(here, room)
                room.kill()
                killed_s = seconds()
                room.wait()
            left_open = here.unsettled()
            here.look()
        here.look()
        here.look_at_promises()


def _while_it_tells(here: Course, room: "subprocess.Popen[str]") -> None:
    """Return as soon as a device has done something more."""
    before = len(here.done())
    until(lambda: len(here.done()) > before or room.poll() is not None, "something is told")


ON_SQLITE = Fault(
    name="kill -9 of a room that acts, SQLite",
    promise=PROMISE,
    trials=partial(trials, on_postgres=False),
)
ON_POSTGRES = Fault(
    name="kill -9 of a room that acts, PostgreSQL",
    promise=PROMISE,
    trials=partial(trials, on_postgres=True),
    on_postgres=True,
)
