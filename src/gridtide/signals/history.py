"""Everything that was ever published, and when: append-only, looked up by `as_of`.

A later issue of the same hour is another row, never an overwrite, so a decision that is replayed sees
exactly what was known when it was made.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.finding import Finding, refuse_if_any
from gridtide.signals.limits import Limit
from gridtide.signals.signal import PRICES, Kind, Nature, Signal, on
from gridtide.timeline import Timeline, epoch_s, instant

Whole = NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Series:
    """All rows of one kind and zone, sorted by start, then by issue.

    start_s, end_s: what a row is about. issued_s: when it was said. values: NaN-free. expected: the row
    is a forecast. currency: of a price. sources: where rows came from, for people; source: index of each
    row into it.
    """

    kind: Kind
    zone: str
    currency: str | None
    start_s: Whole
    end_s: Whole
    issued_s: Whole
    values: NDArray[np.float64]
    expected: NDArray[np.bool_]
    source: Whole
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze(self, start_s=np.int64, end_s=np.int64, issued_s=np.int64, source=np.int64)
        freeze(self, values=np.float64, expected=np.bool_)


@dataclass(frozen=True, kw_only=True, eq=False)
class History:
    """Series by kind and zone, in a fixed order.

    clocks: zone and IANA name of the clock its people or its market live by, where it is known.
    witnesses: zone and the name under which a second source of it is kept, in a fixed order. limits: what series can
    be by their market or their fuels.
    """

    series: tuple[Series, ...] = ()
    clocks: tuple[tuple[str, str], ...] = ()
    witnesses: tuple[tuple[str, str], ...] = ()
    limits: tuple[Limit, ...] = ()

    def of(self, kind: Kind, zone: str) -> Series | None:
        """The rows of one kind and zone, None where nothing was ever published."""
        for rows in self.series:
            if rows.kind is kind and rows.zone == zone:
                return rows
        return None

    def others_of(self, kind: Kind, zone: str) -> tuple[str, ...]:
        """The names under which second sources of a kind and zone are kept."""
        names = [name for whose, name in self.witnesses if whose == zone]
        return tuple(name for name in names if self.of(kind, name) is not None)

    def limits_of(self, kind: Kind, zone: str) -> tuple[Limit, ...]:
        """What a kind of a zone can be, beside what is physical."""
        return tuple(one for one in self.limits if one.kind is kind and one.zone == zone)

    def clock_of(self, zone: str) -> str:
        """The clock of a zone, UTC where it is not known."""
        return dict(self.clocks).get(zone, "UTC")


def add(history: History, signals: Iterable[Signal]) -> History:
    """The history with these signals appended; the order in which they are added does not matter.

    A signal without `issued_at` was known step by step, each at its own end. Raises BadInput when two
    rows say something else about one place, kind, time and issue, or name two currencies.
    """
    faults: list[Finding] = []
    grouped: dict[tuple[Kind, str], list[Series]] = {}
    for rows in history.series:
        grouped.setdefault((rows.kind, rows.zone), []).append(rows)
    for signal in signals:
        grouped.setdefault((signal.kind, signal.zone), []).append(_rows(signal))
    merged = [_merged(parts, faults) for _, parts in sorted(grouped.items())]
    refuse_if_any(faults)
    return replace(history, series=tuple(merged))


def known(history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime) -> Signal:
    """What was known at `as_of` about each step of a timeline: the latest issue; NaN where nothing."""
    return _looked_up(history, kind, zone, timeline, epoch_s(as_of), wants_truth=False)


def truth(history: History, kind: Kind, zone: str, timeline: Timeline) -> Signal:
    """What really happened over a timeline, whenever it was said; forecasts are left out."""
    return _looked_up(history, kind, zone, timeline, None, wants_truth=True)


def happened(rows: Series, timeline: Timeline, at_s: int) -> NDArray[np.float64]:
    """What was known at a second to have happened, or to be fixed, over a timeline, (T,); NaN where nothing.

    Forecasts are left out.
    """
    seen = observed(rows, int(timeline.edges_s[0]), int(timeline.edges_s[-1]), at_s)
    return np.full(len(timeline), np.nan) if seen is None else on(seen, timeline)


def observed(rows: Series, start_s: int, end_s: int, at_s: int) -> Signal | None:
    """What was known at a second to have happened, or to be fixed, in steps as published that touch [start, end).

    Forecasts are left out; None where nothing was known.
    """
    longest_s = int((rows.end_s - rows.start_s).max(initial=0))
    first, last = (int(at) for at in np.searchsorted(rows.start_s, (start_s - longest_s, end_s)))
    part = slice(first, last)
    chosen = (rows.issued_s[part] <= at_s) & ~rows.expected[part] & (rows.end_s[part] > start_s)
    index = first + np.flatnonzero(chosen)
    return _as_signal(rows, _latest(rows, index)) if len(index) else None


def reach_s(history: History, kind: Kind, as_of: datetime) -> int:
    """Second up to which some zone had a published value of this kind at `as_of`; 0 when none had."""
    at_s = epoch_s(as_of)
    reached = [
        int(rows.end_s[rows.issued_s <= at_s].max(initial=0))
        for rows in history.series
        if rows.kind is kind
    ]
    return max(reached, default=0)


def _looked_up(
    history: History,
    kind: Kind,
    zone: str,
    timeline: Timeline,
    at_s: int | None,
    wants_truth: bool,
) -> Signal:
    rows = history.of(kind, zone)
    currency = rows.currency if rows else ("" if kind in PRICES else None)
    if rows is None:
        return _signal(
            kind, zone, timeline, np.full(len(timeline), np.nan), "no source", currency, None
        )
    chosen = np.ones(len(rows.start_s), dtype=np.bool_)
    chosen &= rows.end_s > timeline.edges_s[0]
    chosen &= rows.start_s < timeline.edges_s[-1]
    if at_s is not None:
        chosen &= rows.issued_s <= at_s
    if wants_truth:
        chosen &= ~rows.expected
    index = np.flatnonzero(chosen)
    if not len(index):
        return _signal(
            kind, zone, timeline, np.full(len(timeline), np.nan), "no source", currency, None
        )
    latest = _latest(rows, index)
    fine = _as_signal(rows, latest)
    issued = int(rows.issued_s[latest].max())
    source = ", ".join(sorted({rows.sources[number] for number in np.unique(rows.source[latest])}))
    return _signal(kind, zone, timeline, on(fine, timeline), source, currency, issued)


def _latest(rows: Series, index: Whole) -> Whole:
    """Of rows that speak of one start, the one issued last."""
    start = rows.start_s[index]
    last = np.ones(len(index), dtype=np.bool_)
    last[:-1] = start[1:] != start[:-1]
    return index[last]


def _as_signal(rows: Series, index: Whole) -> Signal:
    """Rows as one signal; holes between them become steps without a value."""
    start, end = rows.start_s[index], rows.end_s[index].copy()
    end[:-1] = np.minimum(end[:-1], start[1:])
    hole = np.flatnonzero(end[:-1] < start[1:])
    edges = np.concatenate([start, end[hole], end[-1:]])
    values = np.concatenate([rows.values[index], np.full(len(hole), np.nan)])
    order = np.argsort(np.concatenate([start, end[hole]]), kind="stable")
    return Signal(
        kind=rows.kind,
        zone=rows.zone,
        timeline=Timeline(edges_s=np.sort(edges)),
        values=values[order],
        source="history",
        currency=rows.currency,
    )


def _signal(
    kind: Kind,
    zone: str,
    timeline: Timeline,
    values: NDArray[np.float64],
    source: str,
    currency: str | None,
    issued_s: int | None,
) -> Signal:
    return Signal(
        kind=kind,
        zone=zone,
        timeline=timeline,
        values=values,
        source=source,
        currency=currency,
        issued_at=None if issued_s is None else instant(issued_s),
    )


def _rows(signal: Signal) -> Series:
    there = ~np.isnan(signal.values)
    n = int(there.sum())
    end_s = signal.timeline.ends_s[there]
    issued_s = end_s if signal.issued_at is None else np.full(n, epoch_s(signal.issued_at))
    return Series(
        kind=signal.kind,
        zone=signal.zone,
        currency=signal.currency,
        start_s=signal.timeline.starts_s[there],
        end_s=end_s,
        issued_s=issued_s,
        values=signal.values[there],
        expected=np.full(n, signal.nature is Nature.FORECAST),
        source=np.zeros(n, dtype=np.int64),
        sources=(signal.source,),
    )


def _merged(parts: list[Series], faults: list[Finding]) -> Series:
    first = parts[0]
    currencies = sorted({part.currency for part in parts if part.currency})
    if len(currencies) > 1:
        faults.append(_two_currencies(first, currencies))
    sources = tuple(sorted({name for part in parts for name in part.sources}))
    place = {name: index for index, name in enumerate(sources)}
    columns = {
        name: np.concatenate([getattr(part, name) for part in parts])
        for name in ("start_s", "end_s", "issued_s", "values", "expected")
    }
    source = np.concatenate(
        [
            np.asarray([place[name] for name in part.sources], dtype=np.int64)[part.source]
            for part in parts
        ]
    )
    order = np.lexsort(
        (
            columns["values"],
            columns["end_s"],
            ~columns["expected"],
            columns["issued_s"],
            columns["start_s"],
        )
    )
    columns = {name: column[order] for name, column in columns.items()}
    faults += _contradictions(first, columns)
    return Series(
        kind=first.kind,
        zone=first.zone,
        currency=first.currency,
        source=source[order],
        sources=sources,
        **columns,
    )


def _contradictions(first: Series, columns: dict[str, NDArray[np.float64]]) -> list[Finding]:
    same = np.ones(max(len(columns["start_s"]) - 1, 0), dtype=np.bool_)
    for name in ("start_s", "issued_s", "expected"):
        same &= columns[name][1:] == columns[name][:-1]
    differ = same & (columns["values"][1:] != columns["values"][:-1])
    if not differ.any():
        return []
    at = int(np.argmax(differ))
    return [
        Finding(
            subject=f"{first.kind} of {first.zone}",
            value=f"{columns['values'][at]:g} and {columns['values'][at + 1]:g} for "
            f"{instant(int(columns['start_s'][at])):%Y-%m-%d %H:%M} UTC, and {int(differ.sum()) - 1} more",
            limit="one signal for one place, kind, time and issue",
            mend="Remove one of the two signals, or give them different issue times.",
        )
    ]


def _two_currencies(first: Series, currencies: list[str]) -> Finding:
    return Finding(
        subject=f"{first.kind} of {first.zone}",
        value=" and ".join(currencies),
        limit="one currency for one zone",
        mend="State a rate under [rates] so that both become the settlement currency.",
    )
