"""How power of several spells is best shared over jobs of which each must get its due, as a linear program."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Program, Whole, matrix_of, solve
from gridtide.decide.response.merit import Merit, shared, speed_of

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
    pieces = _pieces(spells)
    x = program.variables(pieces.gain.shape, -worth[pieces.job] * pieces.gain, 0.0, pieces.width_kw)
    free_kw = [spell.power_kw - float(spell.merit.least_kw.sum()) for spell in spells]
    within = program.constraints((len(spells),), -np.inf, np.maximum(free_kw, 0.0))
    program.put(within[pieces.spell], x, 1.0)
    for rows in (total, cap):
        program.put(rows[pieces.job], x, pieces.gain)
    minutes = np.array([spell.minutes for spell in spells])
    least = minutes @ np.array([spell.merit.least_speed for spell in spells])
    matrix = matrix_of(program)
    matrix.row_lower[total] = due - least
    matrix.row_upper[cap] = np.maximum(most - least, 0.0)
    found = solve(matrix, "simplex")
    if not found.feasible:
        raise RuntimeError(f"shares of power were not found: {found.status} by {found.solver}")
    return _read(spells, worth, pieces, found.values[x], found.values[short])


def shared_by_worth(spells: tuple[Spell, ...], worth: Real) -> tuple[Real, Real]:
    """Power of each job in the first of the spells where only worth counts, and what each gets in all of them, speed
    times minutes, (jobs,) both."""
    powers = [shared(spell.merit, worth, np.array([spell.power_kw])) for spell in spells]
    got = sum(
        (
            spell.minutes * speed_of(spell.merit, power)[0]
            for spell, power in zip(spells, powers, strict=True)
        ),
        np.zeros(len(worth)),
    )
    return powers[0][0], got


class _Pieces(NamedTuple):
    """All that may be taken, spell by spell and of a spell job by job: its width [kW], and speed times minutes per kW
    over the whole spell; spell, job: whose it is."""

    spell: Whole
    job: Whole
    width_kw: Real
    gain: Real


def _pieces(spells: tuple[Spell, ...]) -> _Pieces:
    wide = [spell.merit.width_kw > 0.0 for spell in spells]
    gain = [
        spell.minutes * spell.merit.gain_per_kw[there]
        for spell, there in zip(spells, wide, strict=True)
    ]
    width_kw = [spell.merit.width_kw[there] for spell, there in zip(spells, wide, strict=True)]
    return _Pieces(
        spell=np.repeat(np.arange(len(spells)), [len(one) for one in gain]),
        job=np.concatenate([np.nonzero(there)[0] for there in wide]),
        width_kw=np.concatenate(width_kw),
        gain=np.concatenate(gain),
    )


def _read(
    spells: tuple[Spell, ...], worth: Real, pieces: _Pieces, taken_kw: Real, short: Real
) -> Shares:
    minutes = np.array([spell.minutes for spell in spells])
    power = np.array([spell.merit.least_kw for spell in spells])
    speed = np.array([spell.merit.least_speed for spell in spells])
    np.add.at(power, (pieces.spell, pieces.job), taken_kw)
    np.add.at(speed, (pieces.spell, pieces.job), taken_kw * pieces.gain / minutes[pieces.spell])
    over = max(float(spell.merit.least_kw.sum()) - spell.power_kw for spell in spells)
    return Shares(
        power_kw=power,
        speed=speed,
        short=np.where(short > SETTLED, short, 0.0),
        worth=float(minutes @ speed @ worth),
        over_kw=max(over, 0.0),
    )
