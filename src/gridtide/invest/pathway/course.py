"""The course of demand from 2024 to 2060: services grow, a joule does more, chips and grids hold it back."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.invest.hours import HOURS_PER_YEAR
from gridtide.invest.pathway.assumptions import ACCELERATED, PLAIN, YEARS, Drivers, Real
from gridtide.invest.pathway.calibration import SPREAD, Calibrated
from gridtide.invest.pathway.efficiency import parts_of, work_per_joule

GW_PER_TWH = 1.0 / 8.76
"""Of mean draw over a year of 8,760 hours."""
FREE, CHIPS, GRID = 0, 1, 2
"""What holds a region in a year."""
HELD = 1e-9
"""Relative miss of what is wanted from which on a course counts as held."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Course:
    """D courses. wanted_twh, drawn_twh: (D, Y, R, K) without and with limits. held_by: (D, Y, R) FREE, CHIPS or GRID.

    service: (D, Y, R, K) wanted, 1 in 2024. work: (D, Y, K) per joule of IT. pue: (D, Y). accelerators: (D, Y, R) in
    use; accelerators_added: (D, Y, R) fitted in the year, for growth and in place of old ones, 0 in the first.
    """

    wanted_twh: Real
    drawn_twh: Real
    held_by: NDArray[np.int8]
    service: Real
    work: Real
    pue: Real
    accelerators: Real
    accelerators_added: Real

    def __post_init__(self) -> None:
        freeze(self, held_by=np.int8)
        names = (
            "wanted_twh",
            "drawn_twh",
            "service",
            "work",
            "pue",
            "accelerators",
            "accelerators_added",
        )
        freeze(self, **dict.fromkeys(names, np.float64))

    @property
    def electricity_twh(self) -> Real:
        """All kinds together, (D, Y, R)."""
        drawn: Real = self.drawn_twh.sum(axis=3)
        return drawn


def course_of(drivers: Drivers, known: Calibrated) -> Course:
    """Courses of demand, each of its own drivers, from the calibrated growth."""
    work = work_per_joule(drivers, parts_of(drivers, known.past, known.parts))
    work[:, : known.past] = known.work[: known.past]
    pue = np.array(drivers.pue)
    pue[:, : known.past] = known.pue[: known.past]
    service = services(drivers, known, work)
    base = _base_twh(drivers, known)
    buildings = (pue / pue[:, :1])[:, :, None, None]
    wanted = base[:, None] * service / work[:, :, None, :] * buildings
    plain, accelerated = wanted[..., PLAIN].sum(axis=3), wanted[..., ACCELERATED].sum(axis=3)
    limit = _grid_limit_twh(drivers, plain + accelerated, known.past)
    plain_drawn = np.minimum(plain, limit)
    allowed = np.minimum(accelerated, limit - plain_drawn)
    used, added = _fitted_out(drivers, allowed, known.past)
    accelerated_drawn = used * _twh_each(drivers)[:, :, None]
    drawn = wanted.copy()
    drawn[..., PLAIN] *= (plain_drawn / plain)[..., None]
    drawn[..., ACCELERATED] *= (accelerated_drawn / accelerated)[..., None]
    return Course(
        wanted_twh=wanted,
        drawn_twh=drawn,
        held_by=_held_by(plain + accelerated, plain_drawn, allowed, accelerated_drawn),
        service=service,
        work=work,
        pue=pue,
        accelerators=used,
        accelerators_added=added,
    )


def services(drivers: Drivers, known: Calibrated, work: Real) -> Real:
    """Services wanted, 1 in 2024, (D, Y, R, K).

    Growth is that of the calibration at its pace, g = g0 + eps x gain: of a joule that does more than the reference's,
    users take back the rebound's share. It fades towards saturation, s' = M s (1 + g) / (M + s g), the logistic curve
    between whole years.
    """
    most = drivers.saturation[:, None, :] * known.reached[None]
    served = np.repeat(known.service[None], len(drivers), axis=0)
    gain = known.work[1:] / known.work[:-1]
    for year in range(known.past, len(YEARS)):
        more = work[:, year] / work[:, year - 1] - gain[year - 1]
        growth = drivers.pace[:, None, :] * _growth(drivers, known, year)
        growth = np.maximum(growth + (drivers.rebound[:, None] * more)[:, None, :], -0.99)
        before = served[:, year - 1]
        served[:, year] = most * before * (1.0 + growth) / (most + before * growth)
    return served


def _growth(drivers: Drivers, known: Calibrated, year: int) -> Real:
    """Of the calibration, (D, R, K); after its later year it fades towards that of the long run."""
    passed = max(int(YEARS[year]) - known.edition.later_year, 0)
    left = np.exp(-passed / drivers.fade_years)[:, None, None]
    faded: Real = known.growth[year][None] * left
    return faded + drivers.long_run_growth[:, None, :] * (1.0 - left)


def _base_twh(drivers: Drivers, known: Calibrated) -> Real:
    """Energy of 2024 by kind, (D, R, K)."""
    base = np.repeat(known.base_twh[None, :, SPREAD], len(drivers), axis=0)
    base[..., 0] *= drivers.training_share[:, None]
    base[..., 1] *= 1.0 - drivers.training_share[:, None]
    return base


def _grid_limit_twh(drivers: Drivers, wanted_twh: Real, past: int) -> Real:
    """What grids have connected by each year, (D, Y, R): what was drawn when the past ended, and what came since."""
    came = np.array(drivers.grid_gw_per_year)
    came[:, :past] = 0.0
    limit: Real = wanted_twh[:, past - 1 : past] + np.cumsum(came, axis=1) / GW_PER_TWH
    limit[:, :past] = np.inf
    return limit


def _twh_each(drivers: Drivers) -> Real:
    """Of one accelerator in a year, with its share of everything, (D, Y)."""
    each: Real = drivers.accelerator_kw * drivers.accelerator_use[:, None] * HOURS_PER_YEAR * 1e-9
    return each


def _fitted_out(drivers: Drivers, allowed_twh: Real, past: int) -> tuple[Real, Real]:
    """Accelerators in use and fitted in each year, (D, Y, R): as many as are allowed while chips last.

    Where chips are short, regions get as much of what each lacks as any other does.
    """
    wanted = allowed_twh / _twh_each(drivers)[:, :, None]
    used, added = wanted.copy(), np.zeros_like(wanted)
    lasting = (1.0 - 1.0 / drivers.accelerator_life)[:, None]
    for year in range(1, len(YEARS)):
        left = np.minimum(used[:, year - 1] * lasting, wanted[:, year])
        lacking = wanted[:, year] - left
        total = np.maximum(lacking.sum(axis=1), 1e-300)
        made = drivers.chips_per_year[:, year] if year >= past else total
        share = made / np.maximum(total, made)
        added[:, year] = lacking * share[:, None]
        used[:, year] = left + added[:, year]
    return used, added


def _held_by(wanted: Real, plain: Real, allowed: Real, drawn: Real) -> NDArray[np.int8]:
    """What holds each region: chips where fewer are fitted than the grid would carry, else the grid."""
    chips = drawn < allowed * (1.0 - HELD)
    grid = plain + allowed < wanted * (1.0 - HELD)
    return np.where(chips, CHIPS, np.where(grid, GRID, FREE)).astype(np.int8)
