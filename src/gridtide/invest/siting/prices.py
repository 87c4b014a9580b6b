"""What electricity costs at a place: how high, how restless, and what work pays that may wait."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.invest.siting.account import PlaceAccount
from gridtide.invest.siting.hours import steering_of, unit_hours
from gridtide.invest.siting.place import Place, PlaceYear
from gridtide.invest.siting.question import Siting

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class PriceFigures:
    """A year of market price, per MWh. deviation_per_mwh: standard deviation over all hours; day_span_per_mwh: mean of
    highest less lowest of a day. paid_even_per_mwh, paid_moved_per_mwh: at the meter by all work, run evenly and with
    its flexible share moved. captured: share of the even price that moving saves; None where that is not above 0."""

    mean_per_mwh: float
    least_per_mwh: float
    most_per_mwh: float
    negative_h: int
    deviation_per_mwh: float
    day_span_per_mwh: float
    paid_even_per_mwh: float
    paid_moved_per_mwh: float
    captured: float | None


def price_figures(siting: Siting, account: PlaceAccount, year: PlaceYear) -> PriceFigures:
    """The price of a year as it is, and as the work of an account feels it."""
    price = year.price_per_mwh
    days = price[: len(price) // 24 * 24].reshape(-1, 24)
    even, moved = (_paid(siting, account, year, way) for way in (False, True))
    return PriceFigures(
        mean_per_mwh=float(price.mean()),
        least_per_mwh=float(price.min()),
        most_per_mwh=float(price.max()),
        negative_h=int((price < 0.0).sum()),
        deviation_per_mwh=float(price.std()),
        day_span_per_mwh=float((days.max(axis=1) - days.min(axis=1)).mean()),
        paid_even_per_mwh=even,
        paid_moved_per_mwh=moved,
        captured=1.0 - moved / even if even > 0.0 else None,
    )


def _paid(siting: Siting, account: PlaceAccount, year: PlaceYear, moved: bool) -> float:
    """Mean price of what the work draws, weighted by what it draws."""
    place: Place = account.place
    steering = steering_of(siting, place)
    drawn: Real = np.zeros(len(year))
    for work, power in account.mix:
        drawn = drawn + power * unit_hours(year, place.cooling, work, steering, moved).facility_kw
    return float((drawn * year.price_per_mwh).sum() / drawn.sum())
