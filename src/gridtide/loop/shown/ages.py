"""How old what is known is: each kind of signal as its sources said it last, what meters said, and each source."""

from datetime import datetime

import numpy as np

from gridtide.loop.mandate import Mandate
from gridtide.loop.news import ReadsNews
from gridtide.loop.seen import Seen
from gridtide.loop.sight import wanted
from gridtide.signals.history import Series


def ages_of(
    mandate: Mandate, seen: Seen | None, news: ReadsNews, now: datetime
) -> dict[str, float]:
    """Seconds since the newest issue of each kind of signal, of its zones the one heard longest ago; since meters were
    read; and since each source said anything. What is expected here in the place of an issue makes nothing younger."""
    ages: dict[str, float] = {}
    for kind, zone in wanted(mandate):
        rows = mandate.history.of(kind, zone)
        at = None if rows is None else newest_issue(rows, now)
        if rows is not None and at is not None:
            age_s = now.timestamp() - int(rows.issued_s[at])
            ages[kind.value] = max(age_s, ages.get(kind.value, age_s))
    if seen is not None:
        ages["meters"] = (now - seen.measured_at).total_seconds()
    return {**ages, **news.ages_s(now)}


def newest_issue(rows: Series, now: datetime) -> int | None:
    """The row of a series that was issued last by now and is no forecast; None where nothing was."""
    said = (rows.issued_s <= now.timestamp()) & ~rows.expected
    return int(np.argmax(np.where(said, rows.issued_s, -1))) if said.any() else None
