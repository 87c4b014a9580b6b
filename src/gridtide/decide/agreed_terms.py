"""What physical agreements on energy deliver to sites, and what is lost where nobody draws it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.reading import series
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.fleet.agreement import Ppa
from gridtide.signals.signal import Kind
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class AgreedTerms:
    """S sites over T steps. delivered_kw: by agreements whose surplus earns less than the market's price, 0 elsewhere.
    lost_per_kwh: money for a kWh of it that nobody draws. not_bought_kw: what agreements deliver to sites that buy
    positions, which is taken off them, 0 elsewhere. (S, T) each."""

    delivered_kw: Real
    lost_per_kwh: Real
    not_bought_kw: Real

    def __post_init__(self) -> None:
        freeze(self, delivered_kw=np.float64, lost_per_kwh=np.float64, not_bought_kw=np.float64)


def agreed_terms(situation: Situation, price_per_mwh: Real) -> AgreedTerms:
    """Agreements over the situation's horizon; a plant's output as it is forecast. price_per_mwh: of markets, (S, T).

    A contract for difference, and a surplus that is sold on at the market's price, change no decision: what is drawn
    costs the same with and without them. Raises BadInput where the series of an output is missing.
    """
    sites = situation.fleet.sites
    delivered_kw = np.zeros((len(sites), len(situation.horizon)))
    share = np.asarray([site.contract.resale_price_share for site in sites])
    for index, site in enumerate(sites):
        for ppa in site.contract.taken_or_lost:
            delivered_kw[index] += agreed_kw(situation, ppa)
    lost_per_mwh = (1.0 - share)[:, None] * np.maximum(price_per_mwh, 0.0)
    return AgreedTerms(
        delivered_kw=delivered_kw,
        lost_per_kwh=np.where(delivered_kw > 0.0, cost_per_kwh(1.0) * lost_per_mwh, 0.0),
        not_bought_kw=not_bought_kw(situation),
    )


def not_bought_kw(situation: Situation) -> Real:
    """What physical agreements are expected to deliver to sites that buy positions a day ahead, (S, T), kW; 0 at
    others, and in hours of negative day-ahead prices of agreements that leave those out."""
    sites = situation.fleet.sites
    found = np.zeros((len(sites), len(situation.horizon)))
    for index, site in enumerate(sites):
        for ppa in site.contract.not_bought:
            kw = agreed_kw(situation, ppa)
            if not ppa.below_zero:
                kw = np.where(series(situation, Kind.PRICE, site.zone) < 0.0, 0.0, kw)
            found[index] += kw
    return found


def agreed_kw(situation: Situation, ppa: Ppa) -> Real:
    """Power of an agreement over the horizon, (T,)."""
    if ppa.output is None:
        return np.full(len(situation.horizon), ppa.baseload_kw)
    return ppa.share * series(situation, Kind(ppa.output), ppa.output_zone)
