"""A room that goes on while something around it is broken and mended, a few times a course."""

import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gridtide.testing.faults.lived_on import Course, course
from gridtide.testing.faults.trial import Place, Trial, parts, pause

SPEED, HOURS, SEED = 1200.0, 48, 5
RUNS_AT_MOST_S = 2.0
A_COURSE = 4


@dataclass(frozen=True, kw_only=True)
class Harmed:
    """What is harmed: the course, its room, the place with its chance, and how many times it was before."""

    here: Course
    room: "subprocess.Popen[str]"
    place: Place
    number: int


Harm = Callable[[Harmed], list[dict[str, object]]]
"""Breaks something for a while and mends it; what stood in the chain then, and must still. Raises BrokenPromise."""


def again_and_again(place: Place, times: int, harm: Harm, *, on_postgres: bool) -> Iterator[Trial]:
    """After each harm the room decides and no device was told twice; in the end no promised job was late."""
    for part, count in parts(place, times, A_COURSE):
        yield from _of_course(part, count, harm, on_postgres)


def _of_course(place: Place, times: int, harm: Harm, on_postgres: bool) -> Iterator[Trial]:
    with course(place, SEED, HOURS, SPEED, on_postgres=on_postgres) as here, here.room() as room:
        for number in range(times):
            pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
            stood = harm(Harmed(here=here, room=room, place=place, number=number))
            here.decides(room, stood)
            here.look()
            yield Trial()
        here.look_at_promises()
