"""Spot price and demand of a region of the Australian National Electricity Market (AEMO).

Two layouts: the vendor's monthly `PRICE_AND_DEMAND_….csv` and a Parquet copy. Both stamp the **end** of
the interval, on market time, which is UTC+10 all year. The interval shrank from 30 to 5 minutes with the
trading interval that ends at 00:05 on 1 October 2021.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.signal import Kind, Signal
from gridtide.sources import (
    Steps,
    Table,
    aware_s,
    faults_of_rows,
    kept,
    local_s,
    numbers,
    open_table,
    steps_of,
    words,
)
from gridtide.timeline import epoch_s
from gridtide.units import kw_of_megawatts

NAME_MAP = {
    "time_end_utc": "end_time",
    "SETTLEMENTDATE": "market_end_time",
    "price_aud_per_mwh": "price",
    "RRP": "price",
    "demand_mw": "demand",
    "TOTALDEMAND": "demand",
    "interval_min": "interval",
    "REGION": "region",
    "PERIODTYPE": "period",
}
OPTIONAL = frozenset({"end_time", "market_end_time", "interval", "region", "period"})

ZONES = {"SA1": "AU-SA", "NSW1": "AU-NSW", "VIC1": "AU-VIC", "QLD1": "AU-QLD", "TAS1": "AU-TAS"}

MARKET_ZONE = "Etc/GMT-10"
MARKET_TIME = "%Y/%m/%d %H:%M:%S"
FIVE_MINUTES_FROM = datetime(2021, 9, 30, 14, 0, tzinfo=UTC)

PRICE_FLOOR_PER_MWH = -1_000.0
PRICE_CAPS_PER_MWH = (
    (datetime(1998, 12, 12, tzinfo=UTC), 14_500.0),
    (datetime(2019, 6, 30, 14, tzinfo=UTC), 14_700.0),
    (datetime(2020, 6, 30, 14, tzinfo=UTC), 15_000.0),
    (datetime(2021, 6, 30, 14, tzinfo=UTC), 15_100.0),
    (datetime(2022, 6, 30, 14, tzinfo=UTC), 15_500.0),
    (datetime(2023, 6, 30, 14, tzinfo=UTC), 16_600.0),
    (datetime(2024, 6, 30, 14, tzinfo=UTC), 17_500.0),
    (datetime(2025, 6, 30, 14, tzinfo=UTC), 20_300.0),
)
"""Highest price allowed from an instant on, AUD/MWh (AEMC reliability settings by financial year; those
of 2018 to 2023 except 2020 are the highest prices met in real data, the others are [unverified], years
before 2018 had lower caps)."""

MOST_DEMAND = 1_000_000.0


@dataclass(frozen=True, kw_only=True)
class AemoPrice:
    """One region of an AEMO price and demand file.

    region: AEMO's own code (SA1). price_floor_per_mwh, price_caps_per_mwh: what the market allows, the
    caps as (first instant, AUD/MWh) in order; a price at floor or cap is valid, one beyond is a fault.
    """

    path: Path
    region: str
    price_floor_per_mwh: float = PRICE_FLOOR_PER_MWH
    price_caps_per_mwh: tuple[tuple[datetime, float], ...] = PRICE_CAPS_PER_MWH

    def read(self) -> tuple[Signal, ...]:
        """Price in AUD and demand (below 0 where rooftops feed back), each 30 and 5 minutes as given.

        Raises BadInput with every fault found.
        """
        refuse_if_any(self._setting_faults())
        table = open_table(self.path, NAME_MAP, optional=OPTIONAL)
        table = self._region_of(table)
        faults: list[Finding] = []
        ends_s = _ends_s(table, faults)
        lengths_s = _lengths_s(table, ends_s, faults)
        price = numbers(table, "price", faults)
        demand = numbers(table, "demand", faults, least=-MOST_DEMAND, most=MOST_DEMAND)
        refuse_if_any(faults)
        beyond = (price < self.price_floor_per_mwh) | (price > self._caps(ends_s - lengths_s))
        limit = f"a price from {self.price_floor_per_mwh:,g} to the cap of its year"
        mend = "Correct it, or give the right price_caps_per_mwh."
        refuse_if_any(faults_of_rows(table, "price", beyond, limit, mend))
        steps = steps_of(table, ends_s - lengths_s, lengths_s, {"price": price, "demand": demand})
        return self._signals(steps, price, kw_of_megawatts(1.0) * demand)

    def _signals(
        self, steps: Steps, price: NDArray[np.float64], demand_kw: NDArray[np.float64]
    ) -> tuple[Signal, ...]:
        zone = ZONES[self.region]
        name = f"{Path(self.path).name} {self.region}"
        below = int((price < 0).sum())
        notes = (*steps.notes, f"{below / len(price):.1%} of the rows have a negative price")
        return (
            Signal(
                kind=Kind.PRICE,
                zone=zone,
                timeline=steps.timeline,
                values=steps.values(price),
                source=f"{name} price",
                currency="AUD",
                notes=notes,
            ),
            Signal(
                kind=Kind.DEMAND,
                zone=zone,
                timeline=steps.timeline,
                values=steps.values(demand_kw),
                source=f"{name} demand",
                notes=steps.notes,
            ),
        )

    def _caps(self, starts_s: NDArray[np.float64]) -> NDArray[np.float64]:
        """The cap that holds at each instant; without limit before the first one."""
        since_s = np.asarray([epoch_s(since) for since, _ in self.price_caps_per_mwh])
        caps = np.asarray([np.inf, *(cap for _, cap in self.price_caps_per_mwh)])
        return caps[np.searchsorted(since_s, starts_s, side="right")]

    def _region_of(self, table: Table) -> Table:
        if "region" not in table.frame.columns:
            return table
        regions = words(table, "region")
        there = sorted(set(regions.tolist()))
        if self.region not in there:
            refuse_if_any(
                [
                    Finding(
                        subject=table.source,
                        value=f"has no region {self.region}",
                        limit="a region of the file",
                        mend=f"It has {', '.join(there[:10])}.",
                    )
                ]
            )
        return kept(table, regions == self.region)

    def _setting_faults(self) -> list[Finding]:
        if self.region in ZONES:
            return []
        return [
            Finding(
                subject=f"region of {self.path}",
                value=repr(self.region),
                limit=f"one of {', '.join(sorted(ZONES))}",
                mend="Write AEMO's own code.",
            )
        ]


def _ends_s(table: Table, faults: list[Finding]) -> NDArray[np.float64]:
    if "end_time" in table.frame.columns:
        return aware_s(table, "end_time", faults)
    if "market_end_time" in table.frame.columns:
        return local_s(table, "market_end_time", faults, zone=MARKET_ZONE, form=MARKET_TIME)
    faults.append(
        Finding(
            subject=table.source,
            value="has no column SETTLEMENTDATE or time_end_utc",
            limit="one of them",
            mend="Give an AEMO PRICE_AND_DEMAND file.",
        )
    )
    return np.full(len(table), np.nan)


def _lengths_s(
    table: Table, ends_s: NDArray[np.float64], faults: list[Finding]
) -> NDArray[np.float64]:
    if "interval" in table.frame.columns:
        return 60.0 * numbers(table, "interval", faults, least=1.0, most=1_440.0)
    return np.where(ends_s > epoch_s(FIVE_MINUTES_FROM), 300.0, 1_800.0)
