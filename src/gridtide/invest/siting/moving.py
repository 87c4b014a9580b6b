"""Bringing data to a place: as one copy that is kept fresh, or read from home every day, whichever costs less."""

import math
from dataclasses import dataclass
from enum import StrEnum

from gridtide.invest.siting.place import DataPath, Place
from gridtide.invest.siting.work import DataNeed, WorkClass
from gridtide.physics.network import sending_h, transfer_s

DAYS, MONTHS = 365.0, 12.0


class Way(StrEnum):
    """How work comes by its data."""

    HOME = "at home"
    COPY = "copy"
    READ = "read from home"


@dataclass(frozen=True, kw_only=True)
class Moving:
    """Data of one class on its way to a place, a year.

    way: the cheaper of those that are in time; the quickest where none is. cost: with results. gb_per_year: sent
    there. sends_per_year: transfers a year. daily_h: a day's data takes so long, failures expected. first_h: of the
    first copy, 0 where none is made. lag_max_h: what daily_h must keep. failures_per_year: expected. exposure:
    transfers times sensitivity. copy_cost, read_cost: of both ways. break_even_read_gb_per_day: below it reading costs
    less than a copy.
    """

    of: str
    home: str
    way: Way
    cost: float
    gb_per_year: float
    sends_per_year: float
    daily_h: float
    first_h: float
    lag_max_h: float
    failures_per_year: float
    exposure: float
    copy_cost: float
    read_cost: float
    break_even_read_gb_per_day: float


def moving_of(place: Place, work: WorkClass, share: float = 1.0) -> Moving | None:
    """What a share [0-1] of a class needs at a place; None for work without data. A copy is whole whatever the share.

    Raises ValueError where the place has no path from the data's home.
    """
    if work.data is None:
        return None
    ways = [moving_by(place, work, share, way) for way in (Way.COPY, Way.READ)]
    in_time = [one for one in ways if one.daily_h <= one.lag_max_h]
    return (
        min(in_time, key=lambda one: one.cost)
        if in_time
        else min(ways, key=lambda one: one.daily_h)
    )


def moving_by(place: Place, work: WorkClass, share: float, way: Way) -> Moving:
    """The same by one way; at home where the data is there already. The class has data."""
    need = work.data
    if need is None:
        raise ValueError(f"{work.name} has no data")
    if need.home in place.home_of:
        return _at_home(work, need)
    path = next((one for one in place.paths if one.origin == need.home), None)
    if path is None:
        raise ValueError(f"{place.name} has no path from {need.home}")
    return _moving(place, work, need, path, share, way)


def _at_home(work: WorkClass, need: DataNeed) -> Moving:
    return Moving(
        of=work.name,
        home=need.home,
        way=Way.HOME,
        **dict.fromkeys(
            (
                "cost", "gb_per_year", "sends_per_year", "daily_h", "first_h", "failures_per_year", "exposure",
                "copy_cost", "read_cost", "break_even_read_gb_per_day",
            ),
            0.0,
        ),
        lag_max_h=need.lag_max_h,
    )  # fmt: skip


def _moving(
    place: Place, work: WorkClass, need: DataNeed, path: DataPath, share: float, way: Way
) -> Moving:
    copies = 1.0 / need.refresh_years
    kept = place.costs.storage_per_gb_month * MONTHS * need.set_gb
    sent_back = share * need.results_gb_per_day * DAYS * path.price_per_gb
    copied_gb = need.set_gb * copies + need.change_gb_per_day * DAYS
    read_gb = share * need.read_gb_per_day * DAYS
    copy_cost = copied_gb * path.price_per_gb + kept + sent_back
    read_cost = read_gb * path.price_per_gb + sent_back
    copying = way is Way.COPY
    daily_gb = need.change_gb_per_day if copying else share * need.read_gb_per_day
    daily_h = max(_hours(path, daily_gb), _hours(path, share * need.results_gb_per_day))
    first_h = _hours(path, need.set_gb) if copying else 0.0
    sends = (DAYS if daily_gb > 0.0 else 0.0) + (copies if copying else 0.0)
    busy_h = daily_h * DAYS + first_h * copies
    return Moving(
        of=work.name,
        home=need.home,
        way=way,
        cost=copy_cost if copying else read_cost,
        gb_per_year=copied_gb if copying else read_gb,
        sends_per_year=sends,
        daily_h=daily_h,
        first_h=first_h,
        lag_max_h=need.lag_max_h,
        failures_per_year=path.failures_per_h * busy_h,
        exposure=sends * need.sensitivity,
        copy_cost=copy_cost,
        read_cost=read_cost,
        break_even_read_gb_per_day=_break_even(copy_cost - sent_back, share, path),
    )


def _break_even(copying: float, share: float, path: DataPath) -> float:
    per_gb = share * DAYS * path.price_per_gb
    return copying / per_gb if per_gb > 0.0 else math.inf


def _hours(path: DataPath, data_gb: float) -> float:
    """Hours that data takes over a path, failures expected."""
    unbroken_h = transfer_s(data_gb, path.rate_gbps) / 3600.0
    pieces = max(1, math.ceil(data_gb / path.piece_gb))
    return sending_h(unbroken_h, path.failures_per_h, pieces)
