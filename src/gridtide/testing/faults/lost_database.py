"""The database goes away as if its machine had lost power, and comes back after a while."""

from functools import partial

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.harmed import Harmed, again_and_again
from gridtide.testing.faults.trial import Fault, pause

GONE_AT_MOST_S = 3.0


def lost(one: Harmed) -> list[dict[str, object]]:
    """Its server ends and begins again."""
    server, stood = one.place.server(), chain(one.here.store)
    server.stop()
    pause(one.place.rng.uniform(0.5, GONE_AT_MOST_S))
    server.start()
    return stood


FAULT = Fault(
    name="database lost and back, PostgreSQL",
    promise="what cannot be written down is not told; when it is back, the room reads back and goes on",
    trials=partial(again_and_again, harm=lost, on_postgres=True),
    on_postgres=True,
)
