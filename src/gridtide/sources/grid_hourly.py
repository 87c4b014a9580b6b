"""Hourly price, average carbon intensity and weather of 17 zones, 2020 to 2023, from one Parquet file.

The set was redistributed by HewlettPackard/sustain-cluster (MIT copy); carbon from Electricity Maps,
weather reanalysis from Open-Meteo, prices from the market operators. Stamps are interval starts in UTC.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.sources import Steps, Table, aware_s, kept, numbers, open_table, steps_of, words
from gridtide.timeline import epoch_s, instant

NAME_MAP = {
    "time_utc": "time",
    "zone": "zone",
    "price_currency": "currency",
    "price_local_per_mwh": "price",
    "ci_direct_g_per_kwh": "carbon_direct",
    "ci_lifecycle_g_per_kwh": "carbon_lifecycle",
    "ci_estimated": "estimated",
    "temp_c": "temperature",
    "rel_humidity_pct": "humidity",
    "cloud_pct": "cloud",
    "wind10m_m_per_s": "wind_speed",
}
TARIFF_ZONES = frozenset({"ZA"})
"""Zones whose price column is a published tariff and not the outcome of a market."""

LIMITS = {
    "price": (-10_000.0, 400_000.0),
    "carbon_direct": (0.0, 1_500.0),
    "carbon_lifecycle": (0.0, 1_500.0),
    "temperature": (-60.0, 60.0),
    "humidity": (0.0, 100.0),
    "cloud": (0.0, 100.0),
    "wind_speed": (0.0, 100.0),
}
"""Inclusive physical limits of each column in the file's own units."""

HOUR_S = 3600.0


@dataclass(frozen=True, kw_only=True)
class GridHourly:
    """One zone of the hourly set, whole or within [start, end).

    carbon: which average intensity is read, of the power stations' chimneys (`direct`) or of the whole
    life of plant and fuel (`lifecycle`). Neither is marginal.
    """

    path: Path
    zone: str
    carbon: Literal["direct", "lifecycle"]
    start: datetime | None = None
    end: datetime | None = None

    def read(self) -> tuple[Signal, ...]:
        """Price, carbon and weather as far as the zone has them, NaN in empty hours.

        A quantity with no value in the whole period is left out. Raises BadInput with every fault.
        """
        refuse_if_any(self._setting_faults())
        table = open_table(self.path, NAME_MAP)
        zones = words(table, "zone")
        refuse_if_any(self._zone_faults(table, zones))
        table = kept(table, zones == self.zone)
        faults: list[Finding] = []
        starts_s = aware_s(table, "time", faults)
        columns = {
            name: numbers(table, name, faults, least=least, most=most, unknown=True)
            for name, (least, most) in LIMITS.items()
        }
        estimated = np.isin(np.char.lower(words(table, "estimated")), ("true", "1"))
        refuse_if_any(faults)
        within = self._within(starts_s)
        refuse_if_any(self._period_faults(starts_s, within))
        part = kept(table, within)
        cut = {name: column[within] for name, column in columns.items()}
        steps = steps_of(part, starts_s[within], np.full(len(part), HOUR_S), cut)
        return self._signals(part, steps, cut, estimated[within])

    def _signals(
        self,
        table: Table,
        steps: Steps,
        columns: dict[str, NDArray[np.float64]],
        estimated: NDArray[np.bool_],
    ) -> tuple[Signal, ...]:
        currencies = sorted({str(word) for word in words(table, "currency")} - {""})
        known = {name for name, column in columns.items() if not np.isnan(column).all()}
        refuse_if_any(_currency_faults(table, currencies) if "price" in known else ())
        is_tariff = self.zone in TARIFF_ZONES
        quantities = (
            ("price", Kind.PRICE, 1.0),
            (f"carbon_{self.carbon}", Kind.CARBON_AVERAGE, 1.0),
            ("temperature", Kind.TEMPERATURE, 1.0),
            ("humidity", Kind.HUMIDITY, 0.01),
            ("cloud", Kind.CLOUD, 0.01),
            ("wind_speed", Kind.WIND_SPEED, 1.0),
        )
        return tuple(
            Signal(
                kind=kind,
                zone=self.zone,
                timeline=steps.timeline,
                values=steps.values(columns[name]) * scale,
                source=f"{Path(self.path).name} {self.zone} {name}",
                currency=currencies[0] if kind is Kind.PRICE else None,
                nature=Nature.TARIFF if is_tariff and kind is Kind.PRICE else Nature.ACTUAL,
                notes=steps.notes + self._notes(kind, estimated, columns[f"carbon_{self.carbon}"]),
            )
            for name, kind, scale in quantities
            if name in known
        )

    def _notes(
        self, kind: Kind, estimated: NDArray[np.bool_], carbon: NDArray[np.float64]
    ) -> tuple[str, ...]:
        if kind is Kind.PRICE and self.zone in TARIFF_ZONES:
            return ("a published tariff, not the price of a market",)
        if kind is not Kind.CARBON_AVERAGE:
            return ()
        share = float(estimated.sum() / (~np.isnan(carbon)).sum())
        notes = (f"average {self.carbon} intensity of the zone, not marginal",)
        if not share:
            return notes
        return (*notes, f"{share:.1%} of the hours were estimated by the publisher")

    def _within(self, starts_s: NDArray[np.float64]) -> NDArray[np.bool_]:
        within = np.ones(len(starts_s), dtype=np.bool_)
        if self.start is not None:
            within &= starts_s >= epoch_s(self.start)
        if self.end is not None:
            within &= starts_s + HOUR_S <= epoch_s(self.end)
        return within

    def _setting_faults(self) -> list[Finding]:
        faults = [
            Finding(
                subject=f"{name} of {self.path}",
                value=f"{moment} has no time zone or lies between two seconds",
                limit="an aware time of whole seconds",
                mend="Write it as 2026-11-22T09:00:00+00:00.",
            )
            for name, moment in (("start", self.start), ("end", self.end))
            if moment is not None and (moment.tzinfo is None or moment.microsecond)
        ]
        if self.carbon not in ("direct", "lifecycle"):
            faults.append(
                Finding(
                    subject=f"carbon of {self.path}",
                    value=repr(self.carbon),
                    limit="direct or lifecycle",
                    mend="Choose one of the two average intensities; the file has no marginal one.",
                )
            )
        return faults

    def _zone_faults(self, table: Table, zones: NDArray[np.str_]) -> list[Finding]:
        there = sorted(set(zones.tolist()))
        if self.zone in there:
            return []
        return [
            Finding(
                subject=table.source,
                value=f"has no zone {self.zone}",
                limit="a zone of the file",
                mend=f"It has {', '.join(there[:40])}.",
            )
        ]

    def _period_faults(
        self, starts_s: NDArray[np.float64], within: NDArray[np.bool_]
    ) -> list[Finding]:
        if within.any():
            return []
        first, last = instant(int(starts_s.min())), instant(int(starts_s.max() + HOUR_S))
        return [
            Finding(
                subject=f"{self.path} {self.zone}",
                value=f"has no hour between {self.start} and {self.end}",
                limit=f"a period from {first} to {last}",
                mend="Choose a period inside it.",
            )
        ]


def _currency_faults(table: Table, currencies: list[str]) -> list[Finding]:
    if len(currencies) == 1:
        return []
    return [
        Finding(
            subject=f"{table.source} price_currency",
            value=f"{len(currencies)} currencies: {', '.join(currencies) or 'none'}",
            limit="one currency for a zone",
            mend="Convert the prices to one currency first.",
        )
    ]
