"""Every device of the fleet hangs for a while (SIGSTOP), and answers again."""

import signal
from functools import partial

from gridtide.testing.faults.demo_service import chain
from gridtide.testing.faults.harmed import Harmed, again_and_again
from gridtide.testing.faults.trial import Fault, pause

SILENT_AT_MOST_S = 4.0


def hanging(one: Harmed) -> list[dict[str, object]]:
    """The process of all devices stands still."""
    one.here.devices.send_signal(signal.SIGSTOP)
    pause(one.place.rng.uniform(0.5, SILENT_AT_MOST_S))
    one.here.devices.send_signal(signal.SIGCONT)
    return chain(one.here.store)


FAULT = Fault(
    name="devices hang and answer again",
    promise="the room goes on, jobs do not vanish, no act is done twice, and no promised job is late",
    trials=partial(again_and_again, harm=hanging, on_postgres=False),
)
