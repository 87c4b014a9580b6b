"""What sites have said they would draw, and what it costs to draw something else."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.agreed_terms import not_bought_kw
from gridtide.decide.call_answer import answers_of
from gridtide.decide.excused import excused
from gridtide.decide.situation import Commitment, Situation
from gridtide.digest import freeze
from gridtide.timeline import epoch_s
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class DeclaredTerms:
    """S sites over T steps. position_kw: what is to be drawn as declared, or as bought and delivered by agreements,
    NaN where nothing stands; free_kw: how much more or less is free, (S, T) each. price_per_kwh: money for a kWh
    beyond that, (S,)."""

    position_kw: Real
    free_kw: Real
    price_per_kwh: Real

    def __post_init__(self) -> None:
        freeze(self, position_kw=np.float64, free_kw=np.float64, price_per_kwh=np.float64)


def declared_terms(situation: Situation) -> DeclaredTerms:
    """The positions that stand over the situation's horizon, at sites that pay for leaving them and that no call of
    the grid excuses."""
    sites, horizon = situation.fleet.sites, situation.horizon
    position_kw = np.full((len(sites), len(horizon)), np.nan)
    row = {
        site.name: index
        for index, site in enumerate(sites)
        if site.contract.deviation_price_per_mwh > 0.0
    }
    for one in situation.commitments:
        if isinstance(one, Commitment) and one.site in row:
            inside = (horizon.starts_s >= epoch_s(one.start)) & (horizon.ends_s <= epoch_s(one.end))
            position_kw[row[one.site], inside] = one.position_kw
    answers = answers_of(situation.commitments)
    for name, index in row.items():
        position_kw[index, excused(name, situation.events, answers, horizon)] = np.nan
    contracts = [site.contract for site in sites]
    price = np.asarray([one.deviation_price_per_mwh for one in contracts], dtype=np.float64)
    free = np.asarray([one.deviation_free_share for one in contracts], dtype=np.float64)
    return DeclaredTerms(
        position_kw=position_kw + not_bought_kw(situation),
        free_kw=free[:, None] * np.abs(position_kw),
        price_per_kwh=cost_per_kwh(1.0) * price,
    )
