"""The whole leader is paused (SIGSTOP), another takes over, and it is woken (SIGCONT) wherever it stood."""

import signal
from collections.abc import Iterator
from functools import partial

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.lived_on import Course, course
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, parts, pause, until

SPEED, HOURS, SEED = 1200.0, 48, 5
RUNS_AT_MOST_S = 3.0
NOT_LEADING = 3


def trials(place: Place, times: int) -> Iterator[Trial]:
    """A course each time: pausing takes a lease."""
    for part, _ in parts(place, times, 1):
        with course(part, SEED, HOURS, SPEED, on_postgres=True) as here:
            _taken_over(here, place)
            here.look()
            here.look_at_promises()
            yield Trial()


def _taken_over(here: Course, place: Place) -> None:
    """Raise BrokenPromise where the first one, woken, still writes or is still listened to."""
    with here.room() as first:
        pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
        first.send_signal(signal.SIGSTOP)
        stood = chain(here.store)
        with here.room() as second:
            until(partial(here.goes_on, stood), "the next one decides")
            known = len(here.done())
            first.send_signal(signal.SIGCONT)
            until(lambda: first.poll() is not None, "the first one ends")
            kept(first.returncode == NOT_LEADING, f"it ends with {first.returncode}: {here.log()}")
            epochs = {one["epoch"] for one in here.done()[known:] if one["fate"] == "done"}
            kept(len(epochs) < 2, f"devices still listen to both: {epochs}")
            until(partial(here.goes_on, chain(here.store)), "the next one goes on")
            kept(second.poll() is None, f"the next one lives: {here.log()}")


FAULT = Fault(
    name="leader paused and woken, PostgreSQL",
    promise=(
        "woken, it writes nothing, no device does what it says, and it ends with code 3; the one"
        " that took over goes on"
    ),
    trials=trials,
    on_postgres=True,
)
