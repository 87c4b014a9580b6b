"""Work of a cluster that may be slowed by power caps or paused while the grid calls, and how much it may lose."""

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze

Real = NDArray[np.float64]

LOSS_BY_TIER = {"flex 0": 0.0, "flex 1": 0.10, "flex 2": 0.25, "flex 3": 0.50}
"""Average loss of throughput that a tier allows. Reference: Phoenix field demonstration, arXiv 2507.00909 [quoted]."""


CHECKPOINT_MIN = 1.0
RESTART_MIN = 3.0
"""Minutes of work that a gang loses where it pauses, and that it stands without work where it comes back [assumed: the
low ends of 1 to 5 min for a blocking checkpoint and 3 to 15 min for a restart at 1k to 16k accelerators]."""

BORROWED_WORTH = 0.9
"""Work of a borrowed accelerator over that of one of a job's own [assumed]."""


class Pausing(StrEnum):
    """What of a job may stand still: nothing (no checkpoint), the whole gang, or some of its accelerators."""

    NEVER = "never"
    WHOLE = "whole"
    SOME = "some"


@dataclass(frozen=True, kw_only=True, eq=False)
class CappedJob:
    """One job on accelerators of one kind.

    power_w: what an accelerator draws at each measured cap, rising, (n,); speed: of the whole job there over that at
    the highest cap, rising to 1, (n,). idle_w: of a paused accelerator. loss_most: average share of its usual work
    that may be lost over the span a call is judged by. weight: of its work among others, above 0. usual: the speed it
    is wanted at, (0, 1]. makes_up: lost work is wanted later. away_share: of full speed that another place may answer
    while the grid calls; away_value: what such an answer is worth, [0, 1]. checkpoint_min, restart_min: of a gang that
    pauses whole: minutes of work it loses then, and minutes it draws power without work when it comes back. gives:
    what stands still of it may work for another job. grows_to: accelerators it may run on, no more than its own where
    that is less; borrowed_worth: work of one that is not its own over that of one that is, [0, 1].
    """

    name: str
    accelerators: int
    power_w: Real
    speed: Real
    idle_w: float
    loss_most: float
    weight: float
    pausing: Pausing
    usual: float = 1.0
    makes_up: bool = False
    away_share: float = 0.0
    away_value: float = 1.0
    checkpoint_min: float = 0.0
    restart_min: float = 0.0
    gives: bool = False
    grows_to: int = 0
    borrowed_worth: float = BORROWED_WORTH

    def __post_init__(self) -> None:
        freeze(self, power_w=np.float64, speed=np.float64)

    @property
    def growth(self) -> float:
        """Accelerators it may borrow over its own."""
        return max(self.grows_to / self.accelerators - 1.0, 0.0)

    @property
    def floor(self) -> float:
        """Least average speed over the span, as a share of what is wanted."""
        return 1.0 - self.loss_most


@dataclass(frozen=True, kw_only=True, eq=False)
class CappedCluster:
    """Jobs behind one meter. other_kw: drawn whatever they do; baseline_kw: what the meter shows with nobody calling,
    never passed afterwards. fall, rise: largest change from one minute to the next as a share of the baseline."""

    name: str
    jobs: tuple[CappedJob, ...]
    other_kw: float
    baseline_kw: float
    fall: float = 0.124
    rise: float = 0.151


def speed_under(job: CappedJob, power_w: Real) -> Real:
    """Speed of the job with all accelerators at a power [W], straight between what was measured; [0-1].

    No cap reaches below the lowest measured power: what draws no more than when it is paused does nothing.
    """
    return np.where(power_w > job.idle_w, np.interp(power_w, job.power_w, job.speed), 0.0)


def power_for(job: CappedJob, speed: Real) -> Real:
    """Power of each accelerator [W] at which the job runs at a speed, within what was measured."""
    return np.interp(speed, job.speed, job.power_w)
