"""The answer of one check of a series, as a person reads it."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from gridtide.signals.raw import Raw, Truth, Whole
from gridtide.timeline import instant

ROWS_SHOWN = 5


class Verdict(StrEnum):
    """Whether a person must do something."""

    PASSED = "passed"
    REPAIRED = "repaired"
    DECIDE = "needs a decision"


@dataclass(frozen=True, kw_only=True)
class Check:
    """The answer of one check. rows: the first rows concerned, counted from 1; count: how many there are."""

    check: str
    verdict: Verdict
    rows: tuple[int, ...] = ()
    count: int = 0
    sentence: str
    mend: str = ""


def passed(check: str, sentence: str) -> Check:
    """Nothing to do."""
    return Check(check=check, verdict=Verdict.PASSED, sentence=sentence)


def decide(
    check: str,
    raw: Raw,
    where: Whole | Truth,
    sentence: str,
    mend: str,
    *,
    count: int | None = None,
) -> Check:
    """Somebody must choose: at these places of the column, or a count of something that has no row."""
    concerned = np.sort(raw.rows[where])
    return Check(
        check=check,
        verdict=Verdict.DECIDE,
        rows=tuple(int(row) for row in concerned[:ROWS_SHOWN]),
        count=len(concerned) if count is None else count,
        sentence=sentence,
        mend=mend,
    )


def when(raw: Raw, seconds: float) -> str:
    """A time of the column for a person: with its zone where it has one, with seconds where they matter."""
    if raw.relative:
        return f"{seconds:g} s"
    form = "%Y-%m-%d %H:%M:%S" if seconds % 60 else "%Y-%m-%d %H:%M"
    return f"{instant(int(seconds)):{form}}{'' if raw.naive else ' UTC'}"
