"""Which days of a year a market is cleared for."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding
from gridtide.grid.system_year import SystemYear
from gridtide.invest.market.system import DAY

Real = NDArray[np.float64]
STRETCHES = 4
LONG = 2


def days_asked(text: str, days: int) -> tuple[int, ...]:
    """Days counted from 1, rising, of `15,190-196`. Raises BadInput with every part that is none of the year's."""
    found: set[int] = set()
    faults: list[Finding] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdigit() and (last.isdigit() or not dash)):
            faults.append(_no_days(part.strip(), days))
            continue
        low, high = int(first), int(last or first)
        if not 1 <= low <= high <= days:
            faults.append(_no_days(part.strip(), days))
        else:
            found |= set(range(low, high + 1))
    if faults:
        raise BadInput(faults)
    return tuple(sorted(found))


def _no_days(part: str, days: int) -> Finding:
    return Finding(
        subject="--days",
        value=f"{part or 'nothing'} is no day or range of days",
        limit=f"days from 1 to {days:,}, as 15,190-196",
        mend="Count days from the first of the year.",
    )


def telling_days(year: SystemYear) -> tuple[int, ...]:
    """Stretches of LONG days: one around the highest load less what weather gives, the others each a part of the year
    further on; all days where the year is no longer than they are."""
    days = len(year) // DAY
    if days <= STRETCHES * LONG:
        return tuple(range(1, days + 1))
    net_kw = year.load_kw.sum(axis=1) - np.nansum(year.available_kw, axis=1)
    peak = int(net_kw[: days * DAY].argmax()) // DAY
    return tuple(sorted(set(_spread(peak, days))))


def _spread(peak: int, days: int) -> Iterator[int]:
    for turn in range(STRETCHES):
        first = (peak - LONG // 2 + turn * days // STRETCHES) % days
        for one in range(LONG):
            yield (first + one) % days + 1
