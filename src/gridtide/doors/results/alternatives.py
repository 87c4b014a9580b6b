"""Other slots and places a job could have had at a decision, ranked, and what stood in the way of cheaper ones."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gridtide.decide.dispatch import Placement, Reason
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import (
    Reservations,
    grid_step_s,
    reservations,
    told_accelerators,
    told_entries,
)
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.decide.steering import covered
from gridtide.decide.told import told_of, work_cost
from gridtide.decide.uncertain.planning import PlansAround
from gridtide.decide.windows import (
    CAUSES,
    LIFTED,
    Kept,
    Windows,
    apart,
    moved,
    sizes_of,
    told_causes,
    windows_of,
)
from gridtide.doors.results.again import Again
from gridtide.doors.results.names import place_names
from gridtide.doors.what_if_words import Asked
from gridtide.finding import BadInput, Finding, Infeasible
from gridtide.timeline import instant

NOTHING = 1e-6
"""Money below this is none."""

BY_PRICE = (
    Reason.AT_ONCE,
    Reason.PROTECTED,
    Reason.CHEAPER_LATER,
    Reason.CHEAPER_ELSEWHERE,
    Reason.CHEAPER_LATER_AND_ELSEWHERE,
    Reason.NO_SLACK,
    Reason.NO_ROOM_EARLIER,
)
"""Reasons of jobs that were weighed one by one, with a charge for raising the peak; others pay prices alone."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Choice:
    """A job at a decision: what it was told, at whose prices, and every window it could have had.

    windows: of its whole gang at full speed first, then of each size that an elastic job may change to.
    """

    situation: Situation
    held: Reservations
    plan: Plan
    kept: Kept
    reason: Reason
    fitter: PlansAround
    job: int
    windows: tuple[Windows, ...]
    names: list[str]

    def best(self, lifted: str = "") -> tuple[Windows, int, int, float] | None:
        """The windows, place, first slot and cost of the cheapest, one of LIFTED thought away; None without one."""
        found = [(own, best) for own in self.windows if (best := own.best(lifted)) is not None]
        if not found:
            return None
        own, (place, slot, cost) = min(found, key=lambda one: one[1][2])
        return own, place, slot, cost


def choice_of(again: Again, job: str) -> Choice:
    """The choice a decision had about a job. Raises BadInput where it was told no slots then."""
    situation = again.turn.situation
    placement: Placement = again.turn.orders.dispatch.placement
    grid, objective = placement.horizon, again.study.objective
    rows = np.flatnonzero(situation.jobs.name == job)
    if not len(rows) or placement.place[rows[0]] < 0:
        raise BadInput([_not_there(again, job)])
    held = reservations(situation, promised_room(situation, grid), grid, objective.moves_max)
    plan = again.policy.placing(again.retaken.before.plan, situation, held, again.retaken.planned)
    kept, charge = again.policy.dispatcher.peak_kept(plan, situation, held)
    reason = Reason(int(placement.reason[rows[0]]))
    if reason not in BY_PRICE:
        charge = np.zeros_like(charge)
    held = replace(held, told=told_of(placement, held))
    return Choice(
        situation=situation,
        held=held,
        plan=plan,
        kept=(kept, charge),
        reason=reason,
        fitter=again.policy.fitter,
        job=int(rows[0]),
        windows=tuple(
            windows_of(situation, held, plan, (kept, charge), int(rows[0]), size)
            for size in sizes_of(held, int(rows[0]))
        ),
        names=place_names(again.study),
    )


def ranked(choice: Choice, count: int) -> dict[str, Any]:
    """The slots told, the `count` cheapest other windows with what they cost more, and limits by their worth.

    by_prices: whether prices alone decided; where not, the fleet as a whole did. cheaper_alone: what the
    cheapest window would save at prices alone.
    """
    causes = told_causes(choice.situation, choice.held, choice.plan, choice.kept, choice.job)
    told = choice.held.told
    begin, held = int(told.offsets[choice.job]), int(told.count[choice.job])
    slots, place = told.slots[begin : begin + held], int(told.place[choice.job])
    at, cost = (place, int(slots[0])), float(causes.sum())
    best, as_told = choice.best(), fleet_of(choice, choice.held)
    entry = int(told_entries(choice.held, told)[choice.job])
    takes = int(told_accelerators(choice.held, told)[choice.job])
    return {
        "as_of": choice.situation.as_of.isoformat(),
        "by_prices": choice.reason in BY_PRICE,
        "cheaper_alone": 0.0 if best is None else max(cost - best[3], 0.0),
        "chosen": _told(choice, place, slots, causes),
        "alternatives": [
            _window(choice, own, other, causes) | {"fleet": _fleet(choice, own, other, as_told)}
            for own, other in _cheapest(choice, at, entry, count)
        ],
        "limits": _limits(choice, (*at, takes), cost),
    }


def _cheapest(
    choice: Choice, at: tuple[int, int], entry: int, count: int
) -> list[tuple[Windows, tuple[int, int]]]:
    """The cheapest windows of all sizes apart from the one told, with whose they are; entry: of the menu, told."""
    nowhere = (at[0], -len(choice.held.grid))
    found = [
        (own, other)
        for own in choice.windows
        for other in apart(own, at if own.entry[at[0]] == entry else nowhere, count)
    ]
    return sorted(found, key=lambda one: float(one[0].cost[one[1]]))[:count]


Bracket = tuple[float, float]
"""Lower bound and cost, in money."""


def fleet_of(choice: Choice, held: Reservations) -> Bracket | None:
    """What the fleet is expected to cost with every job in the slots told; None where no plan holds."""
    seen = replace(choice.situation, horizon=covered(choice.situation))
    try:
        plan = choice.fitter.around(seen, held)
    except Infeasible:
        return None
    work = work_cost(held)
    return plan.certificate.lower_bound + work, plan.certificate.cost + work


def _fleet(
    choice: Choice, own: Windows, at: tuple[int, int], told: Bracket | None
) -> dict[str, float] | None:
    """By how much the fleet would cost more with the job there and all others as told; None where nobody knows:
    no plan holds, or the window leaves the hours that signals cover."""
    end_s = choice.held.grid.ends_s[at[1] + own.slots - 1]
    if told is None or end_s > covered(choice.situation).edges_s[-1]:
        return None
    there = fleet_of(choice, moved(choice.held, choice.job, at, own))
    if there is None:
        return None
    return {
        "difference": there[1] - told[1],
        "least": there[0] - told[1],
        "most": there[1] - told[0],
    }


def _told(
    choice: Choice, place: int, slots: np.ndarray[Any, Any], causes: np.ndarray[Any, Any]
) -> dict[str, Any]:
    starts_s, step_s = choice.held.grid.starts_s, grid_step_s(choice.held.grid)
    return {
        "place": choice.names[place],
        "start": instant(starts_s[slots[0]]).isoformat(),
        "end": instant(starts_s[slots[-1]] + step_s).isoformat(),
        "accelerators": int(told_accelerators(choice.held, choice.held.told)[choice.job]),
        "pieces": 1 + int((np.diff(slots) > 1).sum()),
        "cost": float(causes.sum()),
        "causes": _by_name(causes),
    }


def _window(
    choice: Choice, own: Windows, at: tuple[int, int], told: np.ndarray[Any, Any]
) -> dict[str, Any]:
    """A window and by how much it costs more than what was told, by cause."""
    causes = own.causes[:, at[0], at[1]]
    return {
        **_where(choice, own, at),
        "cost": float(causes.sum()),
        "difference": float((causes - told).sum()),
        "causes": _by_name(causes - told),
    }


def _where(choice: Choice, own: Windows, at: tuple[int, int]) -> dict[str, Any]:
    start_s = int(choice.held.grid.starts_s[at[1]])
    end_s = start_s + own.slots * grid_step_s(choice.held.grid)
    return {
        "place": choice.names[at[0]],
        "accelerators": own.accelerators,
        "start": instant(start_s).isoformat(),
        "end": instant(end_s).isoformat(),
    }


def _by_name(causes: np.ndarray[Any, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in zip(CAUSES, causes, strict=True)}


def _limits(choice: Choice, told: tuple[int, int, int], cost: float) -> list[dict[str, Any]]:
    """What each limit alone costs the job at the plan's prices; those that cost nothing are left out.

    First those without which it would run at other slots, then those it only pays for; the dearest first. told: place,
    first slot and accelerators.
    """
    best = choice.best()
    least = cost if best is None else min(cost, best[3])
    found = []
    for name in LIFTED:
        freed = choice.best(name)
        if freed is not None and least - freed[3] > NOTHING:
            own, place, slot, saved = freed[0], *freed[1:3], least - freed[3]
            found.append(
                {
                    "limit": name,
                    "decides": (place, slot, own.accelerators) != told,
                    "saving": saved,
                    **_where(choice, own, (place, slot)),
                }
            )
    return sorted(found, key=lambda limit: (not limit["decides"], -float(limit["saving"])))


def asked_of_limit(limit: dict[str, Any], choice: Choice) -> Asked | None:
    """The what-if of one unit of a limit that decides, None where the plan does not count it in units."""
    if not limit["decides"]:
        return None
    site = limit["place"].rpartition("/")[0]
    if limit["limit"] == "deadline":
        step_s = grid_step_s(choice.held.grid)
        return Asked(text=f"deadline +{step_s // 60}min", kind="deadline", name="", amount=step_s)
    if limit["limit"] == "machines":
        place = str(limit["place"])
        return Asked(text=f"machines {place} +1", kind="machines", name=place, amount=1.0)
    if limit["limit"] == "import":
        return Asked(text=f"import {site} +1kW", kind="import", name=site, amount=1.0)
    if limit["limit"] == "peak":
        return Asked(text=f"demand {site} +1%", kind="demand", name=site, amount=0.01)
    return None


def _not_there(again: Again, job: str) -> Finding:
    return Finding(
        subject=job,
        value=f"was told no slots at {again.turn.situation.as_of:%Y-%m-%d %H:%M} UTC",
        limit="a time (--at) at which it waited or ran",
        mend="Name one between its arrival and its end.",
    )
