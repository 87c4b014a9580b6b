"""What is true now, as far as it was measured."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.digest import freeze


class Status(IntEnum):
    """Where a job stands in its life."""

    WAITING = 0
    RUNNING = 1
    PAUSED = 2
    MOVING = 3
    DONE = 4


@dataclass(frozen=True, kw_only=True, eq=False)
class State:
    """Columns per site and per active job (aligned with the Situation's jobs); unknown is NaN.

    soc_kwh, grid_power_kw, it_kw, peak_import_kw: per site; the last is the highest import of the
    running billing month. remaining_s: declared work left, expected_left_s: expected work left, at full
    speed; place: where the job's data and last checkpoint are; moves: how often it moved; status.
    available_s: when a moving job can start at its place. told_place (-1 for none), told_point (its operating
    point, by its number in the menu of the pool there, 0 the full speed), told_offsets (n+1,)
    and told_starts_s: the slots each job was last told, by start; they hold its whole declared work and
    are the witness that its deadline can be kept. promised: whether the guard promised the deadline.
    hall_c: air and mass of each hall, °C, (2, S), NaN without one; cold_kwh: in stores of cold, kWh of heat,
    (S,). Both of no sites where no site has either. at_rest: accelerators that are idle, parked and off, (3, P),
    of no places where no pool says how it rests; rest_used: what was used of them in each step
    of the day before, NaN where nobody saw, (P, D). answered_shares: of each origin's requests by place in the last
    step, (V, O, P), of no services before the first. made_kw: of each plant that is told what to make, (G,), 0 while
    it stands. store_kw: what each store took last, less what it gave, (S,), of no sites before the first step.
    """

    measured_at: datetime
    soc_kwh: NDArray[np.float64]
    grid_power_kw: NDArray[np.float64]
    it_kw: NDArray[np.float64]
    peak_import_kw: NDArray[np.float64]
    remaining_s: NDArray[np.int64]
    expected_left_s: NDArray[np.int64]
    place: NDArray[np.int64]
    moves: NDArray[np.int64]
    status: NDArray[np.int64]
    available_s: NDArray[np.int64]
    told_place: NDArray[np.int64]
    told_point: NDArray[np.int64]
    told_offsets: NDArray[np.int64]
    told_starts_s: NDArray[np.int64]
    promised: NDArray[np.bool_]
    hall_c: NDArray[np.float64] = field(default_factory=lambda: np.zeros((2, 0)))
    cold_kwh: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    at_rest: NDArray[np.float64] = field(default_factory=lambda: np.zeros((3, 0)))
    made_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    rest_used: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    answered_shares: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0, 0)))
    store_kw: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        real = (
            "soc_kwh",
            "grid_power_kw",
            "it_kw",
            "peak_import_kw",
            "hall_c",
            "cold_kwh",
            "at_rest",
            "made_kw",
            "rest_used",
            "answered_shares",
            "store_kw",
        )
        job = ("remaining_s", "expected_left_s", "place", "moves", "status", "available_s")
        told = ("told_place", "told_point", "told_offsets", "told_starts_s")
        freeze(self, **dict.fromkeys(real, np.float64), **dict.fromkeys(job + told, np.int64))
        freeze(self, promised=np.bool_)
