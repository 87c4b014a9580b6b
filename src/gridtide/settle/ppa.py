"""Power purchase agreements: delivered or only settled, for what is produced or for a flat band."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


class Delivery(StrEnum):
    """PHYSICAL: the energy itself is bought at the strike, only the rest at the market. VIRTUAL: a contract for
    difference beside the site's own bill."""

    PHYSICAL = "physical"
    VIRTUAL = "virtual"


class Volume(StrEnum):
    """PAY_AS_PRODUCED: a share of what the plant makes. BASELOAD: a flat power, whatever it makes."""

    PAY_AS_PRODUCED = "pay-as-produced"
    BASELOAD = "baseload"


@dataclass(frozen=True, kw_only=True)
class Ppa:
    """share: of the plant, when paid as produced. baseload_kw: of a band. below_zero: whether hours of negative prices
    are settled too."""

    delivery: Delivery
    volume: Volume
    strike_per_mwh: float
    share: float = 1.0
    baseload_kw: float = 0.0
    below_zero: bool = True


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
