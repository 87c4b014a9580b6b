"""Hours of a year from anybody's table: one row an hour, powers in columns, with or without a column of times."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze_new
from gridtide.finding import Finding, refuse_if_any
from gridtide.sources import Table, aware_s, counted, kept, numbers, open_table, words
from gridtide.units import kw_of_megawatts

Real = NDArray[np.float64]
NAME_MAP = {"time": "time", "time_utc": "time"}
HOUR_S = 3600
YEARS_H = (8736, 8760, 8784)
"""Hours of a year: of 52 weeks, of 365 or of 366 days."""
MEGAWATTS = "_mw"


@dataclass(frozen=True, kw_only=True, eq=False)
class Hours:
    """kw: (H,), NaN where nothing stands. year: in UTC, None for a table without times; first_s: seconds since 1970 of
    the first hour, None likewise."""

    kw: Real
    year: int | None
    first_s: int | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        freeze_new(self, kw=np.float64)

    @property
    def months(self) -> NDArray[np.int64]:
        """Month of each hour, 1 to 12, (H,), in UTC, or from 1 January on where the table has no times."""
        first = datetime(self.year or 2023, 1, 1, tzinfo=UTC)
        if self.first_s is not None:
            first = datetime.fromtimestamp(self.first_s, UTC)
        hours = (first + timedelta(hours=k) for k in range(len(self.kw)))
        return np.asarray([hour.month for hour in hours], dtype=np.int64)


@dataclass(frozen=True, kw_only=True)
class HourTable:
    """A CSV or Parquet file. columns: added up; megawatts where a name ends in `_mw`, else kW. only: column and word
    that rows must have. year: the one that is read of several, by UTC. gaps: whether empty cells are left as NaN."""

    path: Path
    columns: tuple[str, ...]
    only: tuple[str, str] | None = None
    year: int | None = None
    gaps: bool = False

    def read(self) -> Hours:
        """All hours of a year in their order. Raises BadInput with every fault found."""
        names = {**NAME_MAP, **{name: name for name in self.columns}}
        if self.only is not None:
            names[self.only[0]] = self.only[0]
        table = open_table(self.path, names, optional=frozenset({"time"}))
        table = self._chosen(table)
        faults: list[Finding] = []
        values = [numbers(table, name, faults, unknown=self.gaps) for name in self.columns]
        at_s = aware_s(table, "time", faults) if "time" in table.frame.columns else None
        refuse_if_any(faults)
        if at_s is not None and self.year is not None:
            of_year = np.asarray([_year_of(float(one)) == self.year for one in at_s])
            table, at_s = kept(table, of_year), at_s[of_year]
            values = [one[of_year] for one in values]
        refuse_if_any(_faults(table, at_s))
        added = sum(
            (kw_of_megawatts(1.0) if name.endswith(MEGAWATTS) else 1.0) * one
            for name, one in zip(self.columns, values, strict=True)
        )
        kw = np.asarray(added, dtype=np.float64)
        return Hours(
            kw=kw,
            year=None if at_s is None else _year_of(float(at_s[len(at_s) // 2])),
            first_s=None if at_s is None else int(at_s[0]),
            notes=counted(np.isnan(kw), f"hours of {Path(self.path).name} hold no value"),
        )

    def _chosen(self, table: Table) -> Table:
        if self.only is None:
            return table
        column, word = self.only
        there = words(table, column)
        if word not in there:
            refuse_if_any([_no_word(table, column, word, sorted(set(there.tolist())))])
        return kept(table, there == word)


def misfits_of_years(series: dict[str, Hours]) -> list[Finding]:
    """Every series whose hours or year are not those of the first, by name."""
    if not series:
        return []
    (first, one), *others = series.items()
    return [
        Finding(
            subject=name,
            value=_said(other),
            limit=f"as many and of the same year as {first}: {_said(one)}",
            mend="Give series of one year.",
        )
        for name, other in others
        if len(other.kw) != len(one.kw)
        or (other.year is not None and one.year is not None and other.year != one.year)
    ]


def _faults(table: Table, at_s: Real | None) -> list[Finding]:
    faults = []
    jumps = np.zeros(0) if at_s is None else np.diff(at_s) - HOUR_S
    odd = np.flatnonzero(jumps)
    if len(odd):
        faults.append(
            Finding(
                subject=table.where(int(odd[0]) + 1),
                value=f"is not an hour after the row before ({len(odd):,} such rows)",
                limit="one row an hour, in order of time",
                mend="Export every hour once, of one year; docs/adequacy.md says what is read.",
            )
        )
    if len(table) not in YEARS_H:
        faults.append(
            Finding(
                subject=table.source,
                value=f"{len(table):,} hours",
                limit="a whole year: 8,736, 8,760 or 8,784 hours",
                mend="Export one whole year, or say with `year` which of several is meant.",
            )
        )
    return faults


def _no_word(table: Table, column: str, word: str, there: list[str]) -> Finding:
    return Finding(
        subject=f"{table.source} {column}",
        value=f"has no {word}",
        limit="one that the file has",
        mend=f"It has {', '.join(there[:40])}.",
    )


def _year_of(moment_s: float) -> int:
    return datetime.fromtimestamp(moment_s, UTC).year


def _said(hours: Hours) -> str:
    return f"{len(hours.kw):,} hours" + ("" if hours.year is None else f" of {hours.year}")
