"""Capacity a site may hold ready for the grid: what is offered, which way, and what must stand behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]


class ProductKind(StrEnum):
    """What the grid uses the capacity for."""

    REGULATION = "regulation"
    RESERVE = "reserve"


class Direction(StrEnum):
    """Which way power may be called: up = the site draws less."""

    UP = "up"
    DOWN = "down"
    SYMMETRIC = "symmetric"


@dataclass(frozen=True, kw_only=True)
class CapacityProduct:
    """A product of one site. price_per_mw_h: money for a megawatt held ready through an hour; None where the series
    of price_zone says it.

    offered_max_kw: the most that is offered. hold_h: how long a full call lasts; so much energy, or room for it,
    stands behind every kilowatt. block_h: hours, counted from midnight UTC, over which an offer is one number.
    gate_closure_h: hours before a block from which on its offer stands.

    What calls bring and cost: expected_score, 0 to 1, is paid of price and mileage; mileage_payment_per_mw_h: what the
    mileage of a megawatt offered through an hour is paid at a score of 1; call_cost_per_mw_h: what that megawatt costs
    by being called beside the energy and wear of the store. called_up_share, called_down_share: what is called of the
    offer each way on the mean through an hour, as it is expected. carried_by_work: running work may carry a part of it
    beside the store, by its operating points.
    """

    kind: ProductKind
    direction: Direction
    price_per_mw_h: float | None
    offered_max_kw: float
    hold_h: float = 1.0
    block_h: float = 1.0
    gate_closure_h: float = 1.0
    price_zone: str | None = None
    expected_score: float = 1.0
    mileage_payment_per_mw_h: float = 0.0
    call_cost_per_mw_h: float = 0.0
    called_up_share: float = 0.0
    called_down_share: float = 0.0
    carried_by_work: bool = False

    def worth_per_mw_h(self, price_per_mw_h: Real) -> Real:
        """What a megawatt offered through an hour brings at a price, less the cost of its calls but for the energy and
        wear of a store."""
        paid = self.expected_score * (price_per_mw_h + self.mileage_payment_per_mw_h)
        return np.asarray(paid - self.call_cost_per_mw_h)

    def bought_and_given(self, into: float, out_of: float) -> tuple[float, float]:
        """Energy that calls of a kilowatt offered through an hour make a store's site buy, and that its store gives,
        kWh: the calls themselves, and the store brought back to where it was. into, out_of: efficiencies one way."""
        up, down = self.called_up_share, self.called_down_share
        lost = up / out_of - down * into
        back = lost / into if lost > 0.0 else lost * out_of
        return down - up + back, up + max(0.0, -back)

    @property
    def goes_up(self) -> bool:
        """Whether it may be called to draw less."""
        return self.direction is not Direction.DOWN

    @property
    def goes_down(self) -> bool:
        """Whether it may be called to draw more."""
        return self.direction is not Direction.UP

    @property
    def name(self) -> str:
        """How results call it: one of a site."""
        return f"{self.kind} {self.direction}"


def shared_out(products: Sequence[CapacityProduct], offered_kw: Real, reach_kw: Real) -> Real:
    """What running work carries of each of a site's offers, (Q, T), kW: of those it may carry, first what must hold
    longest, so that the store gives least. offered_kw: (Q, T); reach_kw: all that work carries one way, (T,)."""
    carried_kw, left_kw = np.zeros(offered_kw.shape), np.maximum(reach_kw, 0.0)
    for index in sorted(range(len(products)), key=lambda one: (-products[one].hold_h, one)):
        if products[index].carried_by_work:
            carried_kw[index] = np.minimum(offered_kw[index], left_kw)
            left_kw = left_kw - carried_kw[index]
    return carried_kw
