"""Every device of the fleet hangs for a while (SIGSTOP), and answers again."""

import signal
from collections.abc import Iterator

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import course
from gridtide.testing.faults.trial import Fault, Place, Trial, parts, pause

SPEED, HOURS, SEED = 1200.0, 24, 5
RUNS_AT_MOST_S = 2.0
A_COURSE = 4
SILENT_AT_MOST_S = 4.0


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Again and again under one room, a few times a course."""
    for part, count in parts(place, times, A_COURSE):
        yield from _of_course(part, count)


def _of_course(place: Place, times: int) -> Iterator[Trial]:
    with course(place, SEED, HOURS, SPEED, on_postgres=False) as here, here.room() as room:
        for _ in range(times):
            pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
            here.devices.send_signal(signal.SIGSTOP)
            pause(place.rng.uniform(0.5, SILENT_AT_MOST_S))
            here.devices.send_signal(signal.SIGCONT)
            stood = chain(here.store)
            here.decides(room, stood)
            here.look()
            yield Trial()
        here.look_at_promises()


FAULT = Fault(
    name="devices hang and answer again",
    promise="the room goes on, jobs do not vanish, no act is done twice, and no promised job is late",
    trials=trials,
)
