"""Curtailment that work answers by waiting: what it gives, what it draws later, and what is left."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.hosting_curve import runs_of

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class WaitingStep:
    """kw: drawn less for duration_h at a price per kWh; drawn_later: kWh for each of these."""

    duration_h: float
    kw: float
    price_per_kwh: float
    drawn_later: float


@dataclass(frozen=True, kw_only=True)
class WaitingWork:
    """What a fleet can give: steps of one delay, and catch_up_kw: how much more it draws when it catches up. of:
    whose; currency of the prices. Raises ValueError without a step of an hour or more."""

    of: str
    currency: str
    steps: tuple[WaitingStep, ...]
    catch_up_kw: float

    def __post_init__(self) -> None:
        if not any(step.duration_h >= 1.0 for step in self.steps):
            raise ValueError("no step lasts an hour")


@dataclass(frozen=True, kw_only=True)
class Waited:
    """A load of size_kw whose work waits. given_kwh: drawn less by work that waits, for waiting_cost in the
    currency of its prices; later_kwh: drawn later for it, caught_up_kwh: of that within the time allowed, late_kwh:
    not; most_waiting_kwh: due at once. unmet_kwh: curtailed with no work that could wait, in unmet_hours, deepest
    and longest; share: of the energy of the load that is unmet or late, 0-1."""

    size_kw: float
    given_kwh: float
    waiting_cost: float
    later_kwh: float
    caught_up_kwh: float
    late_kwh: float
    most_waiting_kwh: float
    unmet_kwh: float
    unmet_hours: int
    unmet_deepest_kw: float
    unmet_longest_h: int
    share: float


def scaled(work: WaitingWork, factor: float) -> WaitingWork:
    """The same work of a fleet that is larger by a factor."""
    steps = tuple(replace(step, kw=step.kw * factor) for step in work.steps)
    return replace(work, steps=steps, catch_up_kw=work.catch_up_kw * factor)


def depth_kw(work: WaitingWork, hours: int) -> float:
    """How much less it draws through a run of hours; of runs beyond its longest steps as much as those give."""
    return sum(step.kw for step in _lasting(work, hours))


def waited(size_kw: float, room_kw: Real, work: WaitingWork, within_h: int) -> Waited:
    """A load of size_kw in every hour of a year with so much room, (H,), whose work waits where it lacks.

    Through a run of hours without room the steps serve that last as long, the cheapest first; a longer run than any
    step lasts has the longest ones, one after another: all together give no more energy than once through. What
    waits is caught up, the oldest first, in hours with room beyond the load, by catch_up_kw at most; new work does
    not wait while as much is due as the longest steps leave. What is not caught up within_h hours later is late.
    What still waits at the end of the year and is not due yet counts as late too.
    """
    room = np.maximum(room_kw, 0.0)
    excess = np.maximum(size_kw - room, 0.0)
    spare = np.minimum(np.maximum(room - size_kw, 0.0), work.catch_up_kw)
    given, cost, later, caught = np.zeros((4, len(room)))
    queue: deque[list[float]] = deque()
    late = most = 0.0
    start = 0
    for first, end in (*runs_of(excess > 0.0).tolist(), (len(room), len(room))):
        late += _caught_up(queue, spare, start, first, within_h, caught)
        start = end
        if first == end:
            break
        steps = _lasting(work, end - first)
        usable = _usable(steps, sum(amount for _, amount in queue))
        left = usable * sum(step.kw * step.duration_h for step in steps)
        due = sum(amount for _, amount in queue)
        for hour in range(first, end):
            taken = _taken(steps, min(excess[hour], left), usable)
            given[hour], cost[hour], later[hour] = taken
            left -= taken[0]
            due += taken[2]
            most = max(most, due)
            if taken[2] > 0.0:
                queue.append([float(hour), taken[2]])
    late += sum(amount for _, amount in queue)
    unmet = excess - given
    unmet[unmet < 1e-9 * max(size_kw, 1.0)] = 0.0
    short = runs_of(unmet > 0.0)
    asked = size_kw * len(room)
    return Waited(
        size_kw=size_kw,
        given_kwh=float(given.sum()),
        waiting_cost=float(cost.sum()),
        later_kwh=float(later.sum()),
        caught_up_kwh=float(caught.sum()),
        late_kwh=late,
        most_waiting_kwh=most,
        unmet_kwh=float(unmet.sum()),
        unmet_hours=int((unmet > 0.0).sum()),
        unmet_deepest_kw=float(unmet.max(initial=0.0)),
        unmet_longest_h=int((short[:, 1] - short[:, 0]).max(initial=0)),
        share=(float(unmet.sum()) + late) / asked if asked > 0.0 else 0.0,
    )


def _lasting(work: WaitingWork, hours: int) -> list[WaitingStep]:
    """Steps of the shortest duration that covers so many hours, of the longest where none does; the cheapest
    first."""
    durations = sorted({step.duration_h for step in work.steps if step.duration_h >= 1.0})
    chosen = next((one for one in durations if one >= hours), durations[-1])
    steps = [step for step in work.steps if step.duration_h == chosen]
    return sorted(steps, key=lambda step: step.price_per_kwh)


def _usable(steps: Sequence[WaitingStep], due_kwh: float) -> float:
    """Share of each step that is not waiting already."""
    most = sum(step.kw * step.duration_h * step.drawn_later for step in steps)
    return 1.0 if most <= 0.0 else max(most - due_kwh, 0.0) / most


def _taken(
    steps: Sequence[WaitingStep], wanted: float, usable: float
) -> tuple[float, float, float]:
    """kWh drawn less in an hour, what that costs and what is drawn later; usable: share of each step."""
    given = cost = later = 0.0
    for step in steps:
        kwh = min(step.kw * usable, wanted - given)
        if kwh <= 0.0:
            break
        given += kwh
        cost += kwh * step.price_per_kwh
        later += kwh * step.drawn_later
    return given, cost, later


def _caught_up(
    queue: deque[list[float]], spare: Real, start: int, end: int, within_h: int, caught: Real
) -> float:
    """Draws what waits in some hours, the oldest first; gives what was not drawn in time."""
    late = 0.0
    for hour in range(start, end):
        while queue and hour - queue[0][0] > within_h:
            late += queue.popleft()[1]
        if not queue:
            break
        left = float(spare[hour])
        while queue and left > 0.0:
            drawn = min(left, queue[0][1])
            queue[0][1] -= drawn
            left -= drawn
            caught[hour] += drawn
            if queue[0][1] <= 0.0:
                queue.popleft()
    return late
