"""Ways in which fleets and a market can find each other, from none at all to one planner of everything."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from gridtide.invest.market.clearing import Cleared, Clearing
from gridtide.invest.market.fleets import (
    Fleets,
    Kinds,
    Traits,
    at_once_kw,
    fleets_of,
    kinds_of,
    other_load_kw,
    refuse_the_impossible,
    window_of,
)
from gridtide.invest.market.planner import by_peak
from gridtide.invest.market.response import cheapest_kw
from gridtide.invest.market.rounds import ROUNDS, Trail, all_the_way, by_rounds
from gridtide.invest.market.system import PowerSystem
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
CREDITED = 0.01
"""Of all hours: those of highest published net load in which capacity is credited; at least LEAST_CREDITED."""
LEAST_CREDITED = 4
UNDAMPED = 4
"""Rounds in which all that fleets name is scheduled, to show what comes of that."""


@dataclass(frozen=True, kw_only=True)
class Ruled:
    """What a rule came to: each stretch cleared; rounds of each where there were some, and others in which nothing is
    damped; bound: that no course of the fleets could cost less than in energy, reserve and capacity, where the rule
    proves one (a year's money)."""

    rule: str
    cleared: tuple[Cleared, ...]
    trails: tuple[Trail, ...] = ()
    undamped: tuple[Trail, ...] = ()
    bound: float | None = None


class Market:
    """A system in which fleets hold a share of the energy; clears each stretch without them moving once, and every rule
    from there."""

    def __init__(
        self,
        system: PowerSystem,
        share: float,
        number: int,
        traits: Traits,
        seed: int,
        offer_price_per_mw_h: float = 2.0,
        rounds: int = ROUNDS,
    ) -> None:
        self.system, self.share, self.rounds = system, share, rounds
        self.fleets: Fleets = fleets_of(system, share, number, traits, seed)
        windows = [window_of(self.fleets, hours) for hours in system.stretches]
        for window in windows:
            refuse_the_impossible(self.fleets, window)
        self.windows = windows
        self.kinds: list[Kinds] = [kinds_of(window) for window in windows]
        self.firm_kw = other_load_kw(system, share) + self.fleets.firm_kw.sum()
        self.clearings = [
            Clearing(system, hours, self.firm_kw[hours], kinds.window, offer_price_per_mw_h)
            for hours, kinds in zip(system.stretches, self.kinds, strict=True)
        ]

    @cached_property
    def at_once(self) -> tuple[Real, ...]:
        """Of kinds of fleets, stretch by stretch, (C, T)."""
        return tuple(at_once_kw(kinds.window) for kinds in self.kinds)

    @cached_property
    def still(self) -> tuple[Cleared, ...]:
        """No fleet moves or stands ready: its prices are the published ones."""
        pairs = zip(self.clearings, self.at_once, strict=True)
        return tuple(clearing.cleared(drawn, offers=False) for clearing, drawn in pairs)

    def of_courses(self, rule: str, courses: list[Real]) -> Ruled:
        """The market cleared on courses that are given, (C, T) each; fleets stand ready beside them."""
        pairs = zip(self.clearings, courses, strict=True)
        return Ruled(
            rule=rule, cleared=tuple(one.cleared(drawn, offers=True) for one, drawn in pairs)
        )

    @cached_property
    def credited(self) -> Whole:
        """Hours in which capacity is credited, by their place, the earlier of equal ones first."""
        net_kw = np.concatenate(
            [
                one.net_kw + drawn.sum(axis=0)
                for one, drawn in zip(self.clearings, self.at_once, strict=True)
            ]
        )
        many = max(LEAST_CREDITED, round(CREDITED * len(net_kw)))
        return np.sort(np.argsort(-net_kw, kind="stable")[:many])


def nobody_moves(market: Market) -> Ruled:
    """Work runs as it comes."""
    return Ruled(rule="none", cleared=market.still)


def published_price(market: Market) -> Ruled:
    """Today's rule: every fleet moves its work to the cheapest hours of the published price, as if it moved nothing,
    and all of them do so at once."""
    published = [cost_per_kwh(1.0) * one.price_per_mwh for one in market.still]
    pairs = zip(market.kinds, published, strict=True)
    return market.of_courses("price", [cheapest_kw(kinds.window, price) for kinds, price in pairs])


def capacity_credit(market: Market) -> Ruled:
    """The published price, and a year's capacity credited for what is not drawn in the announced hours of highest net
    load, an equal part in each."""
    system = market.system
    credit = np.zeros(len(system))
    each = system.terms.peak_cost_per_kw_year / (len(market.credited) * system.weight)
    credit[market.credited] = each
    courses = [
        cheapest_kw(kinds.window, cost_per_kwh(1.0) * still.price_per_mwh + credit[hours])
        for kinds, still, hours in zip(market.kinds, market.still, system.stretches, strict=True)
    ]
    return market.of_courses("capacity", courses)


def bids_in_auction(market: Market) -> Ruled:
    """Prices and quantities that hang together: each fleet's work with its windows stands in the auction of energy and
    reserve, which clears it with all units. Capacity is not in the auction."""
    return Ruled(
        rule="bids", cleared=tuple(one.cleared(None, offers=True) for one in market.clearings)
    )


def price_in_rounds(market: Market) -> Ruled:
    """Prices and answers in turn, damped, before anything is settled; energy and reserve."""
    pairs = list(zip(market.clearings, market.at_once, strict=True))
    found = [by_rounds(clearing, drawn, market.rounds) for clearing, drawn in pairs]
    few = min(market.rounds, UNDAMPED)
    return Ruled(
        rule="rounds",
        cleared=tuple(cleared for cleared, _ in found),
        trails=tuple(trail for _, trail in found),
        undamped=tuple(
            by_rounds(clearing, drawn, few, all_the_way)[1] for clearing, drawn in pairs
        ),
    )


def one_planner(market: Market) -> Ruled:
    """The least cost of energy, reserve and capacity together: what no rule can do better than."""
    cleared, bound = by_peak(market.clearings, market.system)
    return Ruled(rule="planner", cleared=cleared, bound=bound)


RULES: dict[str, Callable[[Market], Ruled]] = {
    "none": nobody_moves,
    "price": published_price,
    "capacity": capacity_credit,
    "bids": bids_in_auction,
    "rounds": price_in_rounds,
    "planner": one_planner,
}
"""In the order in which they are told; the first is what others are held against, the last their bound."""
