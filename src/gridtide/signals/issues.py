"""What a source says now beside what it said before: only what is new is another issue, what was issued stays."""

from collections.abc import Iterable
from dataclasses import fields, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.history import History, Series, add
from gridtide.signals.signal import Nature, Signal
from gridtide.timeline import epoch_s, instant


def heard_again(history: History, signals: Iterable[Signal], seen_at: datetime) -> History:
    """The history with what these signals say beyond it; as it is where they say nothing new.

    What a signal says of a step is new where nothing was said of it yet, or something else was. It counts as issued
    when the signal says so, else when it was first seen; what the history had for later than that and is said otherwise
    now was never issued, and goes. Raises BadInput for two currencies of one zone.
    """
    at_s = epoch_s(seen_at)
    news: list[Signal] = []
    for signal in signals:
        new = _is_new(history, signal)
        if not new.any():
            continue
        if signal.issued_at is None:
            history = _without_unissued(history, signal, new, at_s)
        own_s = at_s if signal.issued_at is None else epoch_s(signal.issued_at)
        again = new & _was_issued(history, signal, own_s)
        news += [
            _only(signal, new & ~again, own_s),
            _only(signal, again, _free_s(history, signal, again, at_s)),
        ]
    return add(history, news) if news else history


def since(history: History, before: datetime) -> History:
    """The history without what is about times that ended before an instant: what no forecaster looks back at."""
    first_s = epoch_s(before)
    return replace(
        history, series=tuple(part(rows, rows.end_s > first_s) for rows in history.series)
    )


def _is_new(history: History, signal: Signal) -> NDArray[np.bool_]:
    """Of each step of a signal: whether it was not said yet. What has no issue of its own is held against what was said
    last; what has one, against what was said by that issue or later."""
    said = ~np.isnan(signal.values)
    rows = history.of(signal.kind, signal.zone)
    if rows is None:
        return said
    same = rows.expected == (signal.nature is Nature.FORECAST)
    starts_s = signal.timeline.starts_s
    if signal.issued_at is None:
        start_s, values = rows.start_s[same], rows.values[same]
        last = np.searchsorted(start_s, starts_s, side="right") - 1
        known = last >= 0
        known[known] = (start_s[last[known]] == starts_s[known]) & (
            values[last[known]] == signal.values[known]
        )
        return said & ~known
    same &= rows.issued_s >= epoch_s(signal.issued_at)
    pairs = set(zip(rows.start_s[same].tolist(), rows.values[same].tolist(), strict=True))
    mine = zip(starts_s.tolist(), signal.values.tolist(), strict=True)
    return said & ~np.asarray([pair in pairs for pair in mine], dtype=np.bool_)


def _free_s(history: History, signal: Signal, new: NDArray[np.bool_], at_s: int) -> int:
    """The first second from one on at which nothing was said of some steps yet: one second says one thing."""
    while (new & _was_issued(history, signal, at_s)).any():
        at_s += 1
    return at_s


def _was_issued(history: History, signal: Signal, at_s: int) -> NDArray[np.bool_]:
    """Of each step: whether something was said of it at that very second."""
    rows = history.of(signal.kind, signal.zone)
    if rows is None:
        return np.zeros(len(signal.values), dtype=np.bool_)
    same = (rows.issued_s == at_s) & (rows.expected == (signal.nature is Nature.FORECAST))
    return np.isin(signal.timeline.starts_s, rows.start_s[same])


def _only(signal: Signal, new: NDArray[np.bool_], issued_s: int) -> Signal:
    """Some steps of a signal, as issued at an instant."""
    values = np.where(new, signal.values, np.nan)
    return replace(signal, values=values, issued_at=instant(issued_s), notes=())


def _without_unissued(
    history: History, signal: Signal, new: NDArray[np.bool_], at_s: int
) -> History:
    """Without rows of these steps that would be issued only after an instant."""
    starts_s = signal.timeline.starts_s[new]
    return replace(
        history,
        series=tuple(
            part(rows, ~((rows.issued_s > at_s) & np.isin(rows.start_s, starts_s)))
            if (rows.kind, rows.zone) == (signal.kind, signal.zone)
            else rows
            for rows in history.series
        ),
    )


def part(rows: Series, kept: NDArray[np.bool_]) -> Series:
    """Some rows of a series, in their order."""
    if kept.all():
        return rows
    whole = ("kind", "zone", "currency", "sources")
    columns = [one.name for one in fields(Series) if one.name not in whole]
    return replace(rows, **{name: getattr(rows, name)[kept] for name in columns})
