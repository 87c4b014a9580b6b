"""The document of `gridtide study NETWORK --year`: what every bus takes over a year of hours."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.hosting_system import REDISPATCH, UNITS, Feeding, Standing, rooms_of_all
from gridtide.grid.hosting_year import HostingYear

Real = NDArray[np.float64]
SHOWN = 3
ROUNDING = 1e-3
OFTEN = 0.01
"""Share of hours that have less room than is told beside the least."""


def hosting_document(standing: Standing, feeding: Feeding) -> dict[str, Any]:
    """Every bus at N-0 and N-1, fed by shares: `units` where the named buses are redispatched. connections: empty,
    for whoever asks for single buses."""
    network, fed = standing.system.network, standing.fed
    now, after = (rooms_of_all(standing, feeding, outages) for outages in (False, True))
    names = standing.system.branch_names
    return {
        "of": network.name,
        "first_hour": standing.system.year.first_hour,
        "hours": len(fed.flow_kw),
        "buses": len(network.buses),
        "branches": len(standing.branches),
        "outages": int((~standing.found.is_bridge).sum()),
        "splitting": [names[k] for k in np.flatnonzero(standing.found.is_bridge)],
        "dispatch": _dispatch(standing),
        "fed_by": UNITS if feeding.by == REDISPATCH else feeding.by,
        "least_effect": feeding.least_effect,
        "worked_out": after.looked_at,
        "by_bus": [
            {
                "bus": name,
                "now": rooms_told(now, bus, standing),
                "after_any_outage": rooms_told(after, bus, standing),
            }
            for bus, name in enumerate(network.buses.names)
        ],
        "connections": [],
        "notes": _notes(standing),
    }


def _dispatch(standing: Standing) -> dict[str, Any]:
    fed, system = standing.fed, standing.system
    limited = ~np.isnan(system.year.available_kw).all(axis=0)
    free = system.year.available_kw[:, limited]
    return {
        "redispatched_hours": int(fed.redispatched.sum()),
        "over_hours": int((fed.over_kw > 0.0).sum()),
        "over_kw": float(fed.over_kw.max()),
        "unfed_kwh": float(np.where(fed.unfed_kw > 1.0, fed.unfed_kw, 0.0).sum()),
        "turned_down_kwh": float(np.maximum(free - fed.fed_kw[:, limited], 0.0).sum()),
        "cost": float(fed.cost_per_h.sum()),
        "cost_cheapest_first": float(fed.merit_cost_per_h.sum()),
        "currency": system.units.currency,
    }


def rooms_told(rooms: HostingYear, column: int, standing: Standing) -> dict[str, Any]:
    """The least room and its hour, what all but one hour in a hundred have, the middle one, and which pairs of a
    branch and an outage bind how often. None in place of a room that nothing limits."""
    room = rooms.hosted_kw[:, column]
    least = int(room.argmin())
    return {
        "firm_kw": finite(room[least]),
        "in_99_of_100_hours_kw": finite(float(np.quantile(room, OFTEN, method="lower"))),
        "median_kw": finite(float(np.quantile(room, 0.5, method="lower"))),
        "hour": least,
        "at": hour_said(standing.system.year.first_hour, least),
        **pair_told(int(rooms.branch[least, column]), int(rooms.lost[least, column]), standing),
        "binding": _binding(rooms, column, standing),
    }


def _binding(rooms: HostingYear, column: int, standing: Standing) -> list[dict[str, Any]]:
    pairs = np.column_stack([rooms.branch[:, column], rooms.lost[:, column]])
    found, counted = np.unique(pairs, axis=0, return_counts=True)
    ranked = np.argsort(-counted, kind="stable")[:SHOWN]
    return [
        {
            **pair_told(int(found[row, 0]), int(found[row, 1]), standing),
            "hours": int(counted[row]),
        }
        for row in ranked
    ]


def pair_told(branch: int, lost: int, standing: Standing) -> dict[str, Any]:
    """full: a branch, None where no rating binds; lost: the outage after which, None for none."""
    names = standing.system.branch_names
    return {
        "full": names[branch] if branch >= 0 else None,
        "lost": names[lost] if lost >= 0 else None,
    }


def finite(value: float) -> float | None:
    """None for what nothing limits; 0 for what is only rounding."""
    if not np.isfinite(value):
        return None
    return float(value) if abs(value) > ROUNDING else 0.0


def hour_said(first_hour: str, hour: int) -> str:
    """The hour as its source writes times: no zone, no summer time."""
    if not first_hour:
        return str(hour)
    moment = np.datetime64(first_hour, "s") + np.timedelta64(3600 * hour, "s")
    return str(moment)[:16].replace("T", " ")


def _notes(standing: Standing) -> list[str]:
    direct = standing.system.network.direct
    notes = [
        "Without losses; ratings are of active power: normal ones as the grid stands, emergency ones after an outage.",
        "Each hour is dispatched on its own, cheapest first; least output, starts, ramps, stores and reserves are left"
        " aside, and wind, sun and water are turned down where a rating asks for it.",
    ]
    notes.append(
        "Fed by shares that do not change, load at a bus finds no room in an hour in which a branch that it would load"
        " is full already; a bus that is named can have all units dispatched for it instead, which finds what there is."
    )
    if len(direct):
        notes.append(f"{', '.join(direct.names)}: carries what its table says in every hour.")
    if standing.found.is_bridge.any():
        names = [standing.system.branch_names[k] for k in np.flatnonzero(standing.found.is_bridge)]
        notes.append(
            f"{', '.join(names)}: not lost here, since that splits the grid and cuts off what is behind."
        )
    return notes
