"""How fast services must have grown and must grow for a course to go through the published anchors."""

from dataclasses import dataclass

import numpy as np

from gridtide.digest import freeze
from gridtide.invest.pathway.assumptions import (
    FIRST_YEAR,
    KINDS,
    YEARS,
    Drivers,
    Edition,
    Real,
)
from gridtide.invest.pathway.efficiency import parts_of, work_per_joule

ROUNDS = 200
"""Of proportional fitting; positive tables of this size are settled to the last digit within a few dozen."""
SPREAD = (0, 0, 1, 2)
"""The group of each kind."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Calibrated:
    """What a course is reckoned from.

    base_twh: (R, G) in 2024. growth: (Y, R, K) of services from the year before as calibrated, 0 in the first; after
    the later anchor year it stands as in it. service: (Y, R, K) as calibrated, 1 in 2024, level after that year. work:
    (Y, K) per joule, its parts (Y, 3) and pue (Y,), on which they rest. past: how many years, from the first on, are
    over and alike in all courses.
    """

    edition: Edition
    base_twh: Real
    growth: Real
    service: Real
    work: Real
    parts: Real
    pue: Real
    past: int

    def __post_init__(self) -> None:
        names = ("base_twh", "growth", "service", "work", "parts", "pue")
        freeze(self, **dict.fromkeys(names, np.float64))

    @property
    def reached(self) -> Real:
        """Services of the later anchor year, (R, K)."""
        last: Real = self.service[-1]
        return last


def fitted(prior: Real, rows: Real, columns: Real) -> Real:
    """The table nearest to a positive prior whose rows and columns have these sums, (R, G).

    rows are scaled to the sum of the columns. Reference: iterative proportional fitting (Deming and Stephan 1940).
    """
    table = np.asarray(prior, dtype=np.float64)
    rows = rows * (columns.sum() / rows.sum())
    for _ in range(ROUNDS):
        table = table * (rows / table.sum(axis=1))[:, None]
        table = table * (columns / table.sum(axis=0))[None, :]
    return table


def calibrated(edition: Edition, reference: Drivers) -> Calibrated:
    """Growth of services for which the reference course goes through the edition's anchors while nothing holds it."""
    first, later = (
        fitted(edition.prior, edition.by_region_twh[k], edition.by_group_twh[k]) for k in (0, 1)
    )
    parts = parts_of(reference)
    work = work_per_joule(reference, parts)[0]
    pue = reference.pue[0]
    ends = edition.later_year - FIRST_YEAR
    reached = _service(later / first, work[ends], pue[0] / pue[ends])
    most = reached * reference.saturation[0]
    growth = np.zeros((len(YEARS), len(edition.regions), len(KINDS)))
    service = np.repeat(reached[None], len(YEARS), axis=0)
    service[0] = 1.0
    for at in range(1, ends + 1):
        energy = _on_the_way(edition, first, later, FIRST_YEAR + at)
        service[at] = _service(energy / first, work[at], pue[0] / pue[at])
        before = service[at - 1]
        growth[at] = service[at] / (most - service[at]) / (before / (most - before)) - 1.0
    growth[ends + 1 :] = growth[ends]
    return Calibrated(
        edition=edition,
        base_twh=first,
        growth=growth,
        service=service,
        work=work,
        parts=parts[0],
        pue=pue,
        past=1 + max([year for year, _ in edition.between], default=FIRST_YEAR) - FIRST_YEAR,
    )


def _on_the_way(edition: Edition, first: Real, later: Real, year: int) -> Real:
    """Energies (R, G) of a year: groups grow evenly from anchor to anchor, regions as far along their own even way."""
    share = (year - FIRST_YEAR) / (edition.later_year - FIRST_YEAR)
    even: Real = first ** (1.0 - share) * later**share
    known = {FIRST_YEAR: first.sum(axis=0), edition.later_year: later.sum(axis=0)}
    known |= {at: np.asarray(groups) for at, groups in edition.between}
    years = sorted(known)
    logs = np.log(np.stack([known[at] for at in years]))
    groups = np.exp([np.interp(year, years, column) for column in logs.T])
    table: Real = even * (groups / even.sum(axis=0))[None, :]
    return table


def _service(energy: Real, work: Real, buildings: float) -> Real:
    """Services (R, K) behind energies (R, G), both 1 in 2024."""
    served: Real = energy[:, SPREAD] * work[None, :] * buildings
    return served
