"""A size's linear program while it is written: columns of what can be built and of every hour, and sums over them."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gridtide.decide.program import Program
from gridtide.invest.campus import Campus, Option
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
MOST_TIMES = 5.0
"""Of the highest load: the most that is built of what has a least load and no limit of its own, under whole choices."""
NONE = -1
"""The column of what an option has not."""


@dataclass(eq=False)
class Total:
    """A linear sum over columns and a constant, of a year."""

    terms: list[tuple[Whole, Real]] = field(default_factory=list)
    constant: float = 0.0

    def add(self, columns: Whole | int, values: ArrayLike) -> None:
        """Some columns times some values, broadcast to one shape."""
        column, value = np.broadcast_arrays(
            np.asarray(columns, dtype=np.int64), np.asarray(values, dtype=np.float64)
        )
        self.terms.append((column.ravel(), value.ravel()))

    def plus(self, other: "Total", factor: float = 1.0) -> "Total":
        """This and another one times a factor."""
        added = Total(terms=list(self.terms), constant=self.constant + factor * other.constant)
        added.terms += [(columns, factor * values) for columns, values in other.terms]
        return added

    def at(self, values: Real) -> float:
        """The sum at values of all columns."""
        return self.constant + sum(
            float(values[columns] @ factor) for columns, factor in self.terms
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class Columns:
    """Columns of one option. power, power_out, energy: of what is built, NONE where it has none. made: electricity, of
    a store what it gives; of variable plants the column that a group of them shares. taken, level: of a store."""

    option: Option
    power: int = NONE
    power_out: int = NONE
    energy: int = NONE
    made: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    taken: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    level: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))


@dataclass(eq=False)
class Draft:
    """The program so far. whole: whether what has a least load runs at it or more, or not at all; choices: columns of
    that, 0 or 1 each. balance: rows of electricity, supply less use, (T,). heat: rows of what is carried away.

    Totals of an average year: carbon_kg; capex; load_kwh of everything that uses electricity; imported_kwh; fossil_kwh
    made on site without being clean; unclean_kwh: of what is used, that is not carbon-free hour by hour; green_kwh:
    used or sold of sun, wind and water; available_kwh: that weather would have let them make; sold_kwh; clean_kwh: made
    on site or contracted, whenever; certified_kwh: of it by certificates that are bought.
    """

    campus: Campus
    whole: bool = False
    choices: list[Whole] = field(default_factory=list)
    program: Program = field(default_factory=Program)
    balance: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    heat: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    built: list[Columns] = field(default_factory=list)
    drawn: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    sold: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    held: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    backlog: list[Whole] = field(default_factory=list)
    served: list[tuple[Whole, Whole]] = field(default_factory=list)
    slower: list[Whole] = field(default_factory=list)
    agreed: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    matched: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    certified: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    chilled: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    lifted: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    delivered: Whole = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    carbon_kg: Total = field(default_factory=Total)
    capex: Total = field(default_factory=Total)
    load_kwh: Total = field(default_factory=Total)
    imported_kwh: Total = field(default_factory=Total)
    fossil_kwh: Total = field(default_factory=Total)
    unclean_kwh: Total = field(default_factory=Total)
    green_kwh: Total = field(default_factory=Total)
    available_kwh: Total = field(default_factory=Total)
    sold_kwh: Total = field(default_factory=Total)
    clean_kwh: Total = field(default_factory=Total)
    certified_kwh: Total = field(default_factory=Total)
    water_m3: Total = field(default_factory=Total)

    @property
    def weight(self) -> Real:
        """Hours of an average year that each hour stands for, (T,)."""
        return self.campus.hours.weight

    def per_kwh(self, per_mwh: ArrayLike) -> Real:
        """What a kW in each hour costs over a year at a price, (T,)."""
        return np.asarray(self.weight * np.asarray(per_mwh, dtype=np.float64) * cost_per_kwh(1.0))

    def carbon_cost(self, kg: Real | float) -> Real:
        """What emitting some kg costs."""
        return np.asarray(self.campus.carbon_price_per_t * np.asarray(kg) / 1000.0)

    def rows(self, lower: ArrayLike, upper: ArrayLike) -> Whole:
        """A row for every hour, (T,), that says which hour it stands in."""
        count = len(self.campus.hours)
        return self.program.constraints((count,), lower, upper, 0, np.arange(count))

    def at_most(self, columns: Whole, limit: int, factor: ArrayLike = 1.0) -> None:
        """Rows by which columns stay below what is built times a factor, (T,)."""
        rows = self.rows(-np.inf, 0.0)
        self.program.put(rows, columns, 1.0)
        self.program.put(rows, np.full(columns.shape, limit), -np.asarray(factor))

    def at_least_or_off(self, columns: Whole, option: Option, limit: int, there: float) -> None:
        """Columns of what runs at its least share of what is built, times what is there of it, or more, or not at all.

        As lines: at no time below its least. As whole choices: a column of 0 or 1 for every hour, over the most that
        may be built.
        """
        least = option.technology.least_share * there
        if not self.whole:
            rows = self.rows(0.0, np.inf)
            self.program.put(rows, columns, 1.0)
            self.program.put(rows, np.full(columns.shape, limit), -least)
            return
        most = option.most_kw if np.isfinite(option.most_kw) else MOST_TIMES * self.peak_kw
        runs = self.program.variables(columns.shape, upper=1.0)
        self.choices.append(runs)
        rows = self.rows(-np.inf, 0.0)
        self.program.put(rows, columns, 1.0)
        self.program.put(rows, runs, -most)
        rows = self.rows(-least * most, np.inf)
        self.program.put(rows, columns, 1.0)
        self.program.put(rows, np.full(columns.shape, limit), -least)
        self.program.put(rows, runs, -least * most)

    @property
    def peak_kw(self) -> float:
        """The highest load."""
        return float(self.campus.load_kw.max())

    def bounded(self, total: Total, lower: float, upper: float) -> int:
        """A row over a total; gives its number."""
        row = self.program.constraints((1,), lower - total.constant, upper - total.constant)
        for columns, values in total.terms:
            self.program.put(row, columns, values)
        return int(row[0])
