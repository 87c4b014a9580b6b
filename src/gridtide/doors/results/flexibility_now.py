"""The document of what a control room could draw less and more now: the curve under the plan that holds, as rows."""

from collections.abc import Sequence
from typing import Any

from gridtide.decide.flexibility.curve import curve, moved_in_the_fleet
from gridtide.decide.flexibility.outlook import outlook_of
from gridtide.decide.flexibility.step import DELAYS, DURATIONS_S, Step
from gridtide.decide.objective import Objective
from gridtide.doors.results.flex_document import FLEET
from gridtide.loop.turn import Turn


def flexibility_now(turn: Turn, objective: Objective) -> dict[str, Any]:
    """rows: steps by place (sites, each asked alone, then the fleet), duration, direction and price; kW at the meters
    for `duration_s`, price_per_kwh from which it pays, `delay` at which it can be had. Steps of one place add up. They
    are expected under the plan, not delivered in the twin as those of `gridtide flex`. Empty without a plan.
    """
    plan, situation = turn.memory.plan, turn.situation
    said = {
        **nothing_yet(),
        "at": situation.as_of.isoformat(),
        "decision": turn.decision.id,
    }
    if plan is None:
        return said
    outlook = outlook_of(plan, situation, turn.orders.dispatch, objective.moves_max)
    alone = curve(outlook, DURATIONS_S)
    moved = moved_in_the_fleet(outlook, alone)
    together = (*curve(outlook, DURATIONS_S, moves=False, moved=moved), *moved)
    names = [site.name for site in situation.fleet.sites]
    rows = [
        row
        for number, name in enumerate(names)
        for row in _rows([one for one in alone if one.site == number], name)
    ]
    return {**said, "rows": [*rows, *_rows(together, FLEET)]}


def nothing_yet() -> dict[str, Any]:
    """The document before the first decision."""
    return {
        "at": None,
        "decision": None,
        "durations_s": list(DURATIONS_S),
        "delays": list(DELAYS),
        "rows": [],
    }


def _rows(steps: Sequence[Step], place: str) -> list[dict[str, Any]]:
    ordered = sorted(steps, key=lambda one: (one.duration_s, one.direction, one.price_per_kwh))
    return [
        {
            "place": place,
            "class": one.work,
            "source": str(one.source),
            "direction": str(one.direction),
            "duration_s": one.duration_s,
            "delay": one.delay,
            "kw": round(one.kw, 3),
            "price_per_kwh": round(one.price_per_kwh, 6),
        }
        for one in ordered
    ]
