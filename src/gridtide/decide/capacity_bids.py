"""What capacity a fleet would hold ready at which price: its plan at several prices at once."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.constraints.falling import add_falling
from gridtide.decide.facts import facts_of
from gridtide.decide.layout import Facts
from gridtide.decide.objective import Objective
from gridtide.decide.offer_terms import block_s
from gridtide.decide.program import Program, matrix_of
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.uncertain.copies import solved_over_copies, written_apart
from gridtide.timeline import instant

Real = NDArray[np.float64]
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0)
"""Of the price that is expected."""
LEAST_KW = 1e-3


@dataclass(frozen=True, kw_only=True)
class CapacityBid:
    """What a site would hold ready of a product for a block, by price.

    from_price_per_mw_h: rising. quantity_kw: rising with it, > 0; each quantity from its price on, nothing below the
    first.
    """

    site: str
    product: str
    start: str
    end: str
    from_price_per_mw_h: tuple[float, ...]
    quantity_kw: tuple[float, ...]


def capacity_bids(
    situation: Situation, objective: Objective, held: Reservations
) -> tuple[CapacityBid, ...]:
    """Bids for every block that is still open and lies whole in the horizon; none for a fleet without products.

    Every level of a product's price, times what is expected, has a plan of its own with all else decided anew, other
    products at their expected prices; in none is less of a block offered at a higher price. A block is bid for with the
    least that all its steps allow.
    """
    if not situation.fleet.products:
        return ()
    facts = facts_of(situation, objective, held)
    return tuple(
        bid
        for index in range(len(situation.fleet.products))
        for bid in _bids(situation, facts, index, _offered_kw(situation, facts, index))
    )


def _offered_kw(situation: Situation, facts: Facts, index: int) -> Real:
    """What is offered of one product at each level of its price, (levels, T)."""
    terms = facts.offers
    levels = []
    for level in LEVELS:
        price = terms.price_per_kw_h.copy()
        price[index] *= level
        levels.append(replace(facts, offers=replace(terms, price_per_kw_h=price)))
    program = Program()
    copies = written_apart(program, situation, levels)
    offered = [copy.columns.offered[index : index + 1] for copy in copies]
    falling = [-one.offers.price_per_kw_h[index : index + 1] for one in levels]
    add_falling(program, offered, falling, _is_open(facts, index)[None, :])
    solution = solved_over_copies(matrix_of(program), copies, solution_of)
    return np.stack([solution.values[one[0]] for one in offered])


def _is_open(facts: Facts, index: int) -> NDArray[np.bool_]:
    terms = facts.offers
    return np.asarray(np.isnan(terms.standing_kw[index]) & (terms.most_kw[index] > 0))


def _bids(
    situation: Situation, facts: Facts, index: int, offered_kw: Real
) -> Iterator[CapacityBid]:
    horizon, terms = situation.horizon, facts.offers
    site, product = situation.fleet.products[index]
    is_open = _is_open(facts, index)
    for number in np.unique(terms.block[index, is_open]):
        begins_s = int(number) * block_s(product)
        if begins_s < horizon.edges_s[0] or begins_s + block_s(product) > horizon.edges_s[-1]:
            continue
        inside = np.flatnonzero((terms.block[index] == number) & is_open)
        expected = 1e3 * float(terms.price_per_kw_h[index, inside].mean())
        prices, quantities = _rising(expected, offered_kw[:, inside].min(axis=1))
        if quantities:
            yield CapacityBid(
                site=situation.fleet.sites[site].name,
                product=product.name,
                start=instant(horizon.starts_s[inside[0]]).isoformat(),
                end=instant(horizon.ends_s[inside[-1]]).isoformat(),
                from_price_per_mw_h=prices,
                quantity_kw=quantities,
            )


def _rising(expected: float, offered_kw: Real) -> tuple[tuple[float, ...], tuple[float, ...]]:
    prices: list[float] = []
    quantities: list[float] = []
    for level, kw in zip(LEVELS, offered_kw, strict=True):
        if kw > (quantities[-1] if quantities else 0.0) + LEAST_KW:
            prices.append(level * expected)
            quantities.append(float(kw))
        if expected <= 0:
            break
    return tuple(prices), tuple(quantities)
