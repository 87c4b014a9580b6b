"""When the next turn is taken: at news, arrivals, gates, months and calls, and while something stands still."""

from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.beside_stores import gates_s
from gridtide.decide.call_answer import taken_of
from gridtide.decide.peak import next_month_s
from gridtide.loop.mandate import Mandate
from gridtide.loop.sight import news_said
from gridtide.loop.turn import Memory
from gridtide.timeline import epoch_s, instant


def next_turn(mandate: Mandate, memory: Memory, present: int, arrivals_s: NDArray[np.int64]) -> int:
    """The next step edge at which something is decided, by what one turn left behind.

    arrivals_s: when work comes, as far as that is known; of a live course it is not, and each arrival is a turn of its
    own.
    """
    edges_s = mandate.steps.edges_s
    arrivals = np.searchsorted(edges_s, arrivals_s, side="left")
    later = arrivals[arrivals > present]
    instants = [len(mandate.steps)]
    if len(later):
        instants.append(int(later.min()))
    assert memory.planned_at is not None
    due = memory.planned_at + timedelta(hours=mandate.replan_h)
    instants.append(int(np.searchsorted(edges_s, int(due.timestamp()), side="left")))
    begins_s = next_month_s(mandate.fleet, memory.planned_at)
    instants.append(int(np.searchsorted(edges_s, begins_s, side="left")))
    news = news_said(mandate.events, mandate.fleet)
    issued = [int(np.searchsorted(edges_s, epoch_s(said))) for said in news]
    instants += [step for step in issued if step > present]
    if mandate.more_may_come and memory.plan is not None:
        closes = gates_s(mandate.fleet, int(edges_s[present]))
        steps = [int(np.searchsorted(edges_s, second, side="right")) - 1 for second in closes]
        instants += [step for step in steps if step > present]
    now, taken = instant(edges_s[present]), taken_of(memory.commitments)
    begins = [int(np.searchsorted(edges_s, epoch_s(one.event.start))) for one in taken]
    instants += [step for step in begins if step > present]
    if memory.restless or any(one.event.start <= now < one.event.end for one in taken):
        return present + 1
    return max(present + 1, min(instants))
