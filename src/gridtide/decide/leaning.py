"""How much more or less sites draw than they say they will, learned by the hour of their day from their meters.

What a site will draw tomorrow is more than the work it knows today: jobs come that nobody has told of, others end
early. Where leaving a position is paid for, what is declared leans by what was seen at that hour on days before.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.declared_terms import declared_terms
from gridtide.decide.situation import Situation
from gridtide.digest import freeze
from gridtide.timeline import Timeline

Real = NDArray[np.float64]
Whole = NDArray[np.int64]
HOURS = 24
LEARNED = 0.05
"""Share of an error that its hour takes on: small, since it is learned once a day and felt a day later."""
REACH_H = 2.0
"""Hours beside it take on less, by one half for so many hours away."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Leaning:
    """By how much what is expected is too small, by site and local hour, kW, (S, 24), and what stood at that time.

    position_kw: over the steps that begin at starts_s, NaN where nothing stood, (S, T).
    """

    kw: Real
    starts_s: Whole
    position_kw: Real

    def __post_init__(self) -> None:
        freeze(self, kw=np.float64, starts_s=np.int64, position_kw=np.float64)


def leaning_of(situation: Situation, before: Leaning | None) -> Leaning | None:
    """What is known now; None for a fleet that pays for no deviation.

    The meters as the situation has them are held against what stood for the step that has just ended.
    """
    sites = situation.fleet.sites
    if not any(site.contract.deviation_price_per_mwh for site in sites):
        return None
    horizon = situation.horizon
    kw = np.zeros((len(sites), HOURS)) if before is None else before.kw.copy()
    if before is not None:
        ended = int(np.searchsorted(before.starts_s, horizon.edges_s[0])) - 1
        if ended >= 0:
            drawn = np.maximum(situation.state.grid_power_kw, 0.0)
            apart = np.nan_to_num(drawn - before.position_kw[:, ended])
            for index, site in enumerate(sites):
                hour = _hour(int(before.starts_s[ended]), site.clock)
                kw[index] += LEARNED * apart[index] * _near(hour)
    return Leaning(
        kw=kw,
        starts_s=horizon.starts_s,
        position_kw=declared_terms(situation).position_kw,
    )


def leaned(
    expected_kw: Real, horizon: Timeline, clock: str, by_hour_kw: Real, least_kw: float = 0.0
) -> Real:
    """What is expected, (T,), with what is learned of each hour, never below least_kw."""
    hours = [_hour(int(start), clock) for start in horizon.starts_s]
    return np.maximum(expected_kw + by_hour_kw[hours], least_kw)


def _hour(start_s: int, clock: str) -> int:
    return datetime.fromtimestamp(start_s, ZoneInfo(clock)).hour


def _near(hour: int) -> Real:
    away = np.abs(np.arange(HOURS) - hour)
    away = np.minimum(away, HOURS - away)
    return np.asarray(0.5 ** (away / REACH_H))
