"""How far impossible targets are from possible, and which limits stand in the way."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, Solution, matrix_of, solve
from gridtide.finding import Finding
from gridtide.invest.campus import Campus
from gridtide.invest.draft import NONE
from gridtide.invest.size import Written, best_of, written
from gridtide.invest.targets import ISLANDED_KW, ISLANDED_KWH, USUAL_COST, WATER, Row, Targets

Real = NDArray[np.float64]
FAR = 1e-5
"""Relative distance from which on a target counts as missed."""
SERVED = 100.0
"""How much a load that cannot be served weighs beside targets: it is served first."""
NEAR_ONE = 1e-3
"""A target's price in units of its own distance: 1 where it is missed itself."""
MONEY = 1e-5
"""Weight of what a supply costs beside distances, so that of equally near ones the cheap one is taken."""
SHARES = {
    "hourly_clean_share": "load",
    "yearly_clean_share": "load",
    "self_use": "generation",
    "green_share": "load",
    "export": "generation",
}
"""What each of them is a share of, in words."""
NAMES = {"self_use": "self_use_least", "green_share": "green_share_least", "export": "export_most"}


@dataclass(frozen=True, kw_only=True)
class Missed:
    """A target that cannot be reached beside the others. asked, reached: in its own unit, None where what is lacking is
    of another; lacking: in words."""

    name: str
    asked: float
    reached: float | None
    lacking: str


@dataclass(frozen=True, kw_only=True)
class Reach:
    """missed: what cannot be reached; unserved_kwh, unserved_kw: of the load itself, a year and at worst. binding:
    limits that hold it back, the strongest first, each with its value."""

    missed: tuple[Missed, ...]
    unserved_kwh: float
    unserved_kw: float
    binding: tuple[str, ...]

    @property
    def is_possible(self) -> bool:
        """Whether all that is asked can be reached."""
        return not self.missed and self.unserved_kwh == 0.0


def reach_of(campus: Campus, targets: Targets) -> Reach:
    """The supply nearest to all targets: the least sum of relative distances, unserved load among them."""
    program = written(campus, targets)
    draft, rows = program.draft, program.rows
    ways = [int(draft.program.variables((1,))[0]) for _ in rows]
    for way, row in zip(ways, rows, strict=True):
        draft.program.put(row.rows, np.full(row.rows.shape, way), row.sense * row.scale)
    unserved = draft.program.variables((len(campus.hours),))
    draft.program.put(draft.balance, unserved, 1.0)
    if campus.cooling is not None:
        draft.program.put(draft.heat, unserved, campus.cooling.heat_share)
    matrix = matrix_of(draft.program)
    year_kwh = draft.load_kwh.constant
    cost = matrix.cost * MONEY / (USUAL_COST * year_kwh)
    cost[ways] = 1.0
    cost[unserved] = SERVED * draft.weight / year_kwh
    nearest = replace(matrix, cost=cost)
    found = best_of(nearest, campus)
    if not found.feasible:
        found = solve(nearest, "ipx", crossover=False)
    return _reach(program, nearest, found, ways, found.values[unserved])


def _reach(
    program: Written, matrix: Matrix, found: Solution, ways: list[int], unserved: Real
) -> Reach:
    missed = tuple(
        _missed(row, float(found.values[way]), found.values)
        for way, row in zip(ways, program.rows, strict=True)
        if found.values[way] > FAR
    )
    short_kwh = float(unserved @ program.draft.weight)
    if short_kwh <= FAR * program.draft.load_kwh.constant:
        short_kwh = 0.0
    return Reach(
        missed=missed,
        unserved_kwh=short_kwh,
        unserved_kw=float(unserved.max()) if short_kwh else 0.0,
        binding=_binding(program, matrix, found) if missed or short_kwh else (),
    )


def _missed(row: Row, way: float, values: Real) -> Missed:
    name = NAMES.get(row.name, row.name)
    if row.over is not None:
        over_kwh = row.over.at(values)
        if over_kwh <= 0.0:
            lacking = f"{way * row.scale:,.0f} kWh a year, with no {SHARES[row.name]}"
            return Missed(name=name, asked=row.asked, reached=None, lacking=lacking)
        off = way * row.scale / over_kwh
        reached = row.asked + (off if row.name == "export" else -off)
        lacking = f"{off:.4f} of the {SHARES[row.name]}"
        return Missed(name=name, asked=row.asked, reached=reached, lacking=lacking)
    if row.name in (ISLANDED_KWH, ISLANDED_KW):
        unit = "kWh" if row.name == ISLANDED_KWH else "kW"
        lacking = f"{way * row.scale:,.0f} {unit} in the worst hour"
        return Missed(name="islanded_h", asked=row.asked, reached=None, lacking=lacking)
    reached = row.asked + way * row.scale
    return Missed(name=name, asked=row.asked, reached=reached, lacking=f"{way * row.scale:,.0f}")


def _binding(program: Written, matrix: Matrix, found: Solution) -> tuple[str, ...]:
    """Limits and other targets that would bring what is missed nearer by giving way, the strongest first."""
    draft = program.draft
    felt = np.bincount(
        matrix.column,
        weights=matrix.value * found.row_dual[matrix.index],
        minlength=len(matrix.cost),
    )
    gained = np.maximum(felt - matrix.cost, 0.0)
    near = found.values >= matrix.upper * (1.0 - 1e-4) - 1e-6
    strength: dict[str, float] = {}
    for row in program.rows:
        pressed = float(np.abs(found.row_dual[row.rows]).sum()) * row.scale
        if pressed < 1.0 - NEAR_ONE:
            strength[_key(NAMES.get(row.name, row.name))] = pressed
    for built in draft.built:
        name = built.option.technology.name
        for column, unit in ((built.power, "kw"), (built.power_out, "kw"), (built.energy, "kwh")):
            if column != NONE and np.isfinite(matrix.upper[column]) and near[column]:
                said = f"technology {name} most_{unit} = {matrix.upper[column]:,.0f}"
                strength[said] = float(gained[column] * matrix.upper[column])
    for columns, said in (
        (draft.drawn, "grid import_max_kw"),
        (draft.agreed, "agreement most_kw"),
        (draft.certified, "certificates most_kwh_per_year"),
    ):
        if len(columns):
            held = columns[near[columns]]
            strength[said] = float((gained[held] * matrix.upper[held]).sum())
    ranked = sorted(strength, key=lambda said: -strength[said])
    return tuple(said for said in ranked if strength[said] > MONEY)


def _key(name: str) -> str:
    """Where a target stands in a campus file."""
    return f"cooling.{name}" if name == WATER else f"targets.{name}"


def _reached(one: Missed) -> str:
    return "which cannot" if one.reached is None else f"{one.reached:,.6g} can"


def findings_of(reach: Reach) -> list[Finding]:
    """What a person must know: each target that is missed, how far, and which limits to widen."""
    widen = (
        f"Widen or lower {'; '.join(reach.binding[:4])}" if reach.binding else "Add a technology"
    )
    found = [
        Finding(
            subject=_key(one.name),
            value=f"{one.asked:,.6g} is asked, {_reached(one)} be reached beside the others",
            limit=f"it lacks {one.lacking}",
            mend=f"{widen}, or ask for less.",
        )
        for one in reach.missed
    ]
    if reach.unserved_kwh:
        found.append(
            Finding(
                subject="load",
                value=f"{reach.unserved_kwh:,.0f} kWh a year cannot be served, at worst {reach.unserved_kw:,.0f} kW",
                limit="all of it served",
                mend=f"{widen}.",
            )
        )
    return found
