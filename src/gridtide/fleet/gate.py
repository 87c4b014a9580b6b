"""When the day-ahead gate of a step closes: so many hours before it, or at an hour of the day before."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.contract import Contract
from gridtide.timeline import instant

Whole = NDArray[np.int64]


def gate_closes_s(contract: Contract, clock: str, starts_s: Whole) -> Whole:
    """Second at which what is bought for each step can change no more, (n,). clock: IANA zone of the market's days."""
    if contract.gate_hour is None:
        return np.asarray(starts_s - round(3600 * contract.gate_closure_h), dtype=np.int64)
    zone = ZoneInfo(clock)
    found = np.zeros(len(starts_s), dtype=np.int64)
    closes_s: dict[int, int] = {}
    for index, start_s in enumerate(starts_s):
        day = instant(int(start_s)).astimezone(zone).date() - timedelta(days=1)
        if day.toordinal() not in closes_s:
            midnight = datetime(day.year, day.month, day.day, tzinfo=zone)
            moment = midnight + timedelta(hours=contract.gate_hour)
            closes_s[day.toordinal()] = round(moment.timestamp())
        found[index] = closes_s[day.toordinal()]
    return found
