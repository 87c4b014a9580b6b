"""What a fleet would bid at an instant of a course: energy for the day that comes, capacity for what is open."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bid import Bid
from gridtide.decide.bids import BidPlan, bid_plan
from gridtide.decide.capacity_bids import CapacityBid, capacity_bids
from gridtide.decide.facts import held_of
from gridtide.decide.situation import Situation
from gridtide.finding import BadInput, Finding
from gridtide.fleet.contract import Exposure
from gridtide.loop.sight import see, with_courses
from gridtide.simulate.course import mandate_of
from gridtide.simulate.flexing import Standing
from gridtide.simulate.study import Study

BUYS = (Exposure.INDEX, Exposure.TWO_SETTLEMENT, Exposure.CONTRACT_FOR_DIFFERENCE)
"""Exposures under which an hour's energy has a price of its market."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Offering:
    """The bids of a fleet. energy: with the plans behind them; None where no site buys at a market's price."""

    situation: Situation
    energy: BidPlan | None
    capacity: tuple[CapacityBid, ...]

    @property
    def bids(self) -> tuple[Bid, ...]:
        """Bids for energy, by site and step."""
        return self.energy.bids if self.energy else ()


def offering_at(standing: Standing, forecaster: str, courses: int) -> Offering:
    """Bids for the next local day of every site that buys at a market, over so many courses of what is not published.

    Raises BadInput for a plan that does not reach through that day, and for a forecaster that says points alone.
    """
    mandate = mandate_of(standing.study, forecaster)
    fresh, _ = see(mandate, standing.twin, standing.turn.situation.as_of)
    situation = replace(standing.turn.situation, signals=fresh.signals)
    sites = situation.fleet.sites
    buys = [site.contract.exposure in BUYS for site in sites]
    asked = np.zeros((len(sites), len(situation.horizon)), dtype=np.bool_)
    for index in np.flatnonzero(buys):
        asked[index] = _next_day(situation, sites[index].clock)
    objective = standing.study.objective
    held = held_of(situation, objective)
    energy = None
    if asked.any():
        seen = with_courses(mandate, situation, courses) if courses else situation
        energy = bid_plan(seen, objective, held, asked)
    capacity = capacity_bids(situation, objective, held)
    return Offering(situation=situation, energy=energy, capacity=capacity)


def noon_after_a_day(study: Study) -> datetime | None:
    """The first noon, by the clock of the first site, a day or more after the start; None where a case ends before."""
    begun = (study.timeline.start + timedelta(days=1)).astimezone(
        ZoneInfo(study.fleet.sites[0].clock)
    )
    noon = begun.replace(hour=12, minute=0, second=0, microsecond=0)
    noon += timedelta(days=1 if noon < begun else 0)
    return noon if noon < study.timeline.end else None


def _next_day(situation: Situation, clock: str) -> NDArray[np.bool_]:
    zone = ZoneInfo(clock)
    today = situation.as_of.astimezone(zone).date()
    begin, end = (
        datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
        for day in (today + timedelta(days=1), today + timedelta(days=2))
    )
    horizon = situation.horizon
    if horizon.edges_s[-1] < end:
        raise BadInput(
            [
                Finding(
                    subject="[planning] plan_h",
                    value=f"the plan of {situation.as_of.isoformat()} reaches to {horizon.end.isoformat()}",
                    limit=f"the end of the next day of {clock}",
                    mend="Ask --at an earlier instant, or plan further ahead.",
                )
            ]
        )
    return np.asarray((horizon.starts_s >= begin) & (horizon.starts_s < end))
