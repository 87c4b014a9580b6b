"""Signals from anybody's table: CSV or Parquet, wide (a column a kind) or long (zone, quantity, value)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.signals.plausible import plausible
from gridtide.signals.signal import PRICES, Kind, Nature, Signal
from gridtide.sources import (
    Steps,
    Table,
    aware_s,
    kept,
    numbers,
    open_table,
    other_separator,
    steps_of,
    words,
)
from gridtide.timeline import instant

NAME_MAP = {
    "time": "time",
    "time_utc": "time",
    "interval_start": "time",
    "interval_start_utc": "time",
    "Interval Start": "time",
    "Time": "time",
    "time_end_utc": "end",
    "interval_end": "end",
    "interval_end_utc": "end",
    "Interval End": "end",
    "hour_beginning": "time",
    "hour_ending": "end",
    "issued_at": "issued_at",
    "Publish Time": "issued_at",
    "zone": "zone",
    "site": "zone",
    "quantity": "quantity",
    "value": "value",
}
STEERING = (Kind.PRICE, Kind.CARBON_AVERAGE, Kind.CARBON_MARGINAL)
"""Kinds of which less is better, so that work may be moved by them."""


@dataclass(frozen=True, kw_only=True)
class SignalTable:
    """A file of one or more signals.

    zone: place of a wide table; a long one names its own. currency: of prices. columns: house name ->
    the file's own column name (`time`, `end`, `zone`, `issued_at`, or a kind such as `price_per_mwh`).
    stamp: whether `time` is the start or the end of an interval. step_s: length of every interval,
    None to take it from the stamps. nature: how the values came to be.
    """

    path: Path
    zone: str = "here"
    currency: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    stamp: Literal["start", "end"] = "start"
    step_s: int | None = None
    nature: Nature = Nature.ACTUAL

    def read(self) -> tuple[Signal, ...]:
        """All signals, by zone, kind and issue; an interval without a row is unknown.

        Raises BadInput with every fault found.
        """
        table = open_table(self.path, self._names(), optional=frozenset(self._names().values()))
        self._refuse_unusable(table)
        faults: list[Finding] = []
        starts_s, lengths_s = self._intervals(table, faults)
        parts = _parts(table, faults)
        issued_s = (
            aware_s(table, "issued_at", faults)
            if "issued_at" in table.frame.columns
            else np.full(len(table), np.nan)
        )
        columns = [(part, _values(part, self.currency, faults)) for part in parts]
        faults += self._currency_faults([part.kind for part in parts])
        refuse_if_any(faults)
        signals = [
            signal
            for part, values in columns
            for signal in self._signals(part, values, starts_s, lengths_s, issued_s)
        ]
        return tuple(sorted(signals, key=_place))

    def _names(self) -> dict[str, str]:
        own = {theirs: ours for ours, theirs in self.columns.items()}
        known = {name: ours for name, ours in NAME_MAP.items() if ours not in self.columns}
        kinds = {str(kind): str(kind) for kind in Kind if str(kind) not in self.columns}
        return {**known, **kinds, **own}

    def _refuse_unusable(self, table: Table) -> None:
        there = set(table.frame.columns)
        faults = []
        if not there & {"time", "end"}:
            faults.append(
                self._fault(
                    "no column of times", "`time`, the start of each interval, or `interval_end`"
                )
            )
        if not there & {str(kind) for kind in Kind} and not {"quantity", "value"} <= there:
            known = ", ".join(str(kind) for kind in Kind)
            faults.append(
                self._fault("no column of values", f"one named by kind and unit: {known}")
            )
        for ours, theirs in self.columns.items():
            if ours not in there:
                faults.append(self._fault(f"no column {theirs}", f"it was named for {ours}"))
        hint = other_separator(table.headings)
        refuse_if_any(replace(fault, mend=fault.mend + hint) for fault in faults)

    def _fault(self, value: str, limit: str) -> Finding:
        return Finding(
            subject=str(self.path),
            value=value,
            limit=limit,
            mend="Rename the column, or say which it is with --map HOUSE_NAME=COLUMN.",
        )

    def _intervals(
        self, table: Table, faults: list[Finding]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        there = table.frame.columns
        if "time" in there and "end" in there:
            starts_s = aware_s(table, "time", faults)
            ends_s = aware_s(table, "end", faults)
            return starts_s, np.maximum(ends_s - starts_s, 1.0)
        name = "time" if "time" in there else "end"
        stamps_s = aware_s(table, name, faults)
        if np.isnan(stamps_s).any():
            return stamps_s, np.ones(len(table))
        ends = name == "end" or self.stamp == "end"
        lengths_s = self._lengths(table, stamps_s, ends, faults)
        return (stamps_s - lengths_s if ends else stamps_s), lengths_s

    def _lengths(
        self, table: Table, stamps_s: NDArray[np.float64], ends: bool, faults: list[Finding]
    ) -> NDArray[np.float64]:
        if self.step_s is not None:
            return np.full(len(table), float(self.step_s))
        distinct, where = np.unique(stamps_s, return_inverse=True)
        if len(distinct) < 2:
            faults.append(
                self._fault("one time only", "two intervals or more, so that their length shows")
            )
            return np.ones(len(table))
        return interval_lengths(distinct, ends)[where]

    def _currency_faults(self, kinds: list[Kind]) -> list[Finding]:
        priced = [kind for kind in PRICES if kind in kinds]
        if not priced or self.currency:
            return []
        return [
            Finding(
                subject=f"{self.path} {priced[0]}",
                value="no currency",
                limit="a price has a currency",
                mend="Give it: --currency EUR, or currency = 'EUR' in the signal of a case.",
            )
        ]

    def _signals(
        self,
        part: "_Part",
        values: NDArray[np.float64],
        starts_s: NDArray[np.float64],
        lengths_s: NDArray[np.float64],
        issued_s: NDArray[np.float64],
    ) -> list[Signal]:
        rows = part.rows
        issues = np.unique(issued_s[rows])
        found = []
        for issue in issues if not np.isnan(issues).any() else [np.nan]:
            chosen = (
                np.ones(len(rows), dtype=np.bool_) if np.isnan(issue) else issued_s[rows] == issue
            )
            at = rows[chosen]
            steps = steps_of(
                kept(part.table, chosen), starts_s[at], lengths_s[at], {part.column: values[chosen]}
            )
            found.append(self._signal(part, steps, values[chosen], issue))
        return found

    def _signal(
        self, part: "_Part", steps: Steps, values: NDArray[np.float64], issue: float
    ) -> Signal:
        return Signal(
            kind=part.kind,
            zone=part.zone or self.zone,
            timeline=steps.timeline,
            values=steps.values(values),
            source=Path(self.path).name,
            currency=self.currency if part.kind in PRICES else None,
            issued_at=None if np.isnan(issue) else instant(int(issue)),
            nature=self.nature,
            notes=steps.notes,
        )


@dataclass(frozen=True, kw_only=True, eq=False)
class _Part:
    """Rows of a table that are one kind of one zone, and the column that holds them."""

    table: Table
    rows: NDArray[np.int64]
    kind: Kind
    zone: str | None
    column: str


def interval_lengths(stamps_s: NDArray[np.float64], ends: bool) -> NDArray[np.float64]:
    """Length of each interval of increasing stamps, (n,).

    A distance that hardly ever occurs is a hole: the interval then lasts as long as its neighbour.
    """
    gaps_s = np.diff(stamps_s)
    distances, counts = np.unique(gaps_s, return_counts=True)
    usual = distances[counts >= min(3, counts.max())]
    fair = np.isin(gaps_s, usual)
    lengths_s = np.where(fair, gaps_s, np.nan)
    lengths_s = np.append(np.nan, lengths_s) if ends else np.append(lengths_s, np.nan)
    return _filled(lengths_s, float(usual.min()))


def _filled(lengths_s: NDArray[np.float64], otherwise: float) -> NDArray[np.float64]:
    """Unknown lengths taken from the interval before, the first ones from the one behind."""
    known = ~np.isnan(lengths_s)
    if not known.any():
        return np.full(len(lengths_s), otherwise)
    before = np.maximum.accumulate(np.where(known, np.arange(len(lengths_s)), -1))
    first = int(np.argmax(known))
    return lengths_s[np.where(before >= 0, before, first)]


def _parts(table: Table, faults: list[Finding]) -> list[_Part]:
    if {"quantity", "value"} <= set(table.frame.columns):
        return _long_parts(table, faults)
    zones = words(table, "zone") if "zone" in table.frame.columns else None
    kinds = [kind for kind in Kind if str(kind) in table.frame.columns]
    parts = []
    for zone in [None] if zones is None else sorted(set(zones.tolist())):
        mask = np.ones(len(table), dtype=np.bool_) if zones is None else zones == zone
        rows = np.flatnonzero(mask)
        part = kept(table, mask)
        parts += [
            _Part(table=part, rows=rows, kind=kind, zone=zone, column=str(kind)) for kind in kinds
        ]
    return parts


def _long_parts(table: Table, faults: list[Finding]) -> list[_Part]:
    quantities = words(table, "quantity")
    zones = words(table, "zone") if "zone" in table.frame.columns else np.full(len(table), "")
    parts = []
    for quantity in sorted(set(quantities.tolist())):
        if quantity not in {str(kind) for kind in Kind}:
            faults.append(
                Finding(
                    subject=f"{table.source} quantity",
                    value=repr(quantity),
                    limit="one of " + ", ".join(str(kind) for kind in Kind),
                    mend="Name each quantity by kind and unit.",
                )
            )
            continue
        for zone in sorted(set(zones[quantities == quantity].tolist())):
            mask = (quantities == quantity) & (zones == zone)
            part = kept(table, mask)
            rows = np.flatnonzero(mask)
            kind = Kind(quantity)
            parts.append(_Part(table=part, rows=rows, kind=kind, zone=zone or None, column="value"))
    return parts


def _values(part: _Part, currency: str | None, faults: list[Finding]) -> NDArray[np.float64]:
    least, most = plausible(part.kind, currency)
    return numbers(part.table, part.column, faults, least=least, most=most)


def _place(signal: Signal) -> tuple[str, str, int]:
    issued = 0 if signal.issued_at is None else int(signal.issued_at.timestamp())
    return signal.zone, str(signal.kind), issued


def only(signals: tuple[Signal, ...], path: Path) -> Signal:
    """The one price or carbon signal of a file. Raises BadInput when it holds none or several."""
    steering = [signal for signal in signals if signal.kind in STEERING]
    if len(steering) == 1:
        return steering[0]
    names = ", ".join(f"{signal.kind} of {signal.zone}" for signal in (steering or signals)[:6])
    raise BadInput(
        [
            Finding(
                subject=str(path),
                value=f"holds {len(steering) or 'no'} signals to steer by: {names}",
                limit="one of " + ", ".join(STEERING),
                mend="Leave one value column and one zone in the file.",
            )
        ]
    )
