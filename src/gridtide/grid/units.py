"""Generating units of a system: what each can give, what that costs, how often it fails."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze
from gridtide.units import cost_per_kwh

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
WORDS = ("names", "area", "fuel", "technology")
SLACK = 1e-6
"""What blocks may lack of a unit's highest output by rounding, as a share of it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Units:
    """G units in columns, (G,) each unless said. bus: by number in the network; min_kw: lowest output while running,
    max_kw: highest.

    block_kw, block_price_per_mwh: steps of output from 0 to max_kw and what a MWh of each costs, (G, K), prices never
    falling within a unit, width 0 for steps it does not have; no_load_cost_per_h: on top while it runs. start_cost: of
    a cold start. outage_rate: share of time it is forced out, 0-1; repair_h: mean time to mend it. min_up_h,
    min_down_h. inertia_s: on rated_kva. machine_pu, transformer_pu: reactance of the machine and of its transformer on
    rated_kva, 0 where unknown. carbon_g_per_kwh: of its fuel at highest output. Money in `currency`.

    Raises ValueError for columns of another length and for values that cannot be.
    """

    names: tuple[str, ...]
    bus: Whole
    area: tuple[str, ...]
    fuel: tuple[str, ...]
    technology: tuple[str, ...]
    min_kw: Real
    max_kw: Real
    block_kw: Real
    block_price_per_mwh: Real
    no_load_cost_per_h: Real
    start_cost: Real
    ramp_kw_per_min: Real
    outage_rate: Real
    repair_h: Real
    min_up_h: Real
    min_down_h: Real
    inertia_s: Real
    rated_kva: Real
    machine_pu: Real
    transformer_pu: Real
    carbon_g_per_kwh: Real
    currency: str

    def __post_init__(self) -> None:
        reals = sorted(set(self.__dataclass_fields__) - {*WORDS, "bus", "currency"})
        freeze(self, bus=np.int64, **dict.fromkeys(reals, np.float64))
        long = [name for name in self.__dataclass_fields__ if name != "currency"]
        if any(len(getattr(self, name)) != len(self.names) for name in long):
            raise ValueError("columns of units are of different lengths")
        if self.block_kw.shape != self.block_price_per_mwh.shape:
            raise ValueError("steps of output and their prices are of different shapes")
        if not ((self.min_kw >= 0.0) & (self.min_kw <= self.max_kw)).all():
            raise ValueError("a lowest output is below 0 or above the highest")
        if not ((self.outage_rate >= 0.0) & (self.outage_rate <= 1.0)).all():
            raise ValueError("a rate of outage is not between 0 and 1")
        if np.abs(self.block_kw.sum(axis=1) - self.max_kw).max(initial=0.0) > SLACK * max(
            self.max_kw.max(initial=0.0), 1.0
        ):
            raise ValueError("steps of a unit do not add up to its highest output")
        if (np.diff(self.block_price_per_mwh, axis=1) < 0.0).any():
            raise ValueError("a later step of a unit is cheaper than the one before")

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class Stores:
    """S stores of energy behind units, (S,) each. unit: by number; energy_kwh: how much it holds, initial_kwh: at the
    start; charge_kw: from the grid at most, 0 where only its own inflow fills it; round_trip: efficiency, 0-1."""

    names: tuple[str, ...]
    unit: Whole
    energy_kwh: Real
    initial_kwh: Real
    charge_kw: Real
    round_trip: Real

    def __post_init__(self) -> None:
        freeze(self, unit=np.int64)
        reals = ("energy_kwh", "initial_kwh", "charge_kw", "round_trip")
        freeze(self, **dict.fromkeys(reals, np.float64))

    def __len__(self) -> int:
        return len(self.names)


@dataclass(frozen=True, kw_only=True, eq=False)
class ReserveProducts:
    """R products of reserve, (R,) each. within_s: time in which it must be there; required_kw; areas: those that may
    give it; technologies: words of those that may; upward: whether more is fed in."""

    names: tuple[str, ...]
    within_s: Real
    required_kw: Real
    areas: tuple[tuple[str, ...], ...]
    categories: tuple[tuple[str, ...], ...]
    upward: NDArray[np.bool_]

    def __post_init__(self) -> None:
        freeze(self, within_s=np.float64, required_kw=np.float64, upward=np.bool_)

    def __len__(self) -> int:
        return len(self.names)


def cost_per_h(units: Units, power_kw: Real) -> Real:
    """What each unit costs per hour at an output, (..., G) for (..., G): its steps filled in order, and what running
    costs where it is above 0."""
    begins = np.cumsum(units.block_kw, axis=1) - units.block_kw
    filled = np.clip(power_kw[..., None] - begins, 0.0, units.block_kw)
    running = np.where(power_kw > 0.0, units.no_load_cost_per_h, 0.0)
    return np.asarray(
        (filled * units.block_price_per_mwh).sum(axis=-1) * cost_per_kwh(1.0) + running
    )
