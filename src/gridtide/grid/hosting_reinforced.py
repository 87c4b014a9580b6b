"""Which branches must carry more so that a load is served in every hour, and what more of some would give."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.grid.grid_over_year import GridOverYear
from gridtide.grid.hosting_year import HostingYear
from gridtide.grid.secure_program import CLOSE_KW, SecureProgram, steps_of

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Relieved:
    """What branches without a limit would give. firm_kw: least room of all hours then; branch, lost: what binds in
    that hour, -1, -1 where it is what units could give."""

    firm_kw: float
    branch: int
    lost: int


def reinforcement_kw(
    grid: GridOverYear,
    bus: int,
    size_kw: float,
    before: HostingYear,
) -> Real:
    """By how much the rating of each branch must rise so that some dispatch serves a load of size_kw at a bus in
    every hour, before and after any outage, (L,): enough, found hour by hour as the least sum, not proved to be the
    least for the year. Reactances stay. before: room as the grid is, whose hours with enough of it are not looked
    at."""
    program = SecureProgram(steps_of(grid.units), grid.watched(True), grid.units.bus)
    drawn, available = np.array(grid.load_kw), grid.available_kw
    drawn[:, bus] += size_kw
    more = np.zeros(len(grid.branches))
    for hour in np.flatnonzero(before.hosted_kw[:, 0] < size_kw).tolist():
        program.solved(available[hour], drawn[hour])
        np.maximum(more, program.over_by_branch(), out=more)
    return np.asarray(np.where(more > CLOSE_KW, more + CLOSE_KW, 0.0))


def relieved(
    grid: GridOverYear,
    bus: int,
    freed: tuple[int, ...],
    before: HostingYear,
) -> Relieved:
    """The least room of all hours at a bus if some branches had no rating. Hours are looked at from the least room
    before on, until it passes the least found: what branches carry more never takes room away."""
    no_limit = np.isin(np.arange(len(grid.branches)), freed)
    raised = replace(
        grid.branches,
        rating_kw=np.where(no_limit, np.inf, grid.branches.rating_kw),
        emergency_kw=np.where(no_limit, np.inf, grid.branches.emergency_kw),
    )
    watched = replace(grid, branches=raised).watched(True)
    program = SecureProgram(steps_of(grid.units), watched, grid.units.bus, load_bus=bus)
    drawn, available = grid.load_kw, grid.available_kw
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
