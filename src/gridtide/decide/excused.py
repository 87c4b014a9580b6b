"""Steps in which a call of the grid excuses a site from what it bought or declared."""

from collections.abc import Iterable
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import CallAnswer, inside_share
from gridtide.decide.event import OPEN_END, Event, EventKind
from gridtide.timeline import Timeline


def excused(
    site: str, events: Iterable[Event], answers: Iterable[CallAnswer], timeline: Timeline
) -> NDArray[np.bool_]:
    """Steps in any part of which a limit or a set-point of the grid holds at the site, or a call it took part of, (T,).

    The recovery after a call counts with it: there a site may draw no more than the call lets it.
    """
    taken = [one.event for one in answers if one.share > 0.0 and one.event.may_be_declined]
    binding = [one for one in events if np.isfinite(one.limit_kw) or one.kind is EventKind.SETPOINT]
    found = np.zeros(len(timeline), dtype=np.bool_)
    for event in (*binding, *taken):
        if event.site != site:
            continue
        end = min(event.end, event.taken_back_at or event.end)
        if end <= event.start:
            continue
        if end != OPEN_END:
            end += timedelta(hours=event.recover_h)
        found |= inside_share(timeline, event.start, end) > 0.0
    return found
