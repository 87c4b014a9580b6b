"""Per cent taken for fractions, and a unit that changes inside a column."""

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.raw import DAY_S, Raw
from gridtide.signals.signal import Kind

NAME = "unit"
BLOCK_S = 28 * DAY_S
SHARES = frozenset({Kind.HUMIDITY, Kind.CLOUD})
STEADY = frozenset({Kind.PRICE, Kind.CARBON_AVERAGE, Kind.CARBON_MARGINAL, Kind.DEMAND})
FACTOR = 40.0
"""No month of any market has been this many times the month before; kWh and MWh, g and kg are a thousand."""


def unit(raw: Raw) -> Check:
    """Whether the size of the values fits their name, from the first month to the last."""
    known = np.isfinite(raw.values)
    if not known.any():
        return passed(NAME, "no cell holds a value")
    most = float(np.max(np.abs(raw.values[known])))
    if raw.per_cent and 0 < most <= 1.0 and known.sum() >= 24:
        return decide(
            NAME, raw, np.flatnonzero(known), f"named per cent, and no value is above {most:g}",
            "Rename the column, or multiply it by 100.",
        )  # fmt: skip
    mixed = _part_of_fractions(raw) if raw.per_cent or raw.kind in SHARES else None
    return mixed or _break(raw) or passed(NAME, "the size of the values fits from end to end")


def _blocks(raw: Raw, of: str) -> tuple[list[int], list[float]]:
    """First place of each 28 days with values, and the highest or the median size in it."""
    block = (raw.stamps_s // BLOCK_S).astype(np.int64)
    known = np.isfinite(raw.values)
    firsts, sizes = [], []
    for number in np.unique(block[known]):
        inside = known & (block == number)
        if inside.sum() >= 48:
            part = np.abs(raw.values[inside])
            firsts.append(int(np.flatnonzero(inside)[0]))
            sizes.append(float(np.max(part) if of == "highest" else np.median(part)))
    return firsts, sizes


def _part_of_fractions(raw: Raw) -> Check | None:
    firsts, highest = _blocks(raw, "highest")
    small = [number for number, value in enumerate(highest) if 0 < value <= 1.0]
    if not small or max(highest, default=0.0) < 20.0:
        return None
    return decide(
        NAME, raw, np.asarray([firsts[number] for number in small]),
        f"{len(small)} months of fractions of 1 among {len(highest) - len(small)} of per cent, "
        f"first {when(raw, raw.stamps_s[firsts[small[0]]])}",
        "Give the whole column one unit.",
    )  # fmt: skip


def _break(raw: Raw) -> Check | None:
    if raw.kind not in STEADY:
        return None
    firsts, medians = _blocks(raw, "median")
    for number in range(1, len(medians)):
        before, after = medians[number - 1], medians[number]
        if min(before, after) > 0 and max(before, after) / min(before, after) > FACTOR:
            return decide(
                NAME, raw, np.asarray([firsts[number]]),
                f"the usual value goes from {before:g} to {after:g} in the month from "
                f"{when(raw, raw.stamps_s[firsts[number]])}",
                "Check whether the unit changes there.",
            )  # fmt: skip
    return None
