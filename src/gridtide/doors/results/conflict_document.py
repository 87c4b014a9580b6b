"""A conflict as a document: the sets by name, and the ways out with their amounts."""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from gridtide.decide.conflict.answer import Conflict
    from gridtide.decide.conflict.conflicting_set import ConflictingSet
    from gridtide.decide.conflict.relaxing import Relaxation


def conflict_document(conflict: "Conflict") -> dict[str, Any]:
    """sets: members that cannot hold together, each set irreducible; more: whether there are further ones.
    cheapest, by_promises, by_limits: ways out, null where these alone are not enough."""
    return {
        "sets": [_set(conflict, one) for one in conflict.sets],
        "more": conflict.more,
        "cheapest": _way_out(conflict, conflict.cheapest),
        "by_promises": _way_out(conflict, conflict.by_promises),
        "by_limits": _way_out(conflict, conflict.by_limits),
        "alone": [
            {
                "member": conflict.elastic.members[alone.member].name,
                "way_out": _way_out(conflict, alone.relaxation),
            }
            for alone in conflict.alone
        ],
    }


def _set(conflict: "Conflict", one: "ConflictingSet") -> dict[str, Any]:
    from gridtide.decide.conflict.elastic import Act

    elastic = conflict.elastic
    rows = []
    for number in one.members:
        member = elastic.members[number]
        own = one.closed & (elastic.act != Act.LATER) & (elastic.member == number)
        steps = elastic.step[own]
        rows.append(
            {
                "kind": member.kind.value,
                "name": member.name,
                "asks": member.asks,
                "times": _times(conflict, steps),
            }
        )
    return {
        "members": rows,
        "lacking": one.lacking,
        "every_member_needed": one.by_member,
        "every_step_needed": one.by_step,
    }


def _times(conflict: "Conflict", steps: "np.ndarray[Any, np.dtype[np.int64]]") -> list[list[str]]:
    """Spans [from, to] of steps, as instants in UTC."""
    from gridtide.timeline import instant

    known = np.unique(steps[steps >= 0])
    edges_s = conflict.horizon.edges_s
    runs = np.split(known, np.flatnonzero(np.diff(known) > 1) + 1) if len(known) else []
    return [
        [instant(edges_s[run[0]]).isoformat(), instant(edges_s[run[-1] + 1]).isoformat()]
        for run in runs
    ]


def _way_out(conflict: "Conflict", relaxation: "Relaxation | None") -> dict[str, Any] | None:
    """cost at the stated prices, no way out costs less than lower_bound; holds: solved again with it."""
    from gridtide.decide.conflict.elastic import Act
    from gridtide.decide.conflict.wording import SEEN, relaxation_in_words

    if relaxation is None:
        return None
    elastic = conflict.elastic
    given = []
    for number, member in enumerate(elastic.members):
        for act in (Act.LESS, Act.LATER, Act.MORE):
            own = (elastic.member == number) & (elastic.act == act) & (relaxation.amounts > SEEN)
            if own.any():
                given.append(
                    {
                        "member": member.name,
                        "act": act.name.lower(),
                        "unit": "accelerators" if act is Act.LATER else member.unit,
                        "most": float(relaxation.amounts[own].max()),
                        "cost": float((relaxation.amounts[own] * elastic.price[own]).sum()),
                        "times": _times(conflict, elastic.step[own]),
                    }
                )
    return {
        "cost": relaxation.cost,
        "lower_bound": relaxation.lower_bound if np.isfinite(relaxation.lower_bound) else None,
        "holds": relaxation.holds,
        "in_words": relaxation_in_words(conflict, relaxation),
        "gives": given,
        "presses": _presses(conflict, relaxation),
    }


def _presses(conflict: "Conflict", relaxation: "Relaxation") -> list[dict[str, Any]]:
    """Limits by what one more unit in their dearest step would save of the cost, dearest first."""
    from gridtide.decide.conflict.answer import PROMISES
    from gridtide.decide.conflict.wording import SEEN

    elastic = conflict.elastic
    found = []
    for number, member in enumerate(elastic.members):
        own = (elastic.member == number) & (relaxation.saves > SEEN) & (elastic.step >= 0)
        if member.kind not in PROMISES and own.any():
            found.append(
                {
                    "member": member.name,
                    "unit": member.unit,
                    "saves_most": float(relaxation.saves[own].max()),
                    "times": _times(conflict, elastic.step[own]),
                }
            )
    return sorted(found, key=lambda row: -row["saves_most"])
