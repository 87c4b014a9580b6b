"""Power of a meter minute by minute, as the Phoenix field demonstration published it or from one's own meter.

Reference: ai-emerald/emerald-ai-demo-may-2025, data/SRP_total_power.csv, CAISOexp_totalpower_cleaned.csv, Apache-2.0.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding, refuse_if_any
from gridtide.sources import faults_of_rows, numbers, open_table, words
from gridtide.units import kw_of_w

NAME_MAP = {
    "timestamp": "time",
    "time": "time",
    "total": "power_w",
    "power_w": "power_w",
    "power_kw": "power_kw",
}
CLOCK = re.compile(r"(?:^|[ T])(\d{1,2}):(\d{2})")
POWER_MOST = 1e10
DAY_MIN = 1440


@dataclass(frozen=True, kw_only=True, eq=False)
class MinutePower:
    """first_min: minute of the local day of the first row; power_kw: one value a minute from there on, (minutes,)."""

    first_min: int
    power_kw: NDArray[np.float64]

    def __post_init__(self) -> None:
        freeze(self, power_kw=np.float64)


@dataclass(frozen=True, kw_only=True)
class MinutePowerTable:
    """A table of minutes, one after the other."""

    path: Path

    def read(self) -> MinutePower:
        """What the meter showed. Raises BadInput with every fault found: a time that is none, a minute that lacks."""
        table = open_table(self.path, NAME_MAP, optional=frozenset(("power_w", "power_kw")))
        columns = [name for name in ("power_w", "power_kw") if name in table.frame.columns]
        if len(columns) != 1:
            refuse_if_any([Finding(
                subject=table.source, value=f"has {' and '.join(columns) or 'no power'}",
                limit="one column total or power_w in W, or power_kw", mend="Keep or name one.",
            )])  # fmt: skip
        faults: list[Finding] = []
        power = numbers(table, columns[0], faults, least=0.0, most=POWER_MOST)
        minute = np.array([_minute_of(text) for text in words(table, "time").tolist()])
        faults += faults_of_rows(
            table,
            "time",
            minute < 0,
            "a time of the day, such as 16:20",
            "Write hours and minutes.",
        )
        follows = np.concatenate([[True], (np.diff(minute) - 1) % DAY_MIN == 0])
        faults += faults_of_rows(
            table, "time", ~follows & (minute >= 0), "the minute after the row before it",
            "Give every minute once, in order.",
        )  # fmt: skip
        refuse_if_any(faults)
        kw = kw_of_w(1.0) * power if columns[0] == "power_w" else power
        return MinutePower(first_min=int(minute[0]), power_kw=kw)


def _minute_of(text: str) -> int:
    found = CLOCK.search(text)
    if found is None or int(found[1]) > 23 or int(found[2]) > 59:
        return -1
    return 60 * int(found[1]) + int(found[2])
