"""Hourly generation by fuel of a US balancing area (Form EIA-930), and the carbon intensity of its mix.

Two layouts: the vendor's six-month file `EIA930_BALANCE_…csv`, whose stamps say "at End of Hour", and a
Parquet copy (columns `wind_mw` …) whose stamp convention differs by area and must be stated.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.signal import Kind, Signal
from gridtide.sources import (
    Table,
    aware_s,
    counted,
    kept,
    local_s,
    numbers,
    open_table,
    steps_of,
    words,
)
from gridtide.units import kw_of_megawatts

NAME_MAP = {
    "time_utc": "time",
    "UTC Time at End of Hour": "end_time",
    "area": "area",
    "Balancing Authority": "area",
    "wind_mw": "wind",
    "Net Generation (MW) from Wind": "wind",
    "solar_mw": "solar",
    "Net Generation (MW) from Solar": "solar",
    "hydro_mw": "hydro",
    "Net Generation (MW) from Hydropower and Pumped Storage": "hydro",
    "oil_mw": "oil",
    "Net Generation (MW) from All Petroleum Products": "oil",
    "gas_mw": "gas",
    "Net Generation (MW) from Natural Gas": "gas",
    "coal_mw": "coal",
    "Net Generation (MW) from Coal": "coal",
    "nuclear_mw": "nuclear",
    "Net Generation (MW) from Nuclear": "nuclear",
    "other_mw": "other",
    "Net Generation (MW) from Other Fuel Sources": "other",
    "Demand (MW)": "demand",
}
OPTIONAL = frozenset({"time", "end_time", "demand"})
FUELS = ("wind", "solar", "hydro", "oil", "gas", "coal", "nuclear", "other")

LIFECYCLE_G_PER_KWH: Mapping[str, float] = {
    "wind": 11.0,
    "solar": 41.0,
    "hydro": 24.0,
    "oil": 650.0,
    "gas": 490.0,
    "coal": 820.0,
    "nuclear": 12.0,
    "other": 230.0,
}
"""Median lifecycle emissions by fuel, g CO2eq/kWh: IPCC AR5 WG3 Annex III table A.III.2 (oil: POST Note
383 as used by Electricity Maps [unverified]; other: the value of biomass). They reproduce the intensity
column of the Parquet copy."""

VENDOR_TIME = "%m/%d/%Y %I:%M:%S %p"
UNFILLED_H = 720
"""A column that is 0 in every row of at least this many hours was never filled in."""

HOUR_S = 3600.0
MOST = 1_000_000.0


@dataclass(frozen=True, kw_only=True)
class Eia930Mix:
    """One balancing area of an EIA-930 file.

    stamp: whether a row is stamped with the end or the start of its hour. The vendor's file says `end`;
    in the Parquet copy CISO and ERCO look hour-ending, PJM fits best unshifted.
    carbon_by_fuel_g_per_kwh: emission factor of each fuel.
    """

    path: Path
    area: str
    stamp: Literal["start", "end"]
    carbon_by_fuel_g_per_kwh: Mapping[str, float] = field(
        default_factory=lambda: dict(LIFECYCLE_G_PER_KWH)
    )

    def read(self) -> tuple[Signal, ...]:
        """Wind, solar and demand (as far as given) and the average carbon intensity of the mix.

        A column that is 0 throughout a month or more counts as missing. Net generation below 0 (pumping,
        station use) counts as 0 in the mix. Raises BadInput with every fault found.
        """
        return self._signals(*self._opened())

    def net_generation(self) -> Signal:
        """All fuels together as `demand_kw`, an hour unknown where one of them is: what the area makes for itself and
        others. Raises BadInput with every fault found."""
        table, starts_s, columns = self._opened()
        total = np.sum([columns[fuel] for fuel in FUELS], axis=0)
        steps = steps_of(table, starts_s, np.full(len(table), HOUR_S), {**columns, "total": total})
        return Signal(
            kind=Kind.DEMAND,
            zone=self.area,
            timeline=steps.timeline,
            values=steps.values(kw_of_megawatts(1.0) * total),
            source=f"{Path(self.path).name} {self.area} net generation",
            notes=(*steps.notes, "net generation of all fuels: imports and exports are not in it"),
        )

    def _opened(
        self,
    ) -> tuple[Table, NDArray[np.float64], dict[str, NDArray[np.float64]]]:
        """The area's rows, the start of each, and its columns."""
        refuse_if_any(self._setting_faults())
        table = open_table(self.path, NAME_MAP, optional=OPTIONAL)
        refuse_if_any(self._stamp_faults(table))
        table = self._area_of(table)
        faults: list[Finding] = []
        starts_s = self._starts_s(table, faults)
        columns = {
            name: numbers(table, name, faults, least=-MOST, most=MOST, unknown=True, thousands=True)
            for name in (*FUELS, "demand")
            if name in table.frame.columns
        }
        refuse_if_any(faults)
        return table, starts_s, columns

    def _signals(
        self,
        table: Table,
        starts_s: NDArray[np.float64],
        columns: dict[str, NDArray[np.float64]],
    ) -> tuple[Signal, ...]:
        unfilled = tuple(fuel for fuel in FUELS if _is_unfilled(columns[fuel]))
        steps = steps_of(table, starts_s, np.full(len(table), HOUR_S), columns)
        mix = {fuel: np.maximum(columns[fuel], 0.0) for fuel in FUELS if fuel not in unfilled}
        notes = steps.notes + tuple(f"{fuel} is never filled in: missing" for fuel in unfilled)
        below = np.any([columns[fuel] < 0 for fuel in mix], axis=0)
        notes += counted(below, "hours have net generation below 0, counted as 0")
        found: list[tuple[Kind, NDArray[np.float64], tuple[str, ...]]] = [
            (kind, kw_of_megawatts(1.0) * mix[fuel], notes)
            for fuel, kind in (("wind", Kind.WIND), ("solar", Kind.SOLAR))
            if fuel in mix
        ]
        if "demand" in columns:
            found.append((Kind.DEMAND, kw_of_megawatts(1.0) * columns["demand"], steps.notes))
        if mix:
            factors = self.carbon_by_fuel_g_per_kwh
            told = ", ".join(f"{fuel} {factors[fuel]:g}" for fuel in sorted(mix))
            said = (
                f"computed from the mix with {told} g/kWh; average, not marginal, imports left out"
            )
            found.append((Kind.CARBON_AVERAGE, intensity(mix, factors), (*notes, said)))
        return tuple(
            Signal(
                kind=kind,
                zone=self.area,
                timeline=steps.timeline,
                values=steps.values(values),
                source=f"{Path(self.path).name} {self.area} {kind}",
                notes=told_notes,
            )
            for kind, values, told_notes in found
        )

    def _area_of(self, table: Table) -> Table:
        areas = words(table, "area")
        there = sorted(set(areas.tolist()))
        if self.area not in there:
            refuse_if_any([_no_area(table, self.area, there)])
        return kept(table, areas == self.area)

    def _starts_s(self, table: Table, faults: list[Finding]) -> NDArray[np.float64]:
        if "end_time" in table.frame.columns:
            at_s = local_s(table, "end_time", faults, zone="UTC", form=VENDOR_TIME)
        else:
            at_s = aware_s(table, "time", faults)
        return at_s - HOUR_S if self.stamp == "end" else at_s

    def _setting_faults(self) -> list[Finding]:
        faults = []
        if self.stamp not in ("start", "end"):
            faults.append(
                Finding(
                    subject=f"stamp of {self.path}",
                    value=repr(self.stamp),
                    limit="start or end",
                    mend="Say which end of the hour its stamp names.",
                )
            )
        lacking = [fuel for fuel in FUELS if fuel not in self.carbon_by_fuel_g_per_kwh]
        if lacking:
            faults.append(
                Finding(
                    subject=f"carbon_by_fuel_g_per_kwh of {self.path}",
                    value=f"has no factor for {', '.join(lacking)}",
                    limit=f"one for each of {', '.join(FUELS)}",
                    mend="Add them, or leave the table out for the defaults.",
                )
            )
        return faults

    def _stamp_faults(self, table: Table) -> list[Finding]:
        there = table.frame.columns
        if "time" not in there and "end_time" not in there:
            return [
                Finding(
                    subject=table.source,
                    value="has no column time_utc or UTC Time at End of Hour",
                    limit="one of them",
                    mend="Give an EIA-930 BALANCE file.",
                )
            ]
        if "end_time" in there and self.stamp != "end":
            return [
                Finding(
                    subject=f"stamp of {self.path}",
                    value="start, but the file says UTC Time at End of Hour",
                    limit="end",
                    mend="Set stamp to end.",
                )
            ]
        return []


def intensity(
    mix_by_fuel: Mapping[str, NDArray[np.float64]], carbon_by_fuel_g_per_kwh: Mapping[str, float]
) -> NDArray[np.float64]:
    """Average intensity of a mix in g/kWh; NaN where a fuel is unknown or nothing is generated."""
    total = np.sum([mix_by_fuel[fuel] for fuel in sorted(mix_by_fuel)], axis=0)
    weighted = np.sum(
        [mix_by_fuel[fuel] * carbon_by_fuel_g_per_kwh[fuel] for fuel in sorted(mix_by_fuel)], axis=0
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(total > 0, weighted / total, np.nan)


def _is_unfilled(column: NDArray[np.float64]) -> bool:
    known = column[~np.isnan(column)]
    return len(known) == 0 or (len(known) >= UNFILLED_H and not known.any())


def _no_area(table: Table, area: str, there: list[str]) -> Finding:
    return Finding(
        subject=table.source,
        value=f"has no balancing area {area}",
        limit="an area of the file",
        mend=f"It has {', '.join(there[:80])}.",
    )
