"""Whether the steps of a flexibility curve are there: promises by the guard, kilowatts by the twin."""

from collections import defaultdict
from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.flexibility.step import Direction, Step
from gridtide.decide.room import promised_room
from gridtide.simulate.flexing import Standing, Window, replaced_slots
from gridtide.trust.guard import check

DELIVERED_SHARE = 0.95
WORTH_SHARE = 0.5
"""A step of which the twin delivers less than this is left out; between the two it is printed as delivered."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Delivered:
    """A step as it is printed: foreseen_kw before the twin, share: of what is printed that the twin delivered."""

    step: Step
    foreseen_kw: float
    share: float


def delivered(standing: Standing, steps: tuple[Step, ...]) -> tuple[Delivered, ...]:
    """The steps that keep every promise and that the twin delivers, in their order; prices never fall in a delay.

    Each is given beside all before it of its site, direction and duration, and measured as the change it makes.
    Durations that reach beyond the end of the case are left out.
    """
    kept = promised(standing, steps)
    by_rank: dict[tuple[int, Direction], dict[int, list[Step]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for step in kept:
        by_rank[step.duration_s, step.direction][step.site].append(step)
    found: list[Delivered] = []
    for (duration_s, _), by_site in by_rank.items():
        window = Window.of(standing, duration_s)
        found += _measured(window, by_site)
    return tuple(found)


def promised(standing: Standing, steps: tuple[Step, ...]) -> tuple[Step, ...]:
    """The steps whose jobs keep their promises by the guard's own check, all of a duration and direction together."""
    turn = standing.turn
    room = promised_room(turn.situation, turn.orders.dispatch.placement.horizon)
    known = set(_said(standing, turn.orders.dispatch, room))
    found: list[Step] = []
    kinds = dict.fromkeys((step.duration_s, step.direction) for step in steps)
    for kind in kinds:
        members = [step for step in steps if (step.duration_s, step.direction) == kind]
        while members:
            dispatch = replaced_slots(turn.orders.dispatch, tuple(members))
            refused = set(_said(standing, dispatch, room)) - known
            if not refused:
                break
            names = turn.situation.jobs.name
            subjects = {subject for subject, _ in refused}
            fine = [
                step
                for step in members
                if not subjects & {str(names[job]) for job in step.change.jobs}
            ]
            members = fine if len(fine) < len(members) else members[:-1]
        found += members
    return tuple(found)


def _said(standing: Standing, dispatch: Dispatch, room: np.ndarray) -> list[tuple[str, str]]:
    turn = standing.turn
    breaches = check(dispatch, turn.situation, room, turn.orders.promised)
    return [(breach.subject, breach.limit) for breach in breaches]


def _measured(window: Window, by_site: dict[int, list[Step]]) -> list[Delivered]:
    given: list[Step] = []
    before = window.drawn_kw(())
    found: dict[int, list[Delivered]] = defaultdict(list)
    for rank in range(max(len(steps) for steps in by_site.values())):
        tried = [steps[rank] for steps in by_site.values() if rank < len(steps)]
        after = window.drawn_kw((*given, *tried))
        for step in tried:
            sign = 1.0 if step.direction is Direction.DOWN else -1.0
            got_kw = sign * float(before[step.site] - after[step.site])
            one = _as_delivered(step, got_kw)
            if one is None:
                continue
            found[step.site].append(_not_cheaper(one, found[step.site]))
            given.append(step)
            before[step.site] = after[step.site]
    return [one for site in sorted(found) for one in found[site]]


def _as_delivered(step: Step, got_kw: float) -> Delivered | None:
    if got_kw >= DELIVERED_SHARE * step.kw:
        return Delivered(step=step, foreseen_kw=step.kw, share=got_kw / step.kw)
    if got_kw < WORTH_SHARE * step.kw:
        return None
    smaller = replace(step, kw=got_kw, price_per_kwh=step.price_per_kwh * step.kw / got_kw)
    return Delivered(step=smaller, foreseen_kw=step.kw, share=1.0)


def _not_cheaper(one: Delivered, before: list[Delivered]) -> Delivered:
    last = before[-1].step if before else None
    if last is None or last.delay != one.step.delay:
        return one
    price = max(one.step.price_per_kwh, last.price_per_kwh)
    return replace(one, step=replace(one.step, price_per_kwh=price))
