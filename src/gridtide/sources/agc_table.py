"""A regulation signal from a file: when, and `signal_pct` or `signal_pu`, of one day where a column names days."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.agc import AgcSignal
from gridtide.sources import LATEST_S, Table, aware_s, kept, numbers, open_said, words

NAME_MAP = {
    "t_s": "t_s",
    "time": "time",
    "time_utc": "time",
    "signal_pct": "signal_pct",
    "signal_pu": "signal_pu",
    "day_local": "day",
    "day": "day",
}
OPTIONAL = frozenset(NAME_MAP.values())
LONGEST_S = 60
MOST_VALUES = 10_000_000
Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class AgcTable:
    """A CSV or Parquet file of regulation signals.

    day: which day is read where the file holds several. positive_draws_less: what a value above 0 asks for; with
    False it asks to draw more. An empty cell, and a step that has no row, is a signal that did not come.
    columns: house name to the file's, where the file calls a column something else.
    """

    path: Path
    day: str = ""
    positive_draws_less: bool = True
    columns: Mapping[str, str] = field(default_factory=dict)

    def read(self) -> AgcSignal:
        """The signal in order of time. Raises BadInput with every fault found."""
        table = self._of_day(self._open())
        faults: list[Finding] = []
        column, scale = _column(table, faults)
        clock = _clock(table, faults)
        refuse_if_any(faults)
        at_s = (
            numbers(table, clock, faults, least=0.0, most=LATEST_S)
            if clock == "t_s"
            else aware_s(table, clock, faults)
        )
        value = numbers(table, column, faults, least=-scale, most=scale, unknown=True) / scale
        faults += _twice(table, clock, at_s)
        refuse_if_any(faults)
        order = np.argsort(at_s, kind="stable")
        at_s, value = at_s[order], value[order]
        every_s = _step_s(table, at_s)
        place = np.rint((at_s - at_s[0]) / every_s).astype(np.int64)
        less = np.full(int(place[-1]) + 1, np.nan)
        less[place] = value if self.positive_draws_less else -value
        name = Path(self.path).name
        return AgcSignal(
            every_s=every_s, less=less, source=f"{name}, {self.day}" if self.day else name
        )

    def days(self) -> tuple[str, ...]:
        """The days a file holds, in order; none where no column names them."""
        table = self._open()
        if "day" not in table.frame.columns:
            return ()
        return tuple(sorted(set(words(table, "day").tolist())))

    def _open(self) -> Table:
        return open_said(self.path, NAME_MAP, self.columns, OPTIONAL)

    def _of_day(self, table: Table) -> Table:
        if "day" not in table.frame.columns:
            if self.day:
                raise_no_day(self.path, self.day, ())
            return table
        days = words(table, "day")
        found = tuple(sorted(set(days.tolist())))
        if self.day not in found and (self.day or len(found) > 1):
            raise_no_day(self.path, self.day, found)
        return kept(table, days == self.day) if self.day else table


def raise_no_day(path: Path, day: str, found: tuple[str, ...]) -> None:
    """Raises BadInput: which days there are instead."""
    several = f"one of its {len(found)} days, {found[0]} to {found[-1]}" if found else "no days"
    refuse_if_any(
        [
            Finding(
                subject=f"{path}: day",
                value=repr(day) if day else "no day",
                limit=several,
                mend="Name one of them." if found else "Leave the day out.",
            )
        ]
    )


def _column(table: Table, faults: list[Finding]) -> tuple[str, float]:
    """The one column that says the signal, and what stands there for the whole offer."""
    said = "signal_pct (−100 to 100) or signal_pu (−1 to 1)"
    name = _one_of(table, ("signal_pu", "signal_pct"), said, faults)
    return name, 100.0 if name == "signal_pct" else 1.0


def _clock(table: Table, faults: list[Finding]) -> str:
    """The one column that says when."""
    return _one_of(
        table, ("t_s", "time"), "t_s (seconds) or time (instants with their zone)", faults
    )


def _one_of(table: Table, names: tuple[str, ...], said: str, faults: list[Finding]) -> str:
    """The only one of these columns that a table has; a fault, and nothing, where it has none of them or several."""
    there = [name for name in names if name in table.frame.columns]
    if len(there) == 1:
        return there[0]
    faults.append(
        Finding(
            subject=table.source,
            value=" and ".join(there) or f"columns {', '.join(table.headings[:8])}",
            limit=f"{said}, one of both",
            mend=f"Say which it is with --map {names[0]}=COLUMN, or leave one out.",
        )
    )
    return ""


def _twice(table: Table, clock: str, at_s: Real) -> list[Finding]:
    """The first moment that stands in more than one row, and how many do."""
    known = np.flatnonzero(np.isfinite(at_s))
    order = known[np.argsort(at_s[known], kind="stable")]
    again = np.sort(order[1:][np.diff(at_s[order]) == 0.0])
    if not len(again):
        return []
    more = f" and {len(again) - 1} more rows" if len(again) > 1 else ""
    return [
        Finding(
            subject=f"{table.where(again[0])}{more} {clock}",
            value=f"{at_s[again[0]]:.10g} s stands in more than one row",
            limit="each moment once",
            mend="Keep one row of each, or write stamps with their zone where the clocks go back.",
        )
    ]


def _step_s(table: Table, at_s: Real) -> int:
    """Seconds from one value to the next: the most frequent, which all others are multiples of. Raises BadInput."""
    gaps = np.diff(at_s)
    step = float(np.median(gaps)) if len(gaps) else 0.0
    whole = 1.0 <= step <= LONGEST_S and step == round(step)
    on_grid = whole and bool((gaps % step == 0.0).all() and (gaps > 0.0).all())
    fits = on_grid and (at_s[-1] - at_s[0]) / step < MOST_VALUES
    if not fits:
        refuse_if_any(
            [
                Finding(
                    subject=f"{table.source}: t_s",
                    value=f"steps of {gaps.min():g} to {gaps.max():g} s"
                    if len(gaps)
                    else "one row",
                    limit=f"a value every whole second up to {LONGEST_S} s, each time once; gaps are multiples of it",
                    mend="Write the signal at the step it came in.",
                )
            ]
        )
    return round(step)
