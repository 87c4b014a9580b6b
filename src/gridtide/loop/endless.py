"""A course without end: steps are appended, a whole day at a time, long before a plan would look past the last one.

Steps are equal in UTC, so a local day of 23 or 25 hours has as many of them as it has; nothing else is kept of steps
that have passed than their edges, eight bytes each. A course that is made longer while it runs decides what one that
was as long from the start decides.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np

from gridtide.loop.live_world import LiveWorld
from gridtide.loop.mandate import Mandate
from gridtide.timeline import DAY_S, SECOND, Timeline, epoch_s, instant, regular


def without_end(mandate: Mandate, now: datetime) -> Mandate:
    """The mandate from the step edge before an instant on, its steps as long as they were and on the same grid of
    edges. Raises ValueError where its steps are not equal."""
    steps, step_s = mandate.steps, _step_s(mandate.steps)
    first_s = int(steps.edges_s[0])
    passed = (int(now.timestamp()) - first_s) // step_s
    begun = regular(instant(first_s + passed * step_s), step_s * SECOND, _a_day(step_s))
    whole = replace(mandate.objective, begins=None, ends=None)
    return reaching(replace(mandate, steps=begun, objective=whole), now)


def reaching(mandate: Mandate, now: datetime) -> Mandate:
    """The mandate with as many more whole days as any plan or turn made by an instant looks ahead, and one besides; as
    it is where it has them."""
    ahead = timedelta(days=1, hours=max(mandate.plan_h, mandate.replan_h))
    steps = longer(mandate.steps, now + ahead)
    return mandate if steps is mandate.steps else replace(mandate, steps=steps)


def longer(steps: Timeline, until: datetime) -> Timeline:
    """Steps with whole days of the same steps appended until an instant lies within; as they are where it does."""
    if until <= steps.end:
        return steps
    step_s = _step_s(steps)
    lacking_s = epoch_s(until.replace(microsecond=0)) + 1 - int(steps.edges_s[-1])
    days = -(-lacking_s // DAY_S)
    count = days * _a_day(step_s)
    more_s = steps.edges_s[-1] + step_s * np.arange(1, count + 1, dtype=np.int64)
    return Timeline(edges_s=np.concatenate([steps.edges_s, more_s]))


def gone_on(mandate: Mandate, world: LiveWorld) -> Mandate:
    """A mandate and its world, both with steps enough for what comes next."""
    mandate = reaching(mandate, world.now)
    world.steps = mandate.steps
    return mandate


def _a_day(step_s: int) -> int:
    """How many steps hold a day."""
    return -(-DAY_S // step_s)


def _step_s(steps: Timeline) -> int:
    if steps.step_s is None:
        raise ValueError("a course without end has equal steps")
    return steps.step_s
