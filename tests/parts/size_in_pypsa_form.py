"""The program that PyPSA states for a campus, written by our own blocks: its columns, rows and entries in its order."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, Program, matrix_of
from gridtide.invest.campus import Campus, Option
from gridtide.invest.load_rows import left_most
from gridtide.invest.technology import STORES, VARIABLE, Kind, yearly_per

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(eq=False)
class Form:
    """The program while it is written. Columns by hour and component; of what is built, by component."""

    campus: Campus
    program: Program = field(default_factory=Program)

    def __post_init__(self) -> None:
        self.hours = len(self.campus.hours)
        self.weight = self.campus.hours.weight
        self.plants = [o for o in self.campus.options if o.technology.kind not in STORES]
        self.stores = [o for o in self.campus.options if o.technology.kind in STORES]

    def columns(self, cost: Real) -> Whole:
        """Columns without bounds, as PyPSA's are."""
        return self.program.variables(cost.shape, cost, -np.inf, np.inf)

    def rows(self, shape: tuple[int, ...], lower: Real | float, upper: Real | float) -> Whole:
        """Rows by hour and component, which say their hour; of what is built, none."""
        steps = np.arange(self.hours)[:, None] if len(shape) == 2 else -1
        return self.program.constraints(shape, lower, upper, 0 if len(shape) == 2 else -1, steps)

    def held(self, columns: Whole, lower: Real | float, upper: Real | float) -> None:
        """Limits of columns as rows: all from below, then all from above."""
        for low, high in ((lower, np.inf), (-np.inf, upper)):
            rows = self.rows(columns.shape, low, high)
            self.program.put(rows, columns, 1.0)

    def within(self, columns: Whole, size: Whole, least: Real, most: Real) -> None:
        """Columns between shares of what is built, as rows."""
        for low, high, share in ((0.0, np.inf, least), (-np.inf, 0.0, most)):
            rows = self.rows(columns.shape, low, high)
            self.program.put(rows, columns, 1.0)
            there = np.broadcast_to(share, columns.shape) != 0.0
            built = np.broadcast_to(size, columns.shape)
            self.program.put(
                rows[there], built[there], -np.broadcast_to(share, columns.shape)[there]
            )


@dataclass(frozen=True, kw_only=True, eq=False)
class Parts:
    """Columns of what is built and of every hour."""

    plants: Whole
    links: Whole
    stores: Whole
    made: Whole
    through: Whole
    level: Whole
    flow: Whole


def in_pypsas_form(campus: Campus, hourly_clean_share: float) -> Matrix:
    """The program of `size_in_pypsa.written_by_pypsa`, entry for entry."""
    form = Form(campus=campus)
    parts = _columns(form)
    _limits(form, parts)
    _balances(form, parts)
    _own_rows(form, parts, hourly_clean_share)
    return matrix_of(form.program)


def _columns(form: Form) -> Parts:
    campus, grid = form.campus, form.campus.grid
    assert grid is not None

    def paid(option: Option, capex: float) -> float:
        return yearly_per(capex, option.technology, campus.interest)

    tech = [o.technology for o in form.stores]
    plants = form.columns(np.array([paid(o, o.technology.capex_per_kw) for o in form.plants]))
    inverters = [
        [paid(o, t.capex_per_kw), paid(o, t.capex_per_kw_out) * t.efficiency_out]
        for o, t in zip(form.stores, tech, strict=True)
    ]
    links = form.columns(np.array(inverters).ravel())
    stores = form.columns(np.array([paid(o, o.technology.capex_per_kwh) for o in form.stores]))
    prices = np.column_stack(
        [grid.buy_per_mwh / 1000.0, grid.sell_per_mwh / 1000.0]
        + [np.full(form.hours, o.technology.made_per_mwh / 1000.0) for o in form.plants]
    )
    waiting = len(campus.waiting)
    kept = len(form.stores) + waiting
    return Parts(
        plants=plants,
        links=links,
        stores=stores,
        made=form.columns(prices * form.weight[:, None]),
        through=form.columns(np.zeros((form.hours, len(links) + waiting))),
        level=form.columns(np.zeros((form.hours, kept))),
        flow=form.columns(np.zeros((form.hours, kept))),
    )


def _limits(form: Form, parts: Parts) -> None:
    campus, grid, count = form.campus, form.campus.grid, len(form.stores)
    assert grid is not None
    form.program.put(form.rows(parts.plants.shape, 0.0, np.inf), parts.plants, 1.0)
    most = np.array([o.most_kw for o in form.plants])
    ends = np.isfinite(most)
    form.program.put(form.rows((int(ends.sum()),), -np.inf, most[ends]), parts.plants[ends], 1.0)
    form.program.put(form.rows(parts.links.shape, 0.0, np.inf), parts.links, 1.0)
    form.program.put(form.rows(parts.stores.shape, 0.0, np.inf), parts.stores, 1.0)
    limits = np.array([grid.import_max_kw, 0.0]), np.array([0.0, -grid.export_max_kw])
    form.held(parts.made[:, :2], limits[1], limits[0])
    there = np.array([1.0 - o.technology.outage_share for o in form.plants])
    share = np.column_stack(
        [
            o.share if o.technology.kind in VARIABLE else np.full(form.hours, up)
            for o, up in zip(form.plants, there, strict=True)
        ]
    )
    least = np.array([o.technology.least_share for o in form.plants]) * there
    form.within(parts.made[:, 2:], parts.plants, least, share)
    form.held(parts.through[:, 2 * count :], 0.0, np.array([w.most_kw for w in campus.waiting]))
    form.within(parts.through[:, : 2 * count], parts.links, np.zeros(1), np.ones(1))
    left = np.column_stack([-left_most(w, campus.hours) for w in campus.waiting])
    form.held(parts.level[:, count:], left, 0.0)
    form.within(parts.level[:, :count], parts.stores, np.zeros(1), np.ones(1))


def _balances(form: Form, parts: Parts) -> None:
    campus, program, count = form.campus, form.program, len(form.stores)
    arrives = [one.arrives_kw for one in campus.waiting]
    idle = [np.zeros(form.hours)] * count
    wanted = np.column_stack([campus.fixed_kw, *idle, *arrives])
    rows = form.rows(wanted.shape, wanted, wanted)
    power = rows[:, :1]
    program.put(power, parts.made, 1.0)
    into, out = parts.through[:, 0 : 2 * count : 2], parts.through[:, 1 : 2 * count : 2]
    program.put(power, into, -1.0)
    program.put(power, out, np.array([o.technology.efficiency_out for o in form.stores]))
    program.put(power, parts.through[:, 2 * count :], -1.0)
    program.put(rows[:, 1:], parts.flow, 1.0)
    program.put(
        rows[:, 1 : 1 + count], into, np.array([o.technology.efficiency for o in form.stores])
    )
    program.put(rows[:, 1 : 1 + count], out, -1.0)
    program.put(rows[:, 1 + count :], parts.through[:, 2 * count :], 1.0)
    rows = form.rows(parts.level.shape, 0.0, 0.0)
    program.put(rows, parts.level, -1.0)
    program.put(rows, parts.flow, -1.0)
    keeps = np.array([1.0 - o.technology.loss_per_h for o in form.stores])
    program.put(rows[:, :count], np.roll(parts.level[:, :count], 1, axis=0), keeps)
    program.put(rows[1:, count:], parts.level[:-1, count:], 1.0)


def _own_rows(form: Form, parts: Parts, hourly_clean_share: float) -> None:
    """One inverter for both ways of a battery; the hourly target."""
    campus, program, grid = form.campus, form.program, form.campus.grid
    assert grid is not None
    for k, option in enumerate(form.stores):
        if option.technology.kind == Kind.BATTERY:
            row = form.rows((1,), 0.0, 0.0)
            program.put(row, parts.links[2 * k + 1], option.technology.efficiency_out)
            program.put(row, parts.links[2 * k], -1.0)
    most = (1.0 - hourly_clean_share) * float(form.weight @ campus.load_kw)
    row = form.rows((1,), -np.inf, most)
    unclean = form.weight * (1.0 - grid.clean_share)
    program.put(row, parts.made[unclean != 0.0, 0], unclean[unclean != 0.0])
    for k, option in enumerate(form.plants):
        if option.technology.kind == Kind.FIRM and not option.technology.clean:
            program.put(row, parts.made[:, 2 + k], float(form.weight[0]))


def is_the_same(model: Any, matrix: Matrix) -> bool:
    """Whether a linopy model states this program: every column, row, entry, limit and cost, without rounding."""
    theirs = model.matrices
    entries = theirs.A.tocsc()
    entries.sort_indices()
    low = np.where(theirs.sense == "<", -np.inf, theirs.b)
    high = np.where(theirs.sense == ">", np.inf, theirs.b)
    pairs = [
        (entries.indptr, matrix.start), (entries.indices, matrix.index),
        (entries.data, matrix.value), (theirs.c, matrix.cost), (theirs.lb, matrix.lower),
        (theirs.ub, matrix.upper), (low, matrix.row_lower), (high, matrix.row_upper),
    ]  # fmt: skip
    return all(np.array_equal(one, other) for one, other in pairs)
