"""Which branches must carry more so that a load is served in every hour, and what more of some would give."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.branches import Branches
from gridtide.grid.hosting_year import HostingYear
from gridtide.grid.secure_program import CLOSE_KW, SecureProgram, steps_of, watched_of
from gridtide.grid.sensitivities import Sensitivities
from gridtide.grid.system_year import SystemYear, bus_load_kw, most_kw
from gridtide.grid.units import Units

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Relieved:
    """What branches without a limit would give. firm_kw: least room of all hours then; branch, lost: what binds in
    that hour, -1, -1 where it is what units could give."""

    firm_kw: float
    branch: int
    lost: int


def reinforcement_kw(
    branches: Branches,
    found: Sensitivities,
    units: Units,
    year: SystemYear,
    drawn_kw: Real,
    bus: int,
    size_kw: float,
    before: HostingYear,
) -> Real:
    """By how much the rating of each branch must rise so that some dispatch serves a load of size_kw at a bus in
    every hour, before and after any outage, (L,): enough, found hour by hour as the least sum, not proved to be the
    least for the year. Reactances stay. before: room as the grid is, whose hours with enough of it are not looked
    at."""
    program = SecureProgram(steps_of(units), watched_of(branches, found, True), units.bus)
    drawn = bus_load_kw(year) + drawn_kw
    drawn[:, bus] += size_kw
    available = most_kw(year, units.max_kw)
    more = np.zeros(len(branches))
    for hour in np.flatnonzero(before.hosted_kw[:, 0] < size_kw).tolist():
        program.solved(available[hour], drawn[hour])
        np.maximum(more, program.over_by_branch(), out=more)
    return np.asarray(np.where(more > CLOSE_KW, more + CLOSE_KW, 0.0))


def relieved(
    branches: Branches,
    found: Sensitivities,
    units: Units,
    year: SystemYear,
    drawn_kw: Real,
    bus: int,
    freed: tuple[int, ...],
    before: HostingYear,
) -> Relieved:
    """The least room of all hours at a bus if some branches had no rating. Hours are looked at from the least room
    before on, until it passes the least found: what branches carry more never takes room away."""
    no_limit = np.isin(np.arange(len(branches)), freed)
    raised = replace(
        branches,
        rating_kw=np.where(no_limit, np.inf, branches.rating_kw),
        emergency_kw=np.where(no_limit, np.inf, branches.emergency_kw),
    )
    watched = watched_of(raised, found, True)
    program = SecureProgram(steps_of(units), watched, units.bus, load_bus=bus)
    drawn, available = bus_load_kw(year) + drawn_kw, most_kw(year, units.max_kw)
    least = Relieved(firm_kw=np.inf, branch=-1, lost=-1)
    room = before.hosted_kw[:, 0]
    for hour in np.argsort(room, kind="stable").tolist():
        if room[hour] >= least.firm_kw:
            break
        added = program.solved(available[hour], drawn[hour]).added_kw
        if added < least.firm_kw:
            full, lost = program.binding()
            least = Relieved(firm_kw=added, branch=full, lost=lost)
    return least
