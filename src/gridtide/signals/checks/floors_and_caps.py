"""Prices that rest at a floor or a cap."""

import numpy as np

from gridtide.signals.check import Check, decide, passed, when
from gridtide.signals.evidence.rests import Rest, rests
from gridtide.signals.raw import Raw
from gridtide.signals.signal import Kind

NAME = "floors and caps"


def floors_and_caps(raw: Raw) -> Check:
    """Each value with its share, year by year; those known of the zone are no news."""
    if raw.kind is not Kind.PRICE or len(raw.rows) < 100:
        return passed(NAME, "none is known or looked for")
    found = rests(raw)
    news = [rest for rest in found if rest.value not in (raw.floor_per_mwh, raw.cap_per_mwh)]
    if not found:
        return passed(NAME, "prices do not rest at their lowest or highest value")
    told = "; ".join(_told(raw, rest) for rest in (news or found))
    if not news:
        return passed(NAME, f"known of the zone: {told}")
    where = np.logical_or.reduce([rest.at for rest in news])
    return decide(
        NAME, raw, where, told,
        "Enter floor and cap as data of the zone; a price at the floor is valid, ties go to carbon, then time.",
    )  # fmt: skip


def _told(raw: Raw, rest: Rest) -> str:
    year = raw.stamps_s.astype("datetime64[s]").astype("datetime64[Y]")
    known = np.isfinite(raw.values)
    parts = []
    for number in np.unique(year[rest.at]):
        inside = year == number
        share = (inside & rest.at).sum() / (inside & known).sum()
        if share >= 0.005:
            parts.append(f"{number}: {share:.0%} at {rest.value:g} ({rest.name})")
    few = (
        f"{int(rest.at.sum())} rows at {rest.value:g} ({rest.name}) from {when(raw, rest.first_s)}"
    )
    return "; ".join(parts) or few
