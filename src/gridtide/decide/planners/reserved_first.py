"""Use reserved machines as soon as they are free; wait for a better hour only when they are not."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.scored import best_starts
from gridtide.decide.slots import (
    Capacity,
    SlotJobs,
    SlotPlan,
    SlotSignal,
    Whole,
    back_in_place,
    free_units,
    in_order_of_arrival,
    unbroken,
)

OTHERWISE = ("lowest-window", "lowest-slot", "carbon-time", "all-wait")
"""What a job that does not fit into the reserved units may do instead."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """reserved: units paid for all the time, or those of them that are free slot by slot.

    otherwise: the policy that plans the start of a job that does not fit into them, one of OTHERWISE.
    on_demand_per_unit_h, spot_per_unit_h: prices; reserved_share: price of a reserved unit as a share of
    on demand; spot_max_h: longest job that may run on spot units (0: none). Defaults: the published cost
    model of GAIA. capacity: units there are, reserved ones among them, None for endless ones to buy.
    """

    reserved: int | Whole = 0
    otherwise: str = "lowest-window"
    on_demand_per_unit_h: float = 0.0624
    spot_per_unit_h: float = 0.01248
    reserved_share: float = 0.4
    spot_max_h: float = 0.0
    capacity: Capacity = None


@dataclass(frozen=True, kw_only=True)
class Rent:
    """Money for machines: reserved whether used or not, on demand and spot for what did not fit."""

    reserved: float
    on_demand: float
    spot: float


def reserved_first(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> SlotPlan:
    """A job starts as soon as it fits into free reserved units, else where its policy plans it (RES-First).

    With a capacity, a job whose planned start lies in full slots begins as soon as it fits behind it.
    """
    start, _ = _starts(jobs, signal, settings)
    return unbroken(jobs, start, len(signal.values), jobs.arrival)


def rent(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> Rent:
    """What the machines of `reserved_first` cost, over the jobs that ended within the signal."""
    start, inside = _starts(jobs, signal, settings)
    ran = (start >= 0) & (start + jobs.length <= len(signal.values))
    slot_h = signal.step_s / 3600.0
    hours = jobs.length * slot_h
    spot = ran & ~inside & (hours <= settings.spot_max_h)
    bought = ran & ~inside & ~spot
    last_start_h = float(start[ran].max(initial=0)) * slot_h
    reserved_price = settings.on_demand_per_unit_h * settings.reserved_share
    return Rent(
        reserved=reserved_price * float(np.max(settings.reserved)) * last_start_h,
        on_demand=settings.on_demand_per_unit_h * float((jobs.units * hours)[bought].sum()),
        spot=settings.spot_per_unit_h * float((jobs.units * hours)[spot].sum()),
    )


def _starts(
    jobs: SlotJobs, signal: SlotSignal, settings: Settings
) -> tuple[Whole, NDArray[np.bool_]]:
    from gridtide.kernels import slot_choice

    slots = len(signal.values)
    order = in_order_of_arrival(jobs)
    free, limited = free_units(settings.capacity, slots)
    start, inside = slot_choice.reserved_starts(
        _planned(jobs, signal, settings)[order],
        jobs.arrival[order],
        jobs.length[order],
        jobs.units[order],
        free_units(settings.reserved, slots)[0],
        free,
        limited,
    )
    runs_inside = back_in_place(order, inside.astype(np.int64)).astype(np.bool_)
    return back_in_place(order, start), runs_inside


def _planned(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> Whole:
    """Where a job begins that does not fit into the reserved units, (n,)."""
    if settings.otherwise == "all-wait":
        return jobs.arrival + jobs.waiting
    by_slot = settings.otherwise == "lowest-slot"
    planned = best_starts(
        jobs,
        signal,
        seen=np.ones_like(jobs.expected) if by_slot else jobs.expected,
        last_start=jobs.arrival + jobs.waiting,
        stride=1 if by_slot else signal.hour,
        by_rate=settings.otherwise == "carbon-time",
        capacity=settings.capacity,
    ).first
    return np.where(planned < 0, jobs.arrival, planned)
