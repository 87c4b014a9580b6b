"""The document of `gridtide study --modes`: every mode and what a loss does in it, the worst ranked, with measures."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gridtide.case.mode_fleet import ModeFleet
from gridtide.doors.results.dynamics_export import write_for_dynamics
from gridtide.doors.results.mode_sentences import of_all, of_mode, of_worst
from gridtide.finding import Finding, refuse_if_any
from gridtide.grid.branches import cut_off
from gridtide.grid.corrective import Correction, Movable, both
from gridtide.grid.mode_hours import ModeHour, chosen_hours, instant_of, months_of, weather_units
from gridtide.grid.mode_measures import measures_after
from gridtide.grid.mode_study import (
    ModeCase,
    Out,
    Standing,
    System,
    standing_without,
    studied,
)
from gridtide.grid.mode_voltages import WithLosses, network_of_mode, with_losses
from gridtide.grid.screening import Screened
from gridtide.sources.rts_gmlc import RtsGmlc

WORST = 12
"""Losses that are looked at closely: measures, and a flow with losses."""
SHOWN_MOVES = 6
SMALL_KW = 1.0
SMALL_PRICE_PER_MWH = 1e-6
NOTES = (
    "Each hour is dispatched by itself at least cost with normal ratings kept as the grid stands; starts, reserves and"
    " what stores hold are not asked, so units of storage rest.",
    "Losses are of one branch or one unit, judged by emergency ratings of active power without losses; what a unit fed"
    " is made up by those that run, in shares of their room. The worst are solved once more with losses.",
    "A fleet that moves is fed by units that run and have a cost, in shares of their room.",
    "Transient stability, voltage collapse and protection are out of scope: --export writes this case for a tool of"
    " dynamics.",
)
Announce = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Names:
    """Branches and units by name."""

    branches: tuple[str, ...]
    units: tuple[str, ...]
    buses: tuple[str, ...]


def modes_document(
    rts: RtsGmlc, fleet: ModeFleet, name: str, announce: Announce, export: Path | None = None
) -> dict[str, Any]:
    """One study. name: of the system, as it is told; export: a folder for the mode of the worst loss, as files for
    tools of dynamics. Raises BadInput for what cannot be taken out and without the extra `grid`."""
    system = System(
        network=rts.network,
        units=rts.units,
        year=rts.year,
        sites=fleet.sites,
        site_kw=fleet.site_kw,
        curtail_price_per_mwh=fleet.curtail_price_per_mwh,
    )
    hours = hours_of(rts, fleet)
    names = _Names(
        branches=names_of_branches(rts), units=rts.units.names, buses=rts.network.buses.names
    )
    standings = _standings(rts, system, fleet.maintenance, hours[0])
    cases = []
    for case in studied(system, hours, standings):
        cases.append(case)
        announce(f"mode {len(cases)}: {_titled(case)}, {case.response.value}")
    told = [_mode(number, system, case, names) for number, case in enumerate(cases, 1)]
    worst = _worst(system, cases, names, fleet.minutes, announce)
    exported = worst[0]["mode_number"] if worst else 1
    if export is not None:
        case = cases[exported - 1]
        write_for_dynamics(export, system, case, name, _titled(case), rts.branch_names)
    found: dict[str, Any] = {
        "of": name,
        "currency": rts.units.currency,
        "buses": len(rts.network.buses),
        "branches": len(rts.network.branches),
        "units": len(rts.units),
        "minutes": fleet.minutes,
        "maintenance": [standing.out.name for standing in standings],
        "sites": _sites(fleet, names),
        "modes": told,
        "worst": worst,
        "islanding": _islanding(cases, names),
        "exported_mode": None if export is None else exported,
        "notes": [*NOTES, *rts.notes],
    }
    return {**found, "summary": of_all(found)}


def hours_of(rts: RtsGmlc, fleet: ModeFleet) -> tuple[ModeHour, ...]:
    """The hours that stand for the year."""
    sunny = weather_units(rts.year, rts.units.technology)
    return chosen_hours(
        rts.year.load_kw.sum(axis=1),
        rts.year.available_kw[:, sunny].sum(axis=1),
        months_of(len(rts.year)),
        fleet.seasons,
        fleet.near,
    )


def names_of_branches(rts: RtsGmlc) -> tuple[str, ...]:
    """Each branch by its own name and its buses, `A34 (118-121)`."""
    buses, branches = rts.network.buses.names, rts.network.branches
    ends = zip(rts.branch_names, branches.from_bus.tolist(), branches.to_bus.tolist(), strict=True)
    return tuple(f"{name} ({buses[one]}-{buses[other]})" for name, one, other in ends)


def _standings(
    rts: RtsGmlc, system: System, maintenance: tuple[str, ...], first: ModeHour
) -> tuple[Standing, ...]:
    """Nothing out, and each thing out that is named; by rule where none is: the branch that loads others most when it
    is lost in the first mode, and the largest unit."""
    whole = standing_without(rts.network, Out(name="nothing"))
    assert whole is not None
    if not maintenance:
        return (whole, *_by_rule(rts, system, whole, first))
    outs: list[Out] = []
    faults: list[Finding] = []
    bridges = cut_off(rts.network.branches, rts.network.feeding_bus)
    for name in dict.fromkeys(maintenance):
        if name in rts.units.names:
            outs.append(Out(name=name, unit=rts.units.names.index(name)))
        elif name not in rts.branch_names:
            faults.append(
                _fault(
                    name, "is neither a branch nor a unit of the network", "a name of its tables"
                )
            )
        elif rts.branch_names.index(name) in bridges:
            behind = bridges[rts.branch_names.index(name)]
            cut = ", ".join(rts.network.buses.names[bus] for bus in behind[:SHOWN_MOVES])
            faults.append(
                _fault(name, f"being out cuts off bus {cut}", "a branch that is no bridge")
            )
        else:
            outs.append(Out(name=name, branch=rts.branch_names.index(name)))
    refuse_if_any(faults)
    found = [standing_without(rts.network, out) for out in outs]
    return (whole, *(one for one in found if one is not None))


def _fault(name: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=f"maintenance {name}",
        value=value,
        limit=limit,
        mend="Name another, or leave it out.",
    )


def _by_rule(
    rts: RtsGmlc, system: System, whole: Standing, first: ModeHour
) -> tuple[Standing, ...]:
    case = next(studied(system, (first,), (whole,)))
    lines = len(rts.network.branches)
    loading = np.where(whole.grid.factors.is_bridge, -1.0, case.screened.loading[:lines])
    branch, unit = int(loading.argmax()), int(rts.units.max_kw.argmax())
    found = (
        standing_without(rts.network, Out(name=rts.branch_names[branch], branch=branch)),
        standing_without(rts.network, Out(name=rts.units.names[unit], unit=unit)),
    )
    return tuple(one for one in found if one is not None)


def _titled(case: ModeCase) -> str:
    hour = case.hour
    load = "most load" if hour.most_load else "least load"
    weather = "much sun and wind" if hour.much_weather else "little sun and wind"
    out = "" if case.standing.out.name == "nothing" else f", {case.standing.out.name} out"
    return f"{hour.season}, {load}, {weather}{out}"


def _lost(case: ModeCase, loss: int, names: _Names) -> str:
    branch, unit = int(case.screened.branch[loss]), int(case.screened.unit[loss])
    return names.branches[int(case.standing.kept[branch])] if branch >= 0 else names.units[unit]


def _branch(case: ModeCase, branch: int, names: _Names) -> str | None:
    return None if branch < 0 else names.branches[int(case.standing.kept[branch])]


def _mode(number: int, system: System, case: ModeCase, names: _Names) -> dict[str, Any]:
    found, hour = case.screened, case.hour
    worst = int(found.all_over_kw.argmax())
    at = instant_of(len(system.year), hour.hour)
    told: dict[str, Any] = {
        "number": number,
        "mode": _titled(case),
        "season": hour.season,
        "load": "most" if hour.most_load else "least",
        "weather": "much" if hour.much_weather else "little",
        "hour": hour.hour,
        "at": f"{at:%d %b %H:%M}",
        "among_hours": hour.among,
        "band_kw": list(hour.band_kw),
        "load_kw": hour.load_kw,
        "weather_kw": hour.weather_kw,
        "out": case.standing.out.name,
        "response": case.response.value,
        "fleet_kw": float(case.site_kw.sum()),
        "fleet_cost_per_day": case.moved.cost,
        "price_per_mwh": float(case.price_per_mwh[hour.hour % 24]),
        **_dispatched(case, names),
        **_counted(found),
        "worst": None
        if found.all_over_kw[worst] <= 0.0
        else {
            "lost": _lost(case, worst, names),
            "branch": _branch(case, int(found.worst[worst]), names),
            "loading": float(found.loading[worst]),
            "over_kw": float(found.over_kw[worst]),
        },
        "sites": _prices_at_sites(system, case, names),
        "new_over_kw": float(case.new_over_kw.max()),
        "new_over_hours": int((case.new_over_kw > 0.0).sum()),
    }
    return {**told, "text": of_mode(told)}


def _dispatched(case: ModeCase, names: _Names) -> dict[str, Any]:
    optimum, secured = case.dispatch.optimum, case.secured.optimum
    limits = optimum.limits
    binding = np.flatnonzero(np.abs(optimum.limit_price_per_mwh) > SMALL_PRICE_PER_MWH)
    rating = case.standing.network.branches.rating_kw
    loading = np.abs(case.flow_kw) / rating
    return {
        "running": case.dispatch.running.value,
        "cost_per_h": case.dispatch.cost_per_h,
        "secured_cost_per_h": case.secured.cost_per_h,
        "secured_left_kw": float(secured.over_kw.sum() + secured.shed_kw.sum()),
        "curtailed_kw": case.dispatch.curtailed_kw,
        "shed_kw": float(optimum.shed_kw.sum()),
        "lowest_price_per_mwh": float(optimum.price_per_mwh.min()),
        "highest_price_per_mwh": float(optimum.price_per_mwh.max()),
        "energy_price_per_mwh": optimum.energy_price_per_mwh,
        "congested": [
            {
                "branch": _branch(case, int(limits.branch[row]), names),
                "price_per_mwh": float(abs(optimum.limit_price_per_mwh[row])),
            }
            for row in binding
        ],
        "fullest": _branch(case, int(loading.argmax()), names),
        "loading": float(loading.max()),
    }


def _prices_at_sites(system: System, case: ModeCase, names: _Names) -> list[dict[str, Any]]:
    """What a MWh costs at the bus of each site before it moves: energy, and what each limit that binds adds."""
    optimum = case.dispatch.optimum
    added = optimum.limits.grows * optimum.limit_price_per_mwh[:, None]
    return [
        {
            "name": name,
            "drawn_kw": float(case.site_kw[k]),
            "price_per_mwh": float(optimum.price_per_mwh[bus]),
            "energy_price_per_mwh": optimum.energy_price_per_mwh,
            "congestion": [
                {
                    "branch": _branch(case, int(optimum.limits.branch[row]), names),
                    "price_per_mwh": float(added[row, bus]),
                }
                for row in np.flatnonzero(np.abs(added[:, bus]) > SMALL_PRICE_PER_MWH)
            ],
        }
        for k, (name, bus) in enumerate(zip(system.sites.names, system.sites.bus, strict=True))
    ]


def _counted(found: Screened) -> dict[str, Any]:
    return {
        "losses": len(found),
        "highest_loading": float(found.loading.max()),
        "overloading": int((found.over_kw > 0.0).sum()),
        "islanding": int((found.cut_off_kw > 0.0).sum()),
        "lacking": int((found.lacking_kw > SMALL_KW).sum()),
        "lacking_kw": float(found.lacking_kw.max()),
    }


def _worst(
    system: System, cases: list[ModeCase], names: _Names, minutes: float, announce: Announce
) -> list[dict[str, Any]]:
    """The worst losses by what all branches are over together, each in its worst mode, measured closely."""
    ranked = sorted(
        (-float(case.screened.all_over_kw[loss]), number, int(loss))
        for number, case in enumerate(cases)
        for loss in np.flatnonzero(case.screened.all_over_kw > 0.0)
    )
    met: dict[str, list[tuple[int, int]]] = {}
    for _, number, loss in ranked:
        met.setdefault(_lost(cases[number], loss, names), []).append((number, loss))
    told = []
    for lost, places in list(met.items())[:WORST]:
        announce(f"measures after the loss of {lost}")
        number, loss = places[0]
        one = _closely(system, cases[number], number, loss, names, minutes)
        one["in_modes"] = len(places)
        told.append({**one, "text": of_worst(one, minutes)})
    return told


def _closely(
    system: System, case: ModeCase, number: int, loss: int, names: _Names, minutes: float
) -> dict[str, Any]:
    found = case.screened
    branch, worst = int(found.branch[loss]), int(found.worst[loss])
    measures = measures_after(system, case, loss, minutes)
    return {
        "mode_number": number + 1,
        "mode": _titled(case),
        "response": case.response.value,
        "lost": _lost(case, loss, names),
        "branch": _branch(case, worst, names),
        "loading": float(found.loading[loss]),
        "over_kw": float(found.over_kw[loss]),
        "all_over_kw": float(found.all_over_kw[loss]),
        "before": _before(case, branch, worst),
        "compute": _correction(measures.compute, measures.sites),
        "generation": _correction(measures.generation, measures.units),
        "together": _correction(measures.together, both(measures.sites, measures.units)),
        "shed_kw": measures.shed_kw,
        "shed_left_kw": 0.0 if measures.shed is None else float(measures.shed.left_kw.sum()),
        "with_losses": _losses(system, case, branch, names),
    }


def _before(case: ModeCase, branch: int, worst: int) -> dict[str, Any] | None:
    """What must hold before the outage so that the branch is not over after it: a sum of two flows. None for a unit."""
    if branch < 0:
        return None
    share = float(case.standing.grid.factors.lodf[worst, branch])
    flow, lost = float(case.flow_kw[worst]), float(case.flow_kw[branch])
    return {
        "flow_kw": flow,
        "lost_flow_kw": lost,
        "share": share,
        "most_kw": float(case.standing.network.branches.emergency_kw[worst]),
        "sum_kw": flow + share * lost,
    }


def _correction(found: Correction | None, movable: Movable) -> dict[str, Any] | None:
    if found is None:
        return None
    order = np.argsort(-np.abs(found.fed_more_kw), kind="stable")
    return {
        "clears": found.clears,
        "moved_kw": found.moved_kw,
        "cost_per_h": found.cost_per_h,
        "left_kw": float(found.left_kw.sum()),
        "moves": [
            {"name": movable.names[k], "fed_more_kw": float(found.fed_more_kw[k])}
            for k in order[:SHOWN_MOVES]
            if abs(found.fed_more_kw[k]) > SMALL_KW
        ],
    }


def _losses(system: System, case: ModeCase, branch: int, names: _Names) -> dict[str, Any] | None:
    """The loss of a branch with losses of power; None for a unit."""
    if branch < 0:
        return None
    now, after = with_losses(network_of_mode(system, case), np.asarray([branch]))
    return {"now": _solved(case, now, names), "after": _solved(case, after.get(branch), names)}


def _solved(case: ModeCase, found: WithLosses | None, names: _Names) -> dict[str, Any]:
    if found is None or not found.solved:
        return {
            "solved": False,
            "loading": None,
            "fullest": None,
            "lowest_pu": None,
            "lowest_bus": None,
        }
    return {
        "solved": True,
        "loading": found.loading,
        "fullest": _branch(case, found.fullest, names),
        "lowest_pu": found.lowest_pu,
        "lowest_bus": names.buses[found.lowest_bus],
    }


def _islanding(cases: list[ModeCase], names: _Names) -> list[dict[str, Any]]:
    """Losses that cut buses off, each in the mode in which most load goes with them."""
    most: dict[str, dict[str, Any]] = {}
    for number, case in enumerate(cases, 1):
        for loss in np.flatnonzero(case.screened.cut_off_kw > 0.0):
            lost, load = _lost(case, int(loss), names), float(case.screened.cut_off_kw[loss])
            if load > most.get(lost, {"load_kw": 0.0})["load_kw"]:
                most[lost] = {
                    "lost": lost, "load_kw": load, "mode_number": number, "mode": _titled(case)
                }  # fmt: skip
    return sorted(most.values(), key=lambda one: -one["load_kw"])


def _sites(fleet: ModeFleet, names: _Names) -> list[dict[str, Any]]:
    sites = fleet.sites
    return [
        {
            "name": name,
            "bus": names.buses[sites.bus[k]],
            "mean_kw": float(fleet.site_kw[:, k].mean()),
            "least_kw": float(sites.least_kw[k]),
            "most_kw": float(sites.most_kw[k]),
        }
        for k, name in enumerate(sites.names)
    ]
