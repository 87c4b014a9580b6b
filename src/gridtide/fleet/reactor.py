"""A small reactor, or any other plant of a site that makes steady power and is told how much."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Outage:
    """A time in which a plant stands: from `start` up to `end`, aware."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Reactor:
    """A plant that runs between its least and its rating, changes slowly, and stands in its planned outages.

    capacity_kw: at the terminals, own needs taken off. least_share: of it, below which it does not run.
    ramp_kw_per_min: how fast its power changes, up and down. cost_per_mwh: fuel and all else that grows with what it
    makes, money. emissions_g_per_kwh: of what it makes. start_share: what it makes at the start. Back from an outage it
    begins at its least. What nobody needs of its power is led past the turbine and paid for all the same.
    """

    capacity_kw: float
    ramp_kw_per_min: float
    cost_per_mwh: float
    least_share: float = 0.5
    emissions_g_per_kwh: float = 0.0
    start_share: float = 1.0
    outages: tuple[Outage, ...] = ()

    @property
    def least_kw(self) -> float:
        """What it makes at least while it runs."""
        return self.least_share * self.capacity_kw

    @property
    def start_kw(self) -> float:
        """What it makes before the first step."""
        return self.start_share * self.capacity_kw

    def runs(self, steps: Timeline) -> NDArray[np.bool_]:
        """Whether it runs all through each step, (T,)."""
        runs = np.ones(len(steps), dtype=np.bool_)
        for outage in self.outages:
            runs &= (steps.ends_s <= epoch_s(outage.start)) | (
                steps.starts_s >= epoch_s(outage.end)
            )
        return runs

    def change_kw(self, hours: Real) -> Real:
        """By how much its power may change over steps of these hours, kW."""
        return self.ramp_kw_per_min * 60.0 * hours

    def following_kw(self, wanted_kw: Real, now_kw: float, steps: Timeline) -> Real:
        """What it makes in each step when it is told to make wanted_kw, (T,). now_kw: before, NaN where unknown."""
        from gridtide.kernels import reactors

        made_kw = np.zeros(len(steps))
        plant = (self.capacity_kw, self.least_share, self.ramp_kw_per_min / self.capacity_kw)
        wanted = np.ascontiguousarray(wanted_kw)
        reactors.follow(wanted, self.runs(steps), plant, now_kw, steps.hours, made_kw)
        return made_kw
