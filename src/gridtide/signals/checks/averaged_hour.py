"""The one hour of autumn that holds the mean of two."""

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.evidence.alongside import Alongside
from gridtide.signals.evidence.local_clock import CHANGING, changes
from gridtide.signals.raw import Raw, Real

NAME = "averaged hour"
HOUR_S = 3600
RARELY = 0.05


def averaged_hour(raw: Raw, other: Raw, both: Alongside | None) -> Check:
    """Where a clock goes back, against a copy that has both hours."""
    if both is None or not both.alike or both.step_s != HOUR_S:
        return passed(NAME, f"{other.name} is no hourly copy of it")
    if np.mean(np.diff(raw.values) == 0) > RARELY:
        return passed(NAME, "values repeat too often to tell a mean from a rest")
    found: list[int] = []
    for clock in dict.fromkeys([raw.clock, *CHANGING.values()]):
        if clock is None:
            continue
        for change in changes(clock, raw.stamps_s[0], raw.stamps_s[-1]):
            second = int((change.at_s - both.first_s) // HOUR_S)
            if change.by_s < 0 and 0 < second < len(both.own):
                pair = slice(second - 1, second + 1)
                if _is_mean(both.own[pair], both.theirs[pair]):
                    found.append(change.at_s)
    if not found:
        return passed(NAME, "no hour holds the mean of two of the other copy")
    named = ", ".join(when(raw, at) for at in found[:4])
    where = np.isin(raw.stamps_s, [at - HOUR_S * back for at in found for back in (0, 1)])
    return decide(
        NAME, raw, where, f"where the clock goes back one hour holds the mean of both: {named}",
        f"Take both hours from {other.name}; their mean is neither.",
    )  # fmt: skip


def _is_mean(own: Real, theirs: Real) -> bool:
    """Whether what is there lies at the middle of the other's two: both alike within a fifth of their distance,
    one alone within a fiftieth."""
    there = own[np.isfinite(own)]
    apart = abs(float(theirs[0] - theirs[1])) if np.isfinite(theirs).all() else 0.0
    if not len(there) or not apart or np.ptp(there) > 0:
        return False
    return abs(float(there[0] - theirs.mean())) < (0.2 if len(there) == 2 else 0.02) * apart
