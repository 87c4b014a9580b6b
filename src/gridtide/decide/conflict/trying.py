"""One elastic program solved many times, with other ways closed each time.

A closed way costs 1 a unit, an open one nothing: the least cost is above 0 exactly where the closed ways cannot all
stay closed. The prices of rows then name those that matter: the others may be opened without touching the proof.
A small program goes on from the values of its last solve, as only costs differ; of a large one only the part that
closed ways can matter in is solved, from nothing.
"""

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.conflict.at_large import Answer, cheapest_at_large, solved_at_large
from gridtide.decide.conflict.elastic import Act, Elastic, priced
from gridtide.decide.conflict.narrowing import Narrowed, narrowed
from gridtide.decide.program import SIMPLEX_COLUMNS, handed_over, summed

if TYPE_CHECKING:
    from highspy._core import _Highs

Real = NDArray[np.float64]
Mask = NDArray[np.bool_]
TOLERANCE = 1e-4
"""Units (kW, accelerators, accelerator-hours) that closed ways may lack together and still count as closed."""
CLEAR = 1e-2
"""Units above which what is lacking in the middle of a program is no matter of rounding."""
FELT = 1e-7
SURELY_FELT = 1e-2
"""Of the 1 that a unit of a closed way costs: what is tried first where prices come from the middle of a program."""
ROUNDED_UP = 1e-6
NOTHING = 1e-9
ROUNDS_MAX = 12
"""Times that members are added to those a way out of a large program is priced among."""
PRIMAL = 4
"""The simplex method of HiGHS that goes on from values that hold."""


class NothingHolds(Exception):
    """The program has no solution even with every promise and limit out of the way."""


class Tries:
    """The elastic program and its solves; `solves` counts them."""

    def __init__(self, elastic: Elastic) -> None:
        self.elastic = elastic
        self.solves = 0
        begins = elastic.matrix.start[elastic.first :]
        self._ways = np.repeat(np.arange(len(elastic.member)), np.diff(begins))
        self._index = elastic.matrix.index[begins[0] :]
        self._value = elastic.matrix.value[begins[0] :]
        self.large = len(elastic.matrix.cost) > SIMPLEX_COLUMNS
        self._begun: _Highs | None = None
        self._mends = False
        self._held = np.zeros(0)
        self._named = np.zeros(len(elastic.member), dtype=bool)

    def conflict_in(self, closed: Mask) -> tuple[float, Mask] | None:
        """What is lacking with these ways closed and those of them that matter; None where all can stay closed.

        Raises NothingHolds where there is no solution even with all open.
        """
        if self.large:
            found = self._conflict_at_large(closed)
            if found is not None:
                self._named |= found[1]
            return found
        if not self._runs(closed.astype(np.float64), self.elastic.most):
            raise NothingHolds(self._highs.modelStatusToString(self._highs.getModelStatus()))
        lacking = float(self._highs.getInfo().objective_function_value)
        if lacking <= TOLERANCE:
            return None
        row_dual = np.asarray(self._highs.getSolution().row_dual, dtype=np.float64)
        return lacking, closed & (self._felt(row_dual) > FELT)

    def cheapest(self, price: Real, most: Real) -> tuple[Real, Real] | None:
        """What each way gives at these prices, each up to `most`, and the prices of rows; None where not enough."""
        if self.large:
            return self._cheapest_at_large(price, most)
        if not self._runs(price, most):
            return None
        solution = self._highs.getSolution()
        values = np.asarray(solution.col_value, dtype=np.float64)[self.elastic.first :]
        return np.maximum(values, 0.0), np.asarray(solution.row_dual, dtype=np.float64)

    def saved_by(self, row_dual: Real) -> Real:
        """What one more unit of each way would save if it came for free, (G,), at these prices of rows."""
        peaks = np.unique(self._index[self.elastic.act[self._ways] == Act.PEAK])
        own = ~np.isin(self._index, peaks)
        pulled = self._value * row_dual[self._index]
        return summed(self._ways[own], pulled[own], len(self.elastic.member))

    def holds_with(self, amounts: Real, free: Mask | None = None) -> bool:
        """Whether everything else can hold when ways give these amounts (a small program: up to a millionth more),
        and free ones, none by default, all they can."""
        free = np.zeros(len(amounts), dtype=bool) if free is None else free
        if not self.large:
            most = np.where(free, self.elastic.most, amounts * (1.0 + ROUNDED_UP))
            return self._runs(np.zeros(len(amounts)), most)
        if np.array_equal(amounts, self._held):
            return True
        return self._against(np.where(free, 0.0, amounts), ~free) is None

    def _felt(self, row_dual: Real) -> Real:
        """What ways are pulled with by these prices of rows, (G,)."""
        pulled = self._value * row_dual[self._index]
        return summed(self._ways, pulled, len(self.elastic.member))

    def _conflict_at_large(self, closed: Mask) -> tuple[float, Mask] | None:
        """Read in the middle of the program where it is clear there; else proved on the part that was named there,
        or on the whole. Once everything could give way, parts that no closed way touches are left out."""
        if not closed.any():
            return None
        part = narrowed(self.elastic, closed, touched_only=self._mends)
        answer = self._solved(part)
        if answer.proved and answer.lacking <= TOLERANCE:
            return None
        pulled = Tries(part.elastic)._felt(answer.row_dual)
        if not answer.proved or (not answer.exact and answer.lacking <= CLEAR):
            for least in SURELY_FELT, FELT:
                named = _among(part, pulled > least, len(closed))
                found = self._conflict_at_large(named) if named.sum() < len(part.ways) else None
                if found is not None:
                    return found
            answer = self._solved(part, at_a_vertex=True)
            pulled = Tries(part.elastic)._felt(answer.row_dual)
        if answer.lacking <= TOLERANCE:
            return None
        return answer.lacking, _among(part, pulled > FELT, len(closed))

    def _solved(self, part: Narrowed, at_a_vertex: bool = False) -> Answer:
        self.solves += 1
        answer = solved_at_large(part.elastic, at_a_vertex)
        if answer is None:
            raise NothingHolds("no values hold even with everything out of the way")
        self._mends = True
        return answer

    def _cheapest_at_large(self, price: Real, most: Real) -> tuple[Real, Real] | None:
        """Priced among the members that were named, everything else open; members that then stand against what is
        given are named too, until none does. No way out of the whole costs less than one of a part."""
        charged = price > 0.0
        if not self._named.any():
            self.conflict_in(charged & (self.elastic.act != Act.PEAK))
        named = self._named.copy()
        for _ in range(ROUNDS_MAX):
            own = charged & np.isin(self.elastic.member, self.elastic.member[named])
            self.solves += 1
            answer = cheapest_at_large(
                self.elastic, np.where(own, price, 0.0), np.where(own, most, self.elastic.most)
            )
            if answer is None:
                return None
            given = np.where(own & (answer[0] > NOTHING), answer[0], 0.0)
            against = self._against(given, charged)
            if against is None:
                self._held = given
                return given, answer[1]
            named |= against
        self.solves += 1
        return cheapest_at_large(self.elastic, price, most)

    def _against(self, given: Real, closed: Mask) -> Mask | None:
        """Closed ways that still cannot stay closed when ways have given this; None where all can."""
        left = Tries(moved_by(self.elastic, given))
        left._mends = self._mends
        found = left._conflict_at_large(closed & (self.elastic.act != Act.PEAK))
        self.solves += left.solves
        return None if found is None else found[1]

    @property
    def _highs(self) -> "_Highs":
        if self._begun is None:
            ways = np.ones(len(self.elastic.member))
            self._begun = handed_over(priced(self.elastic, ways), "simplex", True)
        return self._begun

    def _runs(self, price: Real, most: Real) -> bool:
        """Solves with these prices and limits of the ways, from where the last solve ended."""
        import highspy

        count, first = len(price), self.elastic.first
        columns = np.arange(first, first + count, dtype=np.int32)
        self._highs.changeColsCost(count, columns, price)
        self._highs.changeColsBounds(count, columns, np.zeros(count), most)
        ends = (highspy.HighsModelStatus.kOptimal, highspy.HighsModelStatus.kInfeasible)
        for _ in range(2):
            self._highs.run()
            self.solves += 1
            self._highs.setOptionValue("simplex_strategy", PRIMAL)
            status = self._highs.getModelStatus()
            if status in ends:
                return bool(status == ends[0])
            self._highs.clearSolver()
        raise ArithmeticError(f"HiGHS ended with {self._highs.modelStatusToString(status)} twice")


def _among(part: Narrowed, own: Mask, count: int) -> Mask:
    """Ways of a part as a mask over the `count` ways of the whole."""
    named = np.zeros(count, dtype=bool)
    named[part.ways[own]] = True
    return named


def moved_by(elastic: Elastic, amounts: Real) -> Elastic:
    """The program in which ways have given these amounts already."""
    matrix = elastic.matrix
    values = np.concatenate([np.zeros(elastic.first), amounts])
    given = summed(matrix.index, matrix.value * values[matrix.column], len(matrix.row_lower))
    return replace(
        elastic,
        matrix=replace(
            matrix, row_lower=matrix.row_lower - given, row_upper=matrix.row_upper - given
        ),
    )
