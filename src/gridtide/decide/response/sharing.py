"""How power of several spells is best shared over jobs of which each must get its due, as a linear program."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Program, Whole, matrix_of, solve
from gridtide.decide.response.merit import Merit

Real = NDArray[np.float64]

OWED = 1e3
"""Worth of a unit of speed that a job is short of its due, over that of the most worthy job: promises go first."""

SETTLED = 1e-9


@dataclass(frozen=True, kw_only=True, eq=False)
class Spell:
    """Minutes that are alike. power is what all jobs together may draw in each of them; called: whether the grid
    calls."""

    minutes: float
    merit: Merit
    power_kw: float
    called: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class Shares:
    """power_kw, speed: of each job in each spell, (spells, jobs). short: minutes of full speed each job lacks of its
    due, (jobs,). worth: of all speed times minutes. over_kw: most by which a spell draws more than it may."""

    power_kw: Real
    speed: Real
    short: Real
    worth: float
    over_kw: float


def best_shares(spells: tuple[Spell, ...], worth: Real, due: Real, most: Real) -> Shares:
    """Shares of most worth, no job's due given up for it while there is a way.

    worth: of each job's speed. due, most: least and most speed times minutes over all spells, (jobs,). Where even the
    least that all jobs draw is more than a spell may, its jobs draw the least.
    """
    program, jobs = Program(), len(worth)
    short = program.variables((jobs,), cost=OWED * worth.max())
    total = program.constraints((jobs,), due, np.inf)
    cap = program.constraints((jobs,), -np.inf, most)
    program.put(total, short, 1.0)
    taken: list[Whole] = []
    for spell in spells:
        merit, minutes = spell.merit, spell.minutes
        x = program.variables(
            merit.width_kw.shape, -minutes * worth[:, None] * merit.gain_per_kw, 0.0, merit.width_kw
        )
        free_kw = max(spell.power_kw - float(merit.least_kw.sum()), 0.0)
        row = program.constraints((1,), -np.inf, free_kw)
        program.put(row[0], x, 1.0)
        for rows in (total, cap):
            program.put(rows[:, None], x, minutes * merit.gain_per_kw)
        taken.append(x)
    least = sum((spell.minutes * spell.merit.least_speed for spell in spells), np.zeros(jobs))
    matrix = matrix_of(program)
    matrix.row_lower[total] = due - least
    matrix.row_upper[cap] = np.maximum(most - least, 0.0)
    found = solve(matrix, "simplex")
    if not found.feasible:
        raise RuntimeError(f"shares of power were not found: {found.status} by {found.solver}")
    return _read(spells, worth, found.values, taken, found.values[short])


def _read(
    spells: tuple[Spell, ...], worth: Real, values: Real, taken: list[Whole], short: Real
) -> Shares:
    power = np.array(
        [
            spell.merit.least_kw + values[x].sum(axis=1)
            for spell, x in zip(spells, taken, strict=True)
        ]
    )
    speed = np.array(
        [
            spell.merit.least_speed + (values[x] * spell.merit.gain_per_kw).sum(axis=1)
            for spell, x in zip(spells, taken, strict=True)
        ]
    )
    minutes = np.array([spell.minutes for spell in spells])
    over = max(float(spell.merit.least_kw.sum()) - spell.power_kw for spell in spells)
    return Shares(
        power_kw=power,
        speed=speed,
        short=np.where(short > SETTLED, short, 0.0),
        worth=float(minutes @ speed @ worth),
        over_kw=max(over, 0.0),
    )
