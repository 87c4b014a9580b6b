"""What a higher import costs a plan: the demand charge of each billing month, times how likely this peak is to be
the month's in the end."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.objective import Objective
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.fleet.fleet import Fleet
from gridtide.timeline import epoch_s

Real = NDArray[np.float64]
NEVER_S = int(np.iinfo(np.int64).max)


def same_month(one: datetime, other: datetime, clock: str) -> bool:
    """Whether two instants lie in one billing month of a clock."""
    zone = ZoneInfo(clock)
    first, second = one.astimezone(zone), other.astimezone(zone)
    return (first.year, first.month) == (second.year, second.month)


@dataclass(frozen=True, kw_only=True, eq=False)
class DemandPeriods:
    """Billing months of each site that a horizon touches: S sites, N months, the first is under way.

    of_step: the month of each step by the site's clock, (S, T). price_per_kw: money per kW of a month's highest
    import, (S, N), 0 for months a site's horizon does not reach. known_kw: its highest import so far, or what is paid
    for at least, (S, N).
    """

    of_step: NDArray[np.int64]
    price_per_kw: Real
    known_kw: Real

    def __post_init__(self) -> None:
        freeze(self, of_step=np.int64, price_per_kw=np.float64, known_kw=np.float64)

    def peaks_kw(self, import_kw: Real) -> Real:
        """The highest import of each month, what came before the horizon counted, (S, N). import_kw: (S, T)."""
        peaks = self.known_kw.copy()
        site = np.broadcast_to(np.arange(len(peaks))[:, None], self.of_step.shape)
        np.maximum.at(peaks, (site, self.of_step), import_kw)
        return peaks

    def charge(self, import_kw: Real) -> float:
        """Money for the highest import of every month. import_kw: (S, T)."""
        return float((self.price_per_kw * self.peaks_kw(import_kw)).sum())

    @property
    def under_way(self) -> NDArray[np.bool_]:
        """Which steps lie in the month that the horizon begins in, (S, T)."""
        return np.asarray(self.of_step == 0)


def demand_periods(situation: Situation, objective: Objective) -> DemandPeriods:
    """The billing months of the horizon and what a kilowatt of each one's peak counts.

    A plan that passes a peak pays for it only if no later day passes it again. Were days alike, the highest
    of the days up to the horizon's end would be the highest of the month in as many cases of a hundred as the
    days up to then are of its days. So early plans are asked for little, the last one for all.
    """
    starts_s, until_s = situation.horizon.starts_s, int(situation.horizon.edges_s[-1])
    months = [
        _month_edges_s(situation.as_of, until_s, site.clock) for site in situation.fleet.sites
    ]
    shape = (len(months), max(len(edges) for edges in months) - 1)
    price, known = np.zeros(shape), np.zeros(shape)
    of_step = np.zeros((len(months), len(starts_s)), dtype=np.int64)
    for index, (site, edges_s) in enumerate(zip(situation.fleet.sites, months, strict=True)):
        charge = site.contract.demand_charge_per_kw_month * site.contract.demand_over_factor
        charge *= objective.demand_charge_share
        parts = [
            _part(first_s, last_s, until_s, objective) for first_s, last_s in pairwise(edges_s)
        ]
        price[index, : len(parts)] = charge * np.asarray(parts)
        of_step[index] = np.searchsorted(edges_s[1:-1], starts_s, side="right")
    known[:, 0] = np.nan_to_num(situation.state.peak_import_kw)
    least = [site.contract.demand_least_kw for site in situation.fleet.sites]
    known = np.maximum(known, np.asarray(least)[:, None])
    return DemandPeriods(of_step=of_step, price_per_kw=price, known_kw=known)


def next_month_s(fleet: Fleet, after: datetime) -> int:
    """The first second after an instant at which a billing month begins at a site that pays for its peak."""
    charged = [site for site in fleet.sites if site.contract.demand_charge_per_kw_month > 0]
    return min((_month_edges_s(after, 0, site.clock)[1] for site in charged), default=NEVER_S)


def _month_edges_s(as_of: datetime, until_s: int, clock: str) -> list[int]:
    """Where months begin on a clock: that of `as_of`, and every next one up to the first at or after `until_s`."""
    local = as_of.astimezone(ZoneInfo(clock))
    begin = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    edges_s = [epoch_s(begin)]
    while len(edges_s) < 2 or edges_s[-1] < until_s:
        begin = (begin + timedelta(days=32)).replace(day=1)
        edges_s.append(epoch_s(begin))
    return edges_s


def _part(first_s: int, last_s: int, until_s: int, objective: Objective) -> float:
    """The share of a month, or of what the objective adds up of it, that has passed by the end of the horizon."""
    if objective.begins is not None:
        first_s = max(first_s, epoch_s(objective.begins))
    if objective.ends is not None:
        last_s = min(last_s, epoch_s(objective.ends))
    if last_s <= first_s:
        return 0.0
    return min(1.0, max(0.0, (until_s - first_s) / (last_s - first_s)))
