"""Calls of the grid and answers to them, for tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.event import ALWAYS_MANDATORY, Event, EventKind
from gridtide.timeline import Timeline, regular

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hourly(hours: int = 24) -> Timeline:
    """A day of hours, from midnight."""
    return regular(NOON - timedelta(hours=12), timedelta(hours=1), hours)


def call(kind: EventKind, **told: Any) -> Event:
    """A call of a site named `here` for two hours from noon, issued at midnight, mandatory where its kind is.

    told: what else it says, by the names of `Event`.
    """
    said: dict[str, Any] = {
        "site": "here",
        "start": NOON,
        "end": NOON + timedelta(hours=2),
        "issued_at": NOON - timedelta(hours=12),
        "mandatory": kind in ALWAYS_MANDATORY,
    }
    return Event(kind=kind, **(said | told))


def answer_to(event: Event, baseline_kw: ArrayLike, share: float = 1.0) -> CallAnswer:
    """An answer over a day of hours. baseline_kw: of each, or of all."""
    steps = hourly()
    return CallAnswer(
        event=event,
        answered_at=steps.start,
        steps=steps,
        baseline_kw=np.broadcast_to(np.asarray(baseline_kw, dtype=np.float64), (len(steps),)),
        share=share,
        cost_per_mwh=0.0,
        reason="told by a test",
    )
