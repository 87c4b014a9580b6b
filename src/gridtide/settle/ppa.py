"""What power purchase agreements cost: of one, and of all that a contract holds."""

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.agreement import Delivery, Ppa, Volume
from gridtide.fleet.contract import Contract, Exposure
from gridtide.settle.cost import Metered
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


def ppa_volume_kwh(ppa: Ppa, produced_kwh: Real, hours: Real, price_per_mwh: Real) -> Real:
    """Energy the agreement speaks of in each step, (T,)."""
    volume = (
        ppa.share * produced_kwh
        if ppa.volume is Volume.PAY_AS_PRODUCED
        else ppa.baseload_kw * hours
    )
    return volume if ppa.below_zero else np.where(price_per_mwh < 0.0, 0.0, volume)


def ppa_cost(
    ppa: Ppa, import_kwh: Real, produced_kwh: Real, hours: Real, price_per_mwh: Real
) -> float:
    """Money for all energy of a site under the agreement, (T,) each.

    Physical: the volume at the strike; what lacks is bought and what is too much is sold at the market. Virtual: all
    that is drawn at the market, plus strike less market on the volume. With one price both cost the same; they differ
    in who delivers, and where the market of the plant is not that of the site.
    """
    volume = ppa_volume_kwh(ppa, produced_kwh, hours, price_per_mwh)
    if ppa.delivery is Delivery.PHYSICAL:
        cost = volume * ppa.strike_per_mwh + (import_kwh - volume) * price_per_mwh
    else:
        cost = import_kwh * price_per_mwh + volume * (ppa.strike_per_mwh - price_per_mwh)
    return float((cost_per_kwh(1.0) * cost).sum())


def agreed_cost(contract: Contract, metered: Metered, produced_kwh: Real) -> float:
    """Money that a contract's agreements add to a bill at the market's price, below 0 where they save.

    produced_kwh: by the plant of each, 0 for a band, (A, T). Strike less market on every volume; and what is delivered
    and not drawn is sold on at `resale_price_share` of the market's price, which loses the rest where it is above 0.
    The market is that of what is drawn: where positions are bought, energy that is delivered need not be bought in real
    time.
    """
    paid = metered.price_per_mwh, metered.real_time_price_per_mwh
    cost = fixed_part(contract, *paid, produced_kwh, metered.hours)
    left_kwh = np.maximum(delivered_kwh(contract, metered, produced_kwh) - metered.import_kwh, 0.0)
    market = paid[1] if contract.exposure is Exposure.TWO_SETTLEMENT else paid[0]
    lost_per_mwh = (1.0 - contract.resale_price_share) * np.maximum(market, 0.0)
    return cost + float((cost_per_kwh(1.0) * lost_per_mwh * left_kwh).sum())


def fixed_part(
    contract: Contract,
    price_per_mwh: Real,
    real_time_price_per_mwh: Real,
    produced_kwh: Real,
    hours: Real,
) -> float:
    """Strike less market on the volume of every agreement, money: what nothing that is drawn changes. The market is
    real time for energy that is taken off positions."""
    found = 0.0
    for ppa, produced in zip(contract.agreements, produced_kwh, strict=True):
        volume = ppa_volume_kwh(ppa, produced, hours, price_per_mwh)
        market = real_time_price_per_mwh if ppa in contract.not_bought else price_per_mwh
        found += float((cost_per_kwh(1.0) * volume * (ppa.strike_per_mwh - market)).sum())
    return found


def to_buy_kwh(contract: Contract, metered: Metered, produced_kwh: Real) -> Real:
    """What was drawn less what agreements delivered to a site that buys positions, below 0 where more was, (T,)."""
    if not contract.not_bought:
        return metered.import_kwh
    return metered.import_kwh - delivered_kwh(contract, metered, produced_kwh)


def delivered_kwh(contract: Contract, metered: Metered, produced_kwh: Real) -> Real:
    """Energy of all physical agreements, (T,)."""
    found = np.zeros(len(metered.hours))
    for ppa, produced in zip(contract.agreements, produced_kwh, strict=True):
        if ppa.delivery is Delivery.PHYSICAL:
            found += ppa_volume_kwh(ppa, produced, metered.hours, metered.price_per_mwh)
    return found
