"""Renewable energy that is turned down near a place and that its work could take up, over a period on record."""

from dataclasses import dataclass

import numpy as np

from gridtide.decide.within_days import Shifting, moved_by_gap
from gridtide.invest.siting.account import PlaceAccount
from gridtide.invest.siting.place import CurtailedRecord
from gridtide.settle.curtailment import absorbed_kwh


@dataclass(frozen=True, kw_only=True)
class TakenUp:
    """Over the period of the record, kWh: turned down; drawn by the site; of the first what the site takes up when it
    runs evenly and when its flexible work moves to where most is turned down."""

    curtailed_kwh: float
    drawn_kwh: float
    even_kwh: float
    moved_kwh: float


def taken_up(account: PlaceAccount, record: CurtailedRecord) -> TakenUp:
    """A new load takes up what it draws while something is turned down, up to that; before it there was none.

    The site draws its mean of the years; flexible work moves within spans of its slack, as far as its halls hold.
    """
    per_it = sum(year.facility_kwh for year in account.years) / sum(
        year.it_kwh for year in account.years
    )
    even, moved = np.zeros_like(record.curtailed_kw), np.zeros_like(record.curtailed_kw)
    left = record.curtailed_kw
    for work, power in account.mix:
        flat = np.full(len(left), per_it * power)
        span = max(1, round(work.slack_h / record.step_h))
        most = per_it * power / work.utilisation
        after = moved_by_gap(
            flat, left, Shifting(share=work.flexible_share, load_max_kw=most, day=span)
        )
        left = np.maximum(left - after, 0.0)
        even, moved = even + flat, moved + after
    curtailed = record.curtailed_kw * record.step_h
    none = np.zeros_like(curtailed)
    return TakenUp(
        curtailed_kwh=float(curtailed.sum()),
        drawn_kwh=float(even.sum() * record.step_h),
        even_kwh=absorbed_kwh(curtailed, even * record.step_h, none),
        moved_kwh=absorbed_kwh(curtailed, moved * record.step_h, none),
    )
