"""One stretch of a market cleared: what runs, what it costs, and prices from the duals, with a lower bound by those."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Matrix, handed_over, lower_bound, summed
from gridtide.finding import Finding, Infeasible
from gridtide.invest.market.book import Book, book_of
from gridtide.invest.market.fleets import Window
from gridtide.invest.market.system import PowerSystem
from gridtide.units import price_per_mwh_of

if TYPE_CHECKING:
    from highspy import HighsBasis

Real = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Cleared:
    """cost: of energy, starts and reserve, of what lacks, and of a net load above its limit; bound: that no course of
    the same program costs less than, proven by the duals; passed_cost: of the net load above its limit alone.

    price_per_mwh: (T,); reserve_price_per_mw_h: (R, T); peak_price_per_kw: of the limit of net load, (T,);
    felt_per_kwh: what one more kWh of each kind of fleet would cost all told, reserve it no longer gives included, up
    to a constant, (C, T). drawn_kw: (C, T); ready_kw: (C, R, T); on: units that run, (K, T); output_kw: (K, T);
    used_kw: (V, T); shed_kw, surplus_kw: (T,); short_kw: (R, T); held_kw: reserve that units and weather hold, (R, T).
    """

    cost: float
    passed_cost: float
    bound: float
    price_per_mwh: Real
    reserve_price_per_mw_h: Real
    peak_price_per_kw: Real
    felt_per_kwh: Real
    drawn_kw: Real
    ready_kw: Real
    on: Real
    output_kw: Real
    used_kw: Real
    shed_kw: Real
    surplus_kw: Real
    short_kw: Real
    held_kw: Real


class Clearing:
    """The program of a stretch inside HiGHS, cleared once and again from the last optimum as its bounds move."""

    def __init__(
        self,
        system: PowerSystem,
        hours: slice,
        other_kw: Real,
        window: Window,
        offer_price_per_mw_h: float,
    ) -> None:
        self.system, self.window = system, window
        self.book: Book = book_of(system, hours, other_kw, window, offer_price_per_mw_h)
        self.net_kw = other_kw - system.weather.available_kw[hours].sum(axis=1)
        self.matrix = self.book.matrix
        self._highs = handed_over(self.matrix, "simplex", crossover=True)
        self._start: HighsBasis | None = None

    def cleared(
        self,
        drawn_kw: Real | None,
        offers: bool,
        net_peak_kw: float = np.inf,
        on: Real | None = None,
    ) -> Cleared:
        """The stretch with fleets that draw what is given, (C, T), or whatever is best within their windows (None).

        offers: whether they also stand ready; net_peak_kw: limit of the net load; on: units that run, where it is not
        the program that chooses. Always from the optimum of the first call, so that earlier questions change no
        answer.
        """
        lower, upper = self.matrix.lower.copy(), self.matrix.upper.copy()
        book = self.book
        if drawn_kw is not None:
            lower[book.drawn] = upper[book.drawn] = drawn_kw
        if offers:
            upper[book.ready] = self.window.most_kw[:, None, None]
        if on is not None:
            lower[book.on] = upper[book.on] = on
        row_upper = self.matrix.row_upper.copy()
        row_upper[book.peak] = net_peak_kw - self.net_kw
        return self._solved(replace(self.matrix, lower=lower, upper=upper, row_upper=row_upper))

    def _solved(self, matrix: Matrix) -> Cleared:
        import highspy

        highs = self._highs
        columns = np.arange(len(matrix.cost), dtype=np.int32)
        highs.changeColsBounds(len(columns), columns, matrix.lower, matrix.upper)
        for row in self.book.peak.tolist():
            highs.changeRowBounds(row, float(matrix.row_lower[row]), float(matrix.row_upper[row]))
        highs.clearSolver()
        if self._start is not None:
            highs.setBasis(self._start)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            highs.clearSolver()  # a start from afar can end without an optimum that there is
            highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Infeasible(
                [_unclear(self.system.name, highs.modelStatusToString(highs.getModelStatus()))]
            )
        if self._start is None:
            self._start = highs.getBasis()
        solution = highs.getSolution()
        values = np.asarray(solution.col_value, dtype=np.float64)
        price = np.asarray(solution.row_dual, dtype=np.float64)
        felt = np.asarray(solution.col_dual, dtype=np.float64)[self.book.drawn]
        return self._told(matrix, values, price, felt)

    def _told(self, matrix: Matrix, values: Real, dual: Real, felt: Real) -> Cleared:
        book, classes = self.book, self.system.classes
        on = values[book.on]
        output = classes.lowest_kw[:, None] * on
        np.add.at(output, book.step_of, values[book.step])
        return Cleared(
            cost=float(matrix.cost @ values),
            passed_cost=float(matrix.cost[book.above] @ values[book.above]),
            bound=lower_bound(matrix, dual),
            price_per_mwh=np.asarray(price_per_mwh_of(1.0) * dual[book.balance]),
            reserve_price_per_mw_h=np.asarray(price_per_mwh_of(1.0) * dual[book.reserve]),
            peak_price_per_kw=-dual[book.peak],
            felt_per_kwh=felt,
            drawn_kw=values[book.drawn],
            ready_kw=values[book.ready],
            on=on,
            output_kw=output,
            used_kw=values[book.used],
            shed_kw=values[book.shed],
            surplus_kw=values[book.surplus],
            short_kw=values[book.short],
            held_kw=_given(matrix, values)[book.reserve]
            - values[book.short]
            - values[book.ready].sum(axis=0),
        )


def _given(matrix: Matrix, values: Real) -> Real:
    """What the columns put into each row."""
    return summed(matrix.index, matrix.value * values[matrix.column], len(matrix.row_lower))


def _unclear(name: str, status: str) -> Finding:
    return Finding(
        subject=name,
        value=f"the market does not clear: {status}",
        limit="a course of all units",
        mend="Look at least times up and down, and at windows of the fleets.",
    )
