"""What capacity is worth beside energy: credit by class as capacity that never fails, what fleets hold through a call,
and a demand curve whose price falls as more is offered."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.program import Program, matrix_of, solve
from gridtide.digest import freeze
from gridtide.grid.adequacy import carried_scale, elcc_kw
from gridtide.grid.outage_table import OutageTable, outage_table
from gridtide.invest.market.fleets import Window
from gridtide.invest.market.outcome import Outcome
from gridtide.invest.market.rules import Market
from gridtide.invest.market.system import Classes, PowerSystem

Real = NDArray[np.float64]
CALLS_H = (1, 2, 4, 8)
LITTLE = 0.01
"""Of what weather gives: the part that is taken away to see what the last of it is worth."""


@dataclass(frozen=True, kw_only=True)
class CapacityTerms:
    """lole_h: hours a year in which load may lack. curve: pairs of capacity over what is required and of price over
    what capacity costs, the first rising and the second never; level before and after. Raises ValueError where it is
    not so. The default curve is assumed."""

    lole_h: float = 2.4
    curve: tuple[tuple[float, float], ...] = ((0.97, 1.5), (1.0, 1.0), (1.06, 0.0))

    def __post_init__(self) -> None:
        if not self.lole_h > 0.0:
            raise ValueError("hours in which load may lack are not above 0")
        if not self.curve or min(min(pair) for pair in self.curve) < 0.0:
            raise ValueError("a curve has no point, or one below 0")
        held, price = np.array(self.curve).T
        if (np.diff(held) <= 0.0).any() or (np.diff(price) > 0.0).any():
            raise ValueError("capacity of a curve does not rise, or its price does")

    def price_share(self, held: float) -> float:
        """Price over what capacity costs, at so much of what is required."""
        quantity, price = np.array(self.curve).T
        return float(np.interp(held, quantity, price))


@dataclass(frozen=True, kw_only=True, eq=False)
class AtCriterion:
    """A system whose load is multiplied by `scale`, so that it lacks for as many hours as it may.

    load_kw: so multiplied, (H,), nobody moving; feed_kw: of weather, (V, H). class_share: of a unit's capacity that
    one more is worth as capacity that never fails, (K,); feed_share: of the highest that weather gives, (V,).
    required_kw: all of it as capacity that never fails, at the load as it is.
    """

    table: OutageTable
    scale: float
    load_kw: Real
    feed_kw: Real
    class_share: Real
    feed_share: Real
    required_kw: float

    def __post_init__(self) -> None:
        names = ("load_kw", "feed_kw", "class_share", "feed_share")
        freeze(self, **dict.fromkeys(names, np.float64))


@dataclass(frozen=True, kw_only=True)
class Credit:
    """Of what fleets do under a rule. metered_kw: mean of what they draw less in announced hours, below 0 where more;
    perfect_kw: capacity that never fails that would spare as much unserved energy, 0 where they spare none.
    price_per_kw_year, paid_per_year: at the curve, perfect_kw offered beside all that stands."""

    metered_kw: float
    perfect_kw: float
    price_per_kw_year: float
    paid_per_year: float


def unit_kw(classes: Classes) -> Real:
    """Highest output of one unit of each class, (K,)."""
    return np.asarray(classes.lowest_kw + classes.step_kw.sum(axis=1))


def at_criterion(system: PowerSystem, load_kw: Real, lole_h: float) -> AtCriterion | None:
    """load_kw: of the hours studied, (H,). None where even no load at all would lack for longer than it may. Stores of
    the system are left aside."""
    sizes, classes = unit_kw(system.classes), system.classes
    count = classes.units.astype(np.int64)
    table = outage_table(np.repeat(sizes, count), np.repeat(classes.outage_rate, count))
    feed = system.weather.available_kw.T
    scale = carried_scale(table, load_kw, feed.sum(axis=0), lole_h / system.weight)
    if scale == 0.0:
        return None
    net_kw = scale * load_kw - feed.sum(axis=0)
    shares = np.zeros(len(classes))
    for one in range(len(classes)):
        left = count - (np.arange(len(classes)) == one)
        without = outage_table(
            np.repeat(sizes, left), np.repeat(classes.outage_rate, left), table.step_kw
        )
        shares[one] = elcc_kw(without, table, net_kw, np.zeros(len(net_kw))) / sizes[one]
    last = np.array([elcc_kw(table, table, net_kw + LITTLE * fed, LITTLE * fed) for fed in feed])
    highest = feed.max(axis=1, initial=0.0)
    feed_share = np.divide(last / LITTLE, highest, out=np.zeros(len(feed)), where=highest > 0.0)
    credited = float((classes.units * sizes) @ shares + highest @ feed_share)
    return AtCriterion(
        table=table,
        scale=scale,
        load_kw=scale * load_kw,
        feed_kw=feed,
        class_share=shares,
        feed_share=feed_share,
        required_kw=credited / scale,
    )


def credit_of(
    market: Market, terms: CapacityTerms, at: AtCriterion, still: Outcome, after: Outcome
) -> Credit:
    """What moving from one outcome to another is worth as capacity."""
    less_kw = still.load_kw - after.load_kw
    net_kw = at.load_kw - at.feed_kw.sum(axis=0)
    perfect = elcc_kw(at.table, at.table, net_kw, at.scale * less_kw) / at.scale
    held = 1.0 + perfect / at.required_kw if at.required_kw > 0.0 else 1.0
    price = market.system.terms.capacity_cost_per_kw_year * terms.price_share(held)
    return Credit(
        metered_kw=float(less_kw[market.credited].mean()),
        perfect_kw=perfect,
        price_per_kw_year=price,
        paid_per_year=price * perfect,
    )


def held_kw(window: Window, drawn_kw: Real, call: slice) -> Real:
    """By how much each fleet can draw less than drawn_kw, (F, T), in every hour of a call, no work late, (F,).

    It knows of the call when the stretch begins, so that work may also be done earlier.
    """
    program = Program()
    shape = window.due_kwh.shape
    drawn = program.variables(shape, 0.0, 0.0, window.most_kw[:, None])
    served = program.variables(shape, 0.0, window.due_kwh, window.arrived_kwh)
    less = program.variables((shape[0],), -1.0, 0.0, drawn_kw[:, call].min(axis=1))
    begin = np.zeros(shape)
    begin[:, 0] = -window.whole_kwh
    course = program.constraints(shape, begin, begin)
    program.put(course, served, 1.0)
    program.put(course, np.roll(served, 1, axis=1), -1.0)
    program.put(course, drawn, -1.0)
    rows = program.constraints(drawn_kw[:, call].shape, -np.inf, drawn_kw[:, call])
    program.put(rows, drawn[:, call], 1.0)
    program.put(rows, less[:, None], 1.0)
    return np.asarray(solve(matrix_of(program), "simplex").values[less])


def held_through(market: Market) -> dict[int, float]:
    """What all fleets hold through a call of so many hours around the highest net load, kW, by its length."""
    nets = [
        one.net_kw + drawn.sum(axis=0)
        for one, drawn in zip(market.clearings, market.at_once, strict=True)
    ]
    where = int(np.argmax([net.max() for net in nets]))
    net, kinds, drawn = nets[where], market.kinds[where], market.at_once[where]
    found = {}
    for hours in CALLS_H:
        many = min(hours, len(net))
        sums = np.convolve(net, np.ones(many), mode="valid")
        first = int(sums.argmax())
        found[hours] = float(held_kw(kinds.window, drawn, slice(first, first + many)).sum())
    return found
