"""What a long-run scenario rests on: kinds of demand, published anchors, and what drives and holds each course."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]
FIRST_YEAR, LAST_YEAR = 2024, 2060
YEARS = np.arange(FIRST_YEAR, LAST_YEAR + 1)
YEARS.flags.writeable = False


class Kind(StrEnum):
    """Kinds of demand of data centres; `other` is what stands beside servers, as the anchors count it."""

    TRAINING = "training"
    INFERENCE = "inference"
    CONVENTIONAL = "conventional"
    OTHER = "other"


KINDS = tuple(Kind)
ACCELERATED = slice(0, 2)
"""Training and inference among the kinds."""
PLAIN = slice(2, 4)
GROUPS = ("accelerated", "conventional", "other")
"""Kinds as the anchors count them: accelerated servers are not told apart by what they compute."""


@dataclass(frozen=True, kw_only=True)
class Anchor:
    """One published figure that a course is held against.

    quantity: what of a data centre counts, `all` or one of GROUPS. region: None for the world. low_twh and high_twh
    are alike where one figure is published. fitted: whether the calibration goes through it.
    """

    name: str
    year: int
    region: str | None
    quantity: str
    low_twh: float
    high_twh: float
    fitted: bool
    mark: str
    source: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Edition:
    """The anchors a calibration goes through.

    regions: (R,) names. by_region_twh: (2, R) in the first and the later year, by_group_twh: (2, G) likewise; regions
    of a year are scaled to its groups' sum. prior: (R, G) weights of a region in a group, of which only proportions
    count. between: year -> (G,) TWh of the world; empty where the way between the two is even.
    """

    name: str
    later_year: int
    regions: tuple[str, ...]
    by_region_twh: Real
    by_group_twh: Real
    prior: Real
    between: tuple[tuple[int, tuple[float, ...]], ...]

    def __post_init__(self) -> None:
        freeze(self, by_region_twh=np.float64, by_group_twh=np.float64, prior=np.float64)


@dataclass(frozen=True, kw_only=True, eq=False)
class Drivers:
    """What drives and holds D courses, one a row; a scenario is one course, a fan many.

    pace: (D, K) of the growth of services, 1 as calibrated; after the later anchor year it fades within fade_years (D,)
    towards long_run_growth (D, K) a year. process_gain, architecture_gain: (D,) of accelerated work
    per joule and year, towards process_most and architecture_most times that of 2024; plain_gain, plain_most: (D,)
    those of conventional work and what stands beside it. special_factor: (D,) work per joule of specialised chips
    over others, special_year: (D,) when they arrive, special_share: (D,) of work they take in the end, special_years:
    (D,) until then. rebound: (D,) growth of services for each point of efficiency. saturation: (D, K) times the
    service of the later anchor year at which services end. training_share: (D,) of accelerated energy in 2024.
    pue: (D, Y). accelerator_kw: (D, Y) at the meter of a facility, over all in use; accelerator_use: (D,) share of the
    year they draw it; accelerator_life: (D,) [a]. chips_per_year: (D, Y) the world can make and fit.
    grid_gw_per_year: (D, Y, R) of mean draw that grids can connect; what is not used stays.
    """

    pace: Real
    fade_years: Real
    long_run_growth: Real
    process_gain: Real
    process_most: Real
    architecture_gain: Real
    architecture_most: Real
    plain_gain: Real
    plain_most: Real
    special_factor: Real
    special_year: Real
    special_share: Real
    special_years: Real
    rebound: Real
    saturation: Real
    training_share: Real
    pue: Real
    accelerator_kw: Real
    accelerator_use: Real
    accelerator_life: Real
    chips_per_year: Real
    grid_gw_per_year: Real

    def __post_init__(self) -> None:
        freeze(self, **dict.fromkeys(self.__dataclass_fields__, np.float64))

    def __len__(self) -> int:
        return len(self.rebound)
