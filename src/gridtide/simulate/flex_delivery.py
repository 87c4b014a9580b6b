"""Whether the steps of a flexibility curve are there: promises by the guard, kilowatts by the twin."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.flexibility.step import DELAYS, Direction, Source, Step
from gridtide.decide.room import promised_room
from gridtide.simulate.flexing import Seen, Standing, Window, replaced_slots
from gridtide.trust.guard import check

DELIVERED_SHARE = 0.95
TOLERANCE = 1e-6
WORTH_SHARE = 0.5
"""A step of which the twin delivers less than this is left out; between the two it is printed as delivered."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Delivered:
    """A step as it is printed: foreseen_kw before the twin, share: of what is printed that the twin delivered."""

    step: Step
    foreseen_kw: float
    share: float


def delivered(
    standing: Standing, steps: tuple[Step, ...], *, together: bool = False
) -> tuple[Delivered, ...]:
    """The steps that keep every promise and that the twin delivers.

    Each is given beside all before it of its site, direction and duration, and measured as the change it makes at the
    site's meter; together: all sites at once, as one fleet, so that nothing may be moved between them.
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
        asked = [by_site] if together else [{site: by_site[site]} for site in sorted(by_site)]
        for sites in asked:
            found += _measured(window, sites)
    return _no_more_for_longer(found)


def within_sites(
    together: Sequence[Delivered], alone: Sequence[Delivered]
) -> tuple[Delivered, ...]:
    """The steps of the fleet, the cheapest first, as far as its sites alone give as much of the same work."""
    sites_kw: dict[tuple[object, ...], float] = defaultdict(float)
    for one in alone:
        for delay in [delay for delay in DELAYS if delay >= one.step.delay]:
            sites_kw[(*_kind(one.step), delay)] += one.step.kw
    found, fleet_kw = [], dict.fromkeys(sites_kw, 0.0)
    for one in _in_order(list(together)):
        keys = [(*_kind(one.step), delay) for delay in DELAYS if delay >= one.step.delay]
        left_kw = min(sites_kw.get(key, 0.0) - fleet_kw.get(key, 0.0) for key in keys)
        if left_kw >= WORTH_SHARE * one.step.kw:
            kw = min(one.step.kw, left_kw)
            price = one.step.price_per_kwh * (one.step.kw / kw)
            found.append(replace(one, step=replace(one.step, kw=kw, price_per_kwh=price)))
            for key in keys:
                fleet_kw[key] += kw
    return tuple(found)


def _kind(step: Step) -> tuple[object, ...]:
    return step.work, step.duration_s, step.direction


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
            members = fine if len(fine) < len(members) else _without_the_last(members)
        found += members
    return tuple(found)


def _without_the_last(members: list[Step]) -> list[Step]:
    """Without the last step by which jobs change their site, or without the last where none does."""
    moves = [index for index, step in enumerate(members) if (step.change.places >= 0).any()]
    last = moves[-1] if moves else len(members) - 1
    return members[:last] + members[last + 1 :]


def _said(standing: Standing, dispatch: Dispatch, room: np.ndarray) -> list[tuple[str, str]]:
    turn = standing.turn
    breaches = check(dispatch, turn.situation, room, turn.orders.promised)
    return [(breach.subject, breach.limit) for breach in breaches]


def _measured(window: Window, by_site: dict[int, list[Step]]) -> list[Delivered]:
    given: list[Step] = []
    drawn_kw = window.today.drawn_kw.copy()
    found: dict[int, list[Delivered]] = defaultdict(list)
    for rank in range(max(len(steps) for steps in by_site.values())):
        tried = [steps[rank] for steps in by_site.values() if rank < len(steps)]
        after = window.seen((*given, *tried))
        for step in tried:
            sign = 1.0 if step.direction is Direction.DOWN else -1.0
            got_kw = sign * float(drawn_kw[step.site] - after.drawn_kw[step.site])
            delay = _delay_seen(step, window.today, after)
            one = None if delay is None else _as_delivered(replace(step, delay=delay), got_kw)
            if one is None:
                continue
            found[step.site].append(one)
            given.append(step)
            drawn_kw[step.site] = after.drawn_kw[step.site]
    return [one for site in sorted(found) for one in _in_order(found[site])]


def _no_more_for_longer(found: list[Delivered]) -> tuple[Delivered, ...]:
    """Batteries and cooling give no more for longer than they were seen to give for less; the last are cut first."""
    most_kw: dict[tuple[object, ...], float] = {}
    cut = []
    for duration_s in sorted({one.step.duration_s for one in found}):
        given_kw: dict[tuple[object, ...], float] = defaultdict(float)
        for one in [one for one in found if one.step.duration_s == duration_s]:
            key = one.step.site, one.step.source, one.step.direction
            left_kw = most_kw.get(key, np.inf) - given_kw[key]
            if one.step.source not in (Source.STORAGE, Source.COOLING):
                left_kw = np.inf
            if left_kw <= 0.0:
                continue
            share = min(1.0, left_kw / one.step.kw)
            given_kw[key] += share * one.step.kw
            cut.append(
                replace(
                    one,
                    step=replace(
                        one.step,
                        kw=share * one.step.kw,
                        rebound_kwh=share * one.step.rebound_kwh,
                    ),
                )
            )
        most_kw |= {key: min(kw, most_kw.get(key, np.inf)) for key, kw in given_kw.items()}
    return tuple(cut)


def _delay_seen(step: Step, today: Seen, after: Seen) -> float | None:
    """The least delay a step needs by the answer times the twin saw; None where they are beyond any, or it refuses."""
    delay = step.delay
    for route in step.change.routes:
        flow = route.service, route.origin
        more = after.refused_per_s[flow] - today.refused_per_s[flow]
        later = after.late_s[flow] / max(today.late_s[flow], 1e-9) - 1.0
        fitting = [one for one in DELAYS if later <= one + TOLERANCE]
        if more > TOLERANCE * (1.0 + today.refused_per_s[flow]) or not fitting:
            return None
        delay = max(delay, fitting[0])
    return delay


def _as_delivered(step: Step, got_kw: float) -> Delivered | None:
    if got_kw >= DELIVERED_SHARE * step.kw:
        return Delivered(step=step, foreseen_kw=step.kw, share=got_kw / step.kw)
    if got_kw < WORTH_SHARE * step.kw:
        return None
    smaller = replace(step, kw=got_kw, price_per_kwh=step.price_per_kwh * step.kw / got_kw)
    return Delivered(step=smaller, foreseen_kw=step.kw, share=1.0)


def _in_order(found: list[Delivered]) -> list[Delivered]:
    """What needs no delay first, then the cheaper first."""
    return sorted(found, key=lambda one: (one.step.delay, one.step.price_per_kwh))
