"""What an event is credited with: energy drawn less than the baseline, and what is paid for it."""

from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


class Direction(StrEnum):
    """Whether an event asks for less or for more."""

    REDUCE = "reduce"
    ABSORB = "absorb"


class EnergyPay(StrEnum):
    """What a kWh of a reduction is paid.

    FULL_PRICE: the market's price where it reaches the net-benefits threshold, else nothing. PRICE_LESS_TARIFF: the
    market's price less the generation and transmission charge that the site did not pay, never below 0.
    """

    FULL_PRICE = "full-price"
    PRICE_LESS_TARIFF = "price-less-tariff"


def credited_kwh(
    baseline_kw: Real, metered_kw: Real, hours: Real, direction: Direction, loss_share: float
) -> Real:
    """Energy credited in each interval, kWh, never below 0, (n,); grossed up by losses.

    A reduction is what the meter stayed below the baseline, an absorption what it went above.
    """
    less = baseline_kw - metered_kw
    moved_kw = less if direction is Direction.REDUCE else -less
    return np.maximum(moved_kw, 0.0) * hours * (1.0 + loss_share)


def energy_payment(
    credit_kwh: Real,
    price_per_mwh: Real,
    pay: EnergyPay,
    threshold_per_mwh: float = -np.inf,
    tariff_per_mwh: float = 0.0,
) -> float:
    """Money for the energy of an event. threshold_per_mwh: of the net-benefits test."""
    if pay is EnergyPay.PRICE_LESS_TARIFF:
        paid_per_mwh = np.maximum(price_per_mwh - tariff_per_mwh, 0.0)
    else:
        paid_per_mwh = np.where(price_per_mwh >= threshold_per_mwh, price_per_mwh, 0.0)
    return float((cost_per_kwh(1.0) * paid_per_mwh * credit_kwh).sum())


def delivered_share(credit_kwh: Real, hours: Real, committed_kw: float) -> float:
    """Mean power credited as a share of what was promised. committed_kw: above 0."""
    return float(credit_kwh.sum() / hours.sum()) / committed_kw


def capacity_payment(
    committed_kw: float,
    price_per_kw: float,
    share: float,
    band: tuple[float, float] = (0.90, 1.10),
) -> float:
    """Money for capacity that an event tested: all of it from the lower edge of the band on, below it by the share.

    Nothing is paid for more than was promised; what was delivered above the band is only reported. The form below
    the band is assumed: programmes differ.
    """
    paid_share = 1.0 if share >= band[0] else max(share, 0.0)
    return committed_kw * price_per_kw * paid_share


def relative_rmse(baseline_kw: Real, metered_kw: Real) -> float:
    """Root mean square of the error as a share of the mean load."""
    return float(np.sqrt(((baseline_kw - metered_kw) ** 2).mean()) / metered_kw.mean())
