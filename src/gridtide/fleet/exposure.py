"""Which price a decision sees: what one more kilowatt-hour will really change on the bill."""

from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Contract, Exposure, tariff_price_per_mwh
from gridtide.fleet.gate import gate_closes_s
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]


def seen_price_per_mwh(
    contract: Contract,
    timeline: Timeline,
    as_of: datetime,
    clock: str,
    price_per_mwh: Real,
    real_time_price_per_mwh: Real,
) -> Real:
    """Marginal price of import over a timeline, (T,).

    Fixed and tariff contracts see their own price. Index and contract for difference see the market:
    the difference is paid on a volume that no decision changes. Under two-settlement a step whose
    day-ahead gate has closed sees the real-time price, a later one the day-ahead price.
    """
    if contract.exposure is Exposure.FIXED:
        return np.full(len(timeline), contract.fixed_price_per_mwh)
    if contract.exposure is Exposure.TIME_OF_USE:
        local = timeline.local_times(clock)
        weekday = np.asarray([moment.weekday() for moment in local])
        hour = np.asarray([moment.hour + moment.minute / 60.0 for moment in local])
        return tariff_price_per_mwh(contract.bands, weekday, hour)
    if contract.exposure is Exposure.TWO_SETTLEMENT:
        closed = gate_closes_s(contract, clock, timeline.starts_s) < epoch_s(as_of)
        return np.where(closed, real_time_price_per_mwh, price_per_mwh)
    return price_per_mwh
