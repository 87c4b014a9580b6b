"""Certificates of renewable energy: a ledger in which each is retired once, and what of a load they cover."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.finding import BadInput, Finding

Real = NDArray[np.float64]


class Matching(StrEnum):
    """Over what span energy and certificates must meet."""

    YEARLY = "yearly"
    HOURLY = "hourly"


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """One certificate. vintage: month of generation, 2026-05. retired_at: date, empty while it is not.

    directly_used: its energy was drawn over a direct connection and is claimed there. generated_s: begin of the
    interval of generation, None where only the month is known.
    """

    id: str
    vintage: str
    technology: str
    kwh: float
    retired_at: str = ""
    purpose: str = ""
    directly_used: bool = False
    generated_s: int | None = None


def retired(
    ledger: tuple[Certificate, ...], ids: tuple[str, ...], at: str, purpose: str
) -> tuple[Certificate, ...]:
    """The ledger after certificates were retired for a purpose.

    Raises BadInput with every id that is unknown, named twice, retired before, or whose energy is claimed through a
    direct connection: nothing is retired then.
    """
    known = {one.id: one for one in ledger}
    faults = [
        fault for number, id_ in enumerate(ids) for fault in _faults(known, ids[:number], id_)
    ]
    if faults:
        raise BadInput(faults)
    chosen = set(ids)
    return tuple(
        replace(one, retired_at=at, purpose=purpose) if one.id in chosen else one for one in ledger
    )


def covered_kwh(load_kwh: Real, direct_kwh: Real, certified_kwh: Real, matching: Matching) -> float:
    """Load that certificates cover beside what a direct connection did; no kWh is claimed twice.

    load_kwh, direct_kwh, certified_kwh: by interval, (T,): drawn, of it over a direct connection, and retired
    certificates by the interval of generation. Yearly, surplus of one interval covers another of the same year, which
    is all that is given; hourly it does not.
    """
    left_kwh = np.maximum(load_kwh - direct_kwh, 0.0)
    if matching is Matching.HOURLY:
        return float(np.minimum(left_kwh, certified_kwh).sum())
    return float(min(left_kwh.sum(), certified_kwh.sum()))


def covered_by_year(
    left_kwh: dict[int, float], certified_kwh: dict[int, float], carried_years: int
) -> dict[int, float]:
    """What certificates cover of each year's load, kWh, by the year.

    left_kwh: by the year it was drawn in, what nothing else covers. certified_kwh: by the year of vintage.
    carried_years: how many years after its vintage a certificate may still cover, as a rule book says; it never covers
    a year before it. The oldest that may are taken first, which leaves the most for later years.
    """
    there, found = dict(certified_kwh), {}
    for year in sorted(left_kwh):
        found[year] = 0.0
        for vintage in sorted(there):
            if year - carried_years <= vintage <= year:
                taken = min(there[vintage], left_kwh[year] - found[year])
                there[vintage] -= taken
                found[year] += taken
    return found


def _faults(known: dict[str, Certificate], before: tuple[str, ...], id_: str) -> list[Finding]:
    wrong = []
    if id_ not in known:
        wrong.append(("is not in the ledger", "a certificate that is owned"))
    else:
        one = known[id_]
        if one.retired_at:
            wrong.append((f"was retired on {one.retired_at} for {one.purpose}", "retired once"))
        if one.directly_used:
            wrong.append(("its energy is claimed through a direct connection", "claimed once"))
    if id_ in before:
        wrong.append(("is named twice", "named once"))
    return [
        Finding(subject=f"certificate {id_}", value=value, limit=limit, mend="Leave it out.")
        for value, limit in wrong
    ]
