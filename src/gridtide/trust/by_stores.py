"""What stores do under a dispatch, in energy and money: what a person who approves it wants to know."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.facts import seen_prices_per_mwh
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput
from gridtide.trust.said import Said, say
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
LEAST_KWH = 1.0


@dataclass(frozen=True, kw_only=True)
class ByStores:
    """Beside the standing orders, over all sites and the whole horizon, as if all came from and went to the grid.

    taken_kwh, given_kwh: at the stores' meters; hours: of the horizon. saved: energy at the prices that decisions see,
    less wear; given_worth: of it what is given, both in money. NaN where a price is not known.
    """

    taken_kwh: float
    given_kwh: float
    hours: float
    saved: float
    given_worth: float

    @property
    def nothing(self) -> bool:
        """Whether stores do what they would do anyway."""
        return max(abs(self.taken_kwh), abs(self.given_kwh)) < LEAST_KWH


def by_stores(dispatch: Dispatch, standing: Dispatch, situation: Situation) -> ByStores:
    """What stores take in and give out other than under the standing orders, and what that is expected to bring: over
    the steps of the orders whose prices the situation has."""
    steps, own = dispatch.placement.horizon, situation.horizon
    at = np.searchsorted(own.edges_s, steps.starts_s, side="right") - 1
    seen = (at >= 0) & (at < len(own))
    hours, at = steps.hours[seen], at[seen]
    taken_kwh = (dispatch.charge_kw - standing.charge_kw)[:, seen] * hours
    given_kwh = (dispatch.discharge_kw - standing.discharge_kw)[:, seen] * hours
    batteries = [site.battery for site in situation.fleet.sites]
    wear = np.asarray([one.wear_cost_per_kwh if one else 0.0 for one in batteries])
    less_kwh = given_kwh - taken_kwh
    per_kwh = cost_per_kwh(1.0) * _prices_per_mwh(situation)[:, at]
    return ByStores(
        taken_kwh=float(taken_kwh.sum()),
        given_kwh=float(given_kwh.sum()),
        hours=float(hours.sum()),
        saved=float((less_kwh * per_kwh).sum() - (given_kwh.sum(axis=1) * wear).sum()),
        given_worth=float((given_kwh * per_kwh).sum()),
    )


def because_of(stores: ByStores) -> list[Said]:
    """What they do, in a sentence; nothing of stores that do what they would do anyway."""
    if stores.nothing:
        return []
    figures = {"taken": stores.taken_kwh, "given": stores.given_kwh, "hours": stores.hours}
    return [say("stores_move", **{name: f"{one:,.0f}" for name, one in figures.items()})]


def _prices_per_mwh(situation: Situation) -> Real:
    """What a kWh costs at each site, (S, T), as decisions see it; NaN where it is not known."""
    try:
        return seen_prices_per_mwh(situation)
    except BadInput:
        return np.full((len(situation.fleet.sites), len(situation.horizon)), np.nan)
