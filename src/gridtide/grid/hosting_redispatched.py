"""How much more load one bus takes in every hour of a year where all units are dispatched for it."""

from collections.abc import Callable

import numpy as np

from gridtide.grid.grid_over_year import GridOverYear
from gridtide.grid.hosting_capacity import NONE
from gridtide.grid.hosting_year import HostingYear
from gridtide.grid.secure_program import SecureProgram, steps_of


def hosting_redispatched(
    grid: GridOverYear,
    bus: int,
    outages: bool,
    done: Callable[[int], None] = lambda hour: None,
) -> HostingYear:
    """The most load at a bus in each hour that some dispatch of the units serves within all ratings, at any cost:
    normal ones as the grid stands and, with outages, emergency ones after the loss of any branch that does not
    split it.

    Never less than with a fixed share of units from a dispatch that keeps the ratings. branch -1 where no rating
    limits it but what units could give. Each hour on its own. Hours in which no dispatch keeps all ratings without the
    load have 0 or what least excess leaves.
    """
    drawn, available = grid.load_kw, grid.available_kw
    program = SecureProgram(
        steps_of(grid.units), grid.watched(outages), grid.units.bus, load_bus=bus
    )
    hosted = np.empty((len(drawn), 1))
    branch, lost = np.full((2, len(drawn), 1), NONE)
    for hour in range(len(drawn)):
        solved = program.solved(available[hour], drawn[hour])
        hosted[hour] = solved.added_kw
        branch[hour], lost[hour] = program.binding()
        done(hour)
    return HostingYear(hosted_kw=hosted, branch=branch, lost=lost, looked_at=0.0)
