"""What of the past may be learned from once some is doubted: what stands in for a lie must not repeat it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.signals.history import History, Series, known
from gridtide.signals.issues import part
from gridtide.signals.plausible import plausible
from gridtide.signals.signal import Signal
from gridtide.timeline import Timeline
from gridtide.trust.own_past import unlikely

Mask = NDArray[np.bool_]


def believable(history: History, clean: Signal, others: Sequence[str], as_of: datetime) -> History:
    """The history without what is doubted of a kind, in its zone and by its second sources: what lies outside of what
    it can be at any time, whatever was said of steps that are doubted now, and, where nobody else can be asked, what
    the past speaks against.

    clean: the signal without what is doubted. others: the names under which second sources are kept.
    """
    said = known(history, clean.kind, clean.zone, clean.timeline, as_of)
    doubted = np.isnan(clean.values) & ~np.isnan(said.values)
    names = {clean.zone, *others}
    asked = bool(history.others_of(clean.kind, clean.zone))
    series = tuple(
        part(rows, _stands(rows, history, clean, doubted) & (asked | ~_unlikely(rows, as_of)))
        if rows.kind is clean.kind and rows.zone in names
        else rows
        for rows in history.series
    )
    same = all(one is other for one, other in zip(series, history.series, strict=True))
    return history if same else replace(history, series=series)


def _unlikely(rows: Series, as_of: datetime) -> Mask:
    """Rows that their own past speaks against."""
    found = unlikely(rows, as_of)
    return np.zeros(len(rows.values), dtype=np.bool_) if found is None else found.any_of


def _stands(rows: Series, history: History, clean: Signal, doubted: Mask) -> Mask:
    """Rows that may be learned from."""
    low, high = plausible(rows.kind, rows.currency)
    stands = (rows.values >= low) & (rows.values <= high)
    for limit in history.limits_of(clean.kind, clean.zone):
        stands &= (rows.values >= limit.low) & (rows.values <= limit.high)
    return stands & ~_touches(rows, clean.timeline, doubted) if doubted.any() else stands


def _touches(rows: Series, steps: Timeline, doubted: Mask) -> Mask:
    """Rows about any of some steps."""
    before = np.concatenate([[0], np.cumsum(doubted)])
    first = np.searchsorted(steps.edges_s, rows.start_s, side="right") - 1
    last = np.searchsorted(steps.edges_s, rows.end_s, side="left")
    most = len(steps)
    return np.asarray(before[np.clip(last, 0, most)] > before[np.clip(first, 0, most)])
