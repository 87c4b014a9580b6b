"""The clock of the room's machine is set forward or back by up to an hour, and right again; devices have their own."""

from functools import partial

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.harmed import Harmed, again_and_again
from gridtide.testing.faults.trial import Fault, pause

WRONG_AT_MOST_S = 3.0
JUMP_AT_MOST_S = 3.0
"""An hour of the course."""


def set_wrong(one: Harmed) -> list[dict[str, object]]:
    """Forward and back in turn."""
    rng = one.place.rng
    one.here.set_clock(rng.uniform(0.0, JUMP_AT_MOST_S) * (1 if one.number % 2 else -1))
    pause(rng.uniform(0.5, WRONG_AT_MOST_S))
    one.here.set_clock(0.0)
    return chain(one.here.store)


FAULT = Fault(
    name="clock set forward or back, and right again",
    promise="nothing is told twice, what is held ends by the devices' clocks, no promised job is late",
    trials=partial(again_and_again, harm=set_wrong, on_postgres=False),
)
