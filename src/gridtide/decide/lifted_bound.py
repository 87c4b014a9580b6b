"""What any plan in fine steps costs at least, proved with the prices of a plan in coarse ones."""

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.constraints.offers import meter_price
from gridtide.decide.layout import Columns, Facts, most_accelerators
from gridtide.decide.lifted_offers import lift_offers, price_blocks
from gridtide.decide.planners.coordinated import Rows, Solved, written
from gridtide.decide.program import Matrix, lower_bound, matrix_of, summed
from gridtide.decide.situation import Situation
from gridtide.timeline import Timeline, holding

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
NEXT_TO_NOTHING_KW = 1e-6


def lifted_bound(rough: Solved, situation: Situation, coarse: Facts, fine: Facts) -> float:
    """A lower bound on the cost of any plan in the situation's own steps, by weak duality.

    Any prices prove a bound. Taken are those of the coarse steps, moved with the moment's own price where a
    site buys, and for work and requests the best answer to all others. fine: facts of the program bounded.
    """
    program, columns, rows = written(situation, fine)
    matrix = matrix_of(program)
    steps = _Lift.of(rough.plan.horizon, situation.horizon)
    dual = _lifted(rough, rows, len(matrix.row_lower), steps)
    told = rough.solution.row_dual
    lift_offers(dual, rows.offers, told, rough.rows.offers, steps.shown)
    _follow_the_moment(dual, rough, rows, coarse, fine, steps)
    if len(fine.offers):
        price_blocks(dual, rows.offers, matrix, columns, fine)
    reduced = matrix.cost - _felt(matrix, dual)
    dual[rows.demand] = _cheapest_answer(reduced, columns)
    dual[rows.work] = _cheapest_work(reduced, columns, fine)
    return lower_bound(matrix, dual)


class _Lift:
    """How series over coarse steps are carried to the fine ones inside them."""

    def __init__(self, shown: Whole) -> None:
        self.shown = shown
        self.count = np.bincount(shown)[shown]
        self.inside = np.arange(len(shown)) - np.searchsorted(shown, shown)

    @staticmethod
    def of(coarse: Timeline, fine: Timeline) -> "_Lift":
        return _Lift(holding(coarse, fine))

    def same(self, series: Real) -> Real:
        """What is told of an amount of energy or work: the same at every moment."""
        return np.asarray(series[..., self.shown])

    def shared(self, series: Real) -> Real:
        """What is told of a power through a step: each moment has its part."""
        return np.asarray(series[..., self.shown] / self.count)

    def last(self, series: Real) -> Real:
        """What is told of where a step ends: of its last moment alone."""
        ends = self.inside == self.count - 1
        return np.asarray(np.where(ends, self.same(series), 0.0))

    def between(self, series: Real) -> Real:
        """What is told of a change between steps: in even parts up to the next."""
        following = np.concatenate([series[..., 1:], np.zeros_like(series[..., :1])], axis=-1)
        part = self.inside / self.count
        return np.asarray(self.same(series) * (1.0 - part) + self.same(following) * part)


def _lifted(rough: Solved, rows: Rows, count: int, steps: _Lift) -> Real:
    """Prices of the rows in fine steps, (count,); those of work and requests are left at 0."""
    dual = np.zeros(count)
    told = rough.solution.row_dual
    for name in ("machines", "load", "balance", "peak"):
        dual[getattr(rows, name)] = steps.shared(told[getattr(rough.rows, name)])
    dual[rows.level] = steps.same(told[rough.rows.level])
    dual[rows.ramp] = steps.between(told[rough.rows.ramp])
    _lift_cooling(dual, rough, rows, steps)
    dual[rows.made.change] = steps.between(told[rough.rows.made.change])
    dual[rows.made.past] = steps.shared(told[rough.rows.made.past])
    if rows.kept_machines.size and rough.rows.kept_machines.size:
        dual[rows.kept_machines] = steps.shared(told[rough.rows.kept_machines])
    return dual


def _lift_cooling(dual: Real, rough: Solved, rows: Rows, steps: _Lift) -> None:
    """Prices of what halls and stores of cold keep, and of what plants can do.

    What lies between air and mass is as good as gone a step later, so that it counts where a coarse step ends.
    """
    own, coarse, told = rows.cooling, rough.rows.cooling, rough.solution.row_dual
    dual[own.stores] = steps.same(told[coarse.stores])
    dual[own.plant] = steps.shared(told[coarse.plant])
    dual[own.halls[0]] = steps.same(told[coarse.halls[0]])
    dual[own.halls[1]] = steps.last(told[coarse.halls[1]])
    dual[own.change] = steps.last(told[coarse.change])


def _follow_the_moment(
    dual: Real, rough: Solved, rows: Rows, coarse: Facts, fine: Facts, steps: _Lift
) -> None:
    """Where a site buys in a coarse step, a kilowatt-hour is worth what it costs in each moment of it."""
    drawn = rough.plan.import_kw
    own = fine.price_per_kwh + fine.carbon_cost_per_kwh
    mean = steps.same(coarse.price_per_kwh + coarse.carbon_cost_per_kwh)
    buys = steps.same(drawn) > NEXT_TO_NOTHING_KW
    flat = dual[rows.balance].copy()
    least = own * fine.hours + meter_price(rows.offers, dual)
    moment = np.where(buys, flat + (own - mean) * fine.hours, np.minimum(flat, least))
    slope = fine.curve.slope.mean(axis=2) / steps.same(coarse.curve.slope.mean(axis=2))
    with np.errstate(divide="ignore", invalid="ignore"):
        told = np.where(np.abs(flat) > 1e-12, dual[rows.load] / flat, 1.0)
    dual[rows.balance] = moment
    dual[rows.load] = np.where(np.abs(flat) > 1e-12, moment * told * slope, dual[rows.load])


def _felt(matrix: Matrix, dual: Real) -> Real:
    """What the prices of its rows make of one unit of each column, (columns,)."""
    return summed(matrix.column, matrix.value * dual[matrix.index], len(matrix.cost))


def _cheapest_answer(reduced: Real, columns: Columns) -> Real:
    """What one more request a second costs where it is cheapest to answer or refuse, (V, O, T)."""
    least = reduced[columns.refused].copy()
    service, origin, _ = columns.pair.T
    np.minimum.at(least, (service, origin), reduced[columns.flow])
    return least


def _cheapest_work(reduced: Real, columns: Columns, fine: Facts) -> Real:
    """What one more accelerator-hour of each bucket costs when its cheapest cells are filled first, (K,)."""
    buckets = fine.buckets
    every = np.arange(len(buckets))
    hours = fine.hours[columns.step] * fine.menu.pace[columns.entry]
    unit = np.concatenate(
        [reduced[columns.work] / hours, reduced[columns.later], reduced[columns.undone]]
    )
    bucket = np.concatenate([columns.bucket, every, every])
    most_h = np.concatenate(
        [
            most_accelerators(fine, columns.bucket, columns.entry) * hours,
            buckets.later_h,
            np.full(len(buckets), np.inf),
        ]
    )
    order = np.lexsort((unit, bucket))
    unit, bucket, most_h = unit[order], bucket[order], most_h[order]
    begins = np.searchsorted(bucket, every)
    price = np.zeros(len(buckets))
    for number, begin in enumerate(begins):
        end = begins[number + 1] if number + 1 < len(begins) else len(bucket)
        filled = np.cumsum(most_h[begin:end])
        price[number] = unit[begin + int(np.argmax(filled >= buckets.work_h[number]))]
    return price
