"""A step that changes inside the file."""

import numpy as np

from gridtide.signals.check import Check, Verdict, passed, when
from gridtide.signals.raw import Raw, steps_around_s

NAME = "step"


def step(raw: Raw) -> Check:
    """Steps that last: each of a day's rows at least, and of one in a hundred."""
    gaps = np.diff(raw.stamps_s)
    real = gaps > 0
    gaps = gaps[real]
    if len(gaps) < 3:
        return passed(NAME, "too few rows to tell")
    steps, counts = np.unique(gaps, return_counts=True)
    lasting = steps[counts >= max(24, 0.01 * len(gaps))]
    if len(lasting) < 2:
        return passed(NAME, f"the step is {_length(steps[np.argmax(counts)])} throughout")
    usual = steps_around_s(gaps)
    if len(np.unique(usual)) < 2:
        return passed(NAME, f"the step is {_length(usual[0])}, with gaps")
    at = int(np.flatnonzero(real)[np.argmax(usual != usual[0])])
    unit = 60.0 if lasting.min() >= 60 else 1.0
    told = " and ".join(f"{value / unit:g}" for value in lasting)
    return Check(
        check=NAME,
        verdict=Verdict.REPAIRED,
        rows=(int(raw.rows[at]),),
        count=len(lasting) - 1,
        sentence=f"the step changes inside the file: {told} {'min' if unit > 1 else 's'}, "
        f"from {when(raw, raw.stamps_s[at])} on",
        mend="Nothing; lengths are weighted, rows are never counted.",
    )


def _length(seconds: float) -> str:
    return f"{seconds / 60:g} min" if seconds >= 60 else f"{seconds:g} s"
