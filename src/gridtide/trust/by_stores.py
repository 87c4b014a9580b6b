"""What stores do under a dispatch, in energy and money: what a person who approves it wants to know."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.facts import seen_prices_per_mwh
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput
from gridtide.fleet.fleet import Fleet
from gridtide.trust.said import Said, say
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
LEAST_KWH = 1.0
LEAST_H = 1e-9


@dataclass(frozen=True, kw_only=True)
class ByStores:
    """Beside the standing orders, over all sites and the whole horizon, as if all came from and went to the grid.

    taken_kwh, given_kwh: at the stores' meters; hours: of the horizon. saved: energy at the prices that decisions see,
    and what stores hold more at the end at the mean of these, less wear; given_worth: of it what is given; in money.
    NaN where a price is not known.
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
    kept_kwh, wear = kept_and_worn(taken_kwh.sum(axis=1), given_kwh.sum(axis=1), situation.fleet)
    per_kwh = cost_per_kwh(1.0) * _prices_per_mwh(situation)[:, at]
    mean_per_kwh = (per_kwh * hours).sum(axis=1) / max(hours.sum(), LEAST_H)
    paid = ((given_kwh - taken_kwh) * per_kwh).sum() + (kept_kwh * mean_per_kwh).sum()
    return ByStores(
        taken_kwh=float(taken_kwh.sum()),
        given_kwh=float(given_kwh.sum()),
        hours=float(hours.sum()),
        saved=float(paid) - wear,
        given_worth=float((given_kwh * per_kwh).sum()),
    )


def kept_and_worn(taken_kwh: Real, given_kwh: Real, fleet: Fleet) -> tuple[Real, float]:
    """What stores hold more at the end, (S,), kWh, and money for what they wear more, where they take in and give so
    much more, (S,), kWh at their meters."""
    kept_kwh, wear = np.zeros(len(taken_kwh)), 0.0
    for number, site in enumerate(fleet.sites):
        if (own := site.battery) is not None:
            kept_kwh[number] = (
                taken_kwh[number] * own.charge_efficiency
                - given_kwh[number] / own.discharge_efficiency
            )
            wear += float(given_kwh[number]) * own.wear_cost_per_kwh
    return kept_kwh, wear


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
