"""How much more load one bus takes in every hour of a year where all units are dispatched for it."""

from collections.abc import Callable

import numpy as np

from gridtide.grid.branches import Branches
from gridtide.grid.hosting_capacity import NONE
from gridtide.grid.hosting_year import HostingYear, Real
from gridtide.grid.secure_program import SecureProgram, steps_of, watched_of
from gridtide.grid.sensitivities import Sensitivities
from gridtide.grid.system_year import SystemYear, bus_load_kw, most_kw
from gridtide.grid.units import Units


def hosting_redispatched(
    branches: Branches,
    found: Sensitivities,
    units: Units,
    year: SystemYear,
    drawn_kw: Real,
    bus: int,
    outages: bool,
    done: Callable[[int], None] = lambda hour: None,
) -> HostingYear:
    """The most load at a bus in each hour that some dispatch of the units serves within all ratings, at any cost:
    normal ones as the grid stands and, with outages, emergency ones after the loss of any branch that does not
    split it.

    Never less than with a fixed share of units from a dispatch that keeps the ratings. branch -1 where no rating
    limits it but what units could give. Each hour on its own; drawn_kw: what buses draw besides the load of areas,
    (N,). Hours in which no dispatch keeps all ratings without the load have 0 or what least excess leaves.
    """
    drawn = bus_load_kw(year) + drawn_kw
    available = most_kw(year, units.max_kw)
    watched = watched_of(branches, found, outages)
    program = SecureProgram(steps_of(units), watched, units.bus, load_bus=bus)
    hosted = np.empty((len(year), 1))
    branch, lost = np.full((2, len(year), 1), NONE)
    for hour in range(len(year)):
        solved = program.solved(available[hour], drawn[hour])
        hosted[hour] = solved.added_kw
        branch[hour], lost[hour] = program.binding()
        done(hour)
    return HostingYear(hosted_kw=hosted, branch=branch, lost=lost, looked_at=0.0)
