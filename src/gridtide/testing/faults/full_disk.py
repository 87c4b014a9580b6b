"""No file of the room may grow any more, as on a full disk, and after a while there is room again."""

import resource
from functools import partial

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.harmed import Harmed, again_and_again
from gridtide.testing.faults.trial import Fault, kept, pause

FULL_AT_MOST_S = 4.0
FULL = (0, resource.RLIM_INFINITY)
FREE = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def filled(one: Harmed) -> list[dict[str, object]]:
    """Raise BrokenPromise where something is written while nothing can be."""
    resource.prlimit(one.room.pid, resource.RLIMIT_FSIZE, FULL)
    before = len(chain(one.here.store))
    pause(one.place.rng.uniform(1.0, FULL_AT_MOST_S))
    stood = chain(one.here.store)
    kept(len(stood) == before, "something was written on a full disk")
    resource.prlimit(one.room.pid, resource.RLIMIT_FSIZE, FREE)
    return stood


FAULT = Fault(
    name="disk full and free again, SQLite",
    promise="what cannot be written down is not told; with room again the room reads back and goes on",
    trials=partial(again_and_again, harm=filled, on_postgres=False),
)
