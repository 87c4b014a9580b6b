"""A menu of prices by how long a user waits: what waiting saves is shared, and today's revenue is kept.

Acceptance: multinomial logit around today's shares, so that at equal prices users stay where they are. Its
sensitivity is assumed until somebody measures it. Reference: McFadden, "Conditional logit analysis of qualitative
choice behavior" (1974).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Real = NDArray[np.float64]
PRIOR_SHARE = 0.05
"""Of the work, spread evenly over all tiers: nobody could choose one that was not for sale. Assumed."""
NEUTRAL = 1e-6
"""Money for a unit below this is none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PriceMenu:
    """Tiers from now to the latest, (N,) each; prices and costs in money for one unit.

    marginal: cost of one unit more. price: of each tier. today: share of the work in each at today's one price.
    accepted: share that chooses each at these prices. revenue, revenue_today: for one unit. cost_change: what serving
    the accepted shares instead of today's costs, for one unit.
    """

    marginal: Real
    price: Real
    today: Real
    accepted: Real
    revenue: float
    revenue_today: float
    cost_change: float

    @property
    def is_neutral(self) -> bool:
        """Whether the menu earns what one price earns today."""
        return abs(self.revenue - self.revenue_today) <= NEUTRAL * max(abs(self.revenue_today), 1.0)


def price_menu(
    marginal: Real, today: Real, flat_price: float, passed_on: float, sensitivity: float
) -> PriceMenu:
    """The price of a tier is that of now, less the share `passed_on` of what its waiting saves.

    marginal: of tiers from now to the latest, never rising. today: work in each, any unit. flat_price: what a unit
    earns today. sensitivity: a tier that costs a tenth of the flat price less is chosen exp(sensitivity / 10) times as
    often. The price of now is solved so that the menu earns what the flat price does. Raises ValueError where a later
    tier costs more.
    """
    if (np.diff(marginal) > NEUTRAL * max(abs(float(marginal[0])), 1.0)).any():
        raise ValueError("a later tier costs more than an earlier one")
    marginal = np.minimum.accumulate(marginal)
    discount = passed_on * (marginal[0] - marginal)
    shares = today_shares(today)
    scale = flat_price if flat_price > NEUTRAL else max(float(marginal[0]), 1.0)
    drawn = shares * np.exp(sensitivity * (discount - discount.max()) / scale)
    accepted = drawn / drawn.sum()
    price = flat_price + float(accepted @ discount) - discount
    return PriceMenu(
        marginal=marginal,
        price=price,
        today=shares,
        accepted=accepted,
        revenue=float(accepted @ price),
        revenue_today=flat_price,
        cost_change=float((accepted - shares) @ marginal),
    )


def today_shares(today: Real) -> Real:
    """Shares of work by tier, a little of it in each."""
    total = float(today.sum())
    even = np.full(len(today), 1.0 / len(today))
    if total <= 0:
        return even
    return np.asarray((1.0 - PRIOR_SHARE) * today / total + PRIOR_SHARE * even)
