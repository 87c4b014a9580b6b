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


@dataclass(frozen=True, kw_only=True)
class Settings:
    """reserved: units paid for all the time, or those of them that are free slot by slot.

    on_demand_per_unit_h, spot_per_unit_h: prices; reserved_share: price of a reserved unit as a share of
    on demand; spot_max_h: longest job that may run on spot units (0: none). Defaults: the published cost
    model of GAIA. capacity: units that planned starts may use, None for endless ones to buy.
    """

    reserved: int | Whole = 0
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
    """A job starts as soon as it fits into free reserved units, else at its lowest window (RES-First)."""
    start, _ = _starts(jobs, signal, settings)
    return unbroken(start, jobs.length, len(signal.values))


def rent(jobs: SlotJobs, signal: SlotSignal, settings: Settings) -> Rent:
    """What the machines of `reserved_first` cost."""
    start, inside = _starts(jobs, signal, settings)
    slot_h = signal.step_s / 3600.0
    hours = jobs.length * slot_h
    spot = ~inside & (hours <= settings.spot_max_h)
    bought = ~inside & ~spot
    last_start_h = float(start.max(initial=0)) * slot_h
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

    planned = best_starts(
        jobs,
        signal,
        seen=jobs.expected,
        last_start=jobs.arrival + jobs.waiting,
        stride=signal.hour,
        by_rate=False,
        capacity=settings.capacity,
    ).first
    planned = np.where(planned < 0, jobs.arrival, planned)
    order = in_order_of_arrival(jobs)
    start, inside = slot_choice.reserved_starts(
        planned[order],
        jobs.arrival[order],
        jobs.length[order],
        jobs.units[order],
        free_units(settings.reserved, len(signal.values))[0],
    )
    return back_in_place(order, start), back_in_place(order, inside.astype(np.int64)).astype(
        np.bool_
    )
