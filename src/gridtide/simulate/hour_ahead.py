"""The base point and offer of a site for the hour ahead, chosen together from its store, what runs and its slack."""

from dataclasses import dataclass, replace

import numpy as np

from gridtide.decide.regulate import Band, Law, Means, band_for
from gridtide.fleet.site import Site
from gridtide.simulate.flexing import Window
from gridtide.simulate.regulated_hour import Real, RegulatedHour, Running, between, means_of

SHARES = np.linspace(0.0, 1.0, 101)
"""Base points that are tried, of the way from the least to the most power of gangs."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What is offered before the day, kW up (less) and down (more), and whether both must be one number."""

    up_kw: float
    down_kw: float
    symmetric: bool = True

    @property
    def most_kw(self) -> float:
        """The larger of both."""
        return max(self.up_kw, self.down_kw)


@dataclass(frozen=True, kw_only=True)
class Around:
    """What a site meets in an hour. usual_kw: discharge less charge of its store by the plan; limit_kw: its import."""

    site: Site
    outdoor_c: float
    usual_kw: float
    limit_kw: float


@dataclass(frozen=True, kw_only=True, eq=False)
class HourAhead:
    """What stands for an hour: its band, what runs, and how much work its base point leaves undone an hour."""

    band: Band
    hour: RegulatedHour
    share: float
    lost_work_h: float


def around_of(window: Window, site: int, hour: RegulatedHour) -> Around:
    """What a site meets as an hour begins."""
    standing = window.standing
    step = int(window.coarse[hour.minutes.start])
    dispatch, at = standing.turn.orders.dispatch, standing.twin.present + step
    return Around(
        site=window.study.fleet.sites[site],
        outdoor_c=float(standing.truth.outdoor_c[site, at]),
        usual_kw=float(dispatch.discharge_kw[site, step] - dispatch.charge_kw[site, step]),
        limit_kw=float(standing.twin.import_max_kw[site, at]),
    )


def hour_ahead(
    around: Around,
    hour: RegulatedHour,
    running: Running,
    offer: Offer,
    law: Law,
    stored_kwh: float,
    hours: float,
) -> tuple[HourAhead, Means]:
    """The base point and offer for an hour, chosen together: all that was offered, or the most of it; then what holds
    where more jobs end than expected; then the least work left undone.

    Known are the store, what runs now and its slack; the signal to come is not.
    """
    lowest = means_of(around.site, hour, running, 0.0, around.outdoor_c, around.usual_kw)
    best: tuple[tuple[float, float, float], Band, Means] | None = None
    for share in SHARES:
        means = _based(lowest, float(share))
        band, sure = (
            _band(around, means, hour, offer, law, stored_kwh, hours, ends_kw)
            for ends_kw in (hour.may_end_kw, hour.could_end_kw)
        )
        held_kw, surely_kw = (round(one.up_kw + one.down_kw, 3) for one in (band, sure))
        rank = (held_kw, surely_kw, float(share))
        if best is None or rank > best[0]:
            best = (rank, band, means)
    assert best is not None
    (_, _, share), band, means = best
    undone_h = float(undone(hour, running, means).sum())
    return HourAhead(band=band, hour=hour, share=share, lost_work_h=undone_h), means


def undone(hour: RegulatedHour, running: Running, means: Means) -> Real:
    """Work that each moved gang leaves undone in an hour at its base point, hours of the gang; one that waits, none."""
    gangs = means.gangs
    left = running.told_speed[hour.chosen] - between(gangs.usual_kw, gangs.points_kw, gangs.speeds)
    return np.where(hour.waits, 0.0, left)


def _based(lowest: Means, share: float) -> Means:
    """The same means with gangs at another base point, so far from the least power to the most."""
    gangs = lowest.gangs
    usual_kw = gangs.lowest_kw + share * (gangs.highest_kw - gangs.lowest_kw)
    return replace(lowest, gangs=replace(gangs, usual_kw=usual_kw))


def _band(
    around: Around,
    means: Means,
    hour: RegulatedHour,
    offer: Offer,
    law: Law,
    stored_kwh: float,
    hours: float,
    ends_kw: float,
) -> Band:
    """What holds at a base point where so much power of gangs may end."""
    band = band_for(
        means,
        law,
        stored_kwh,
        float(hour.planned_kw.mean()),
        hours,
        (offer.up_kw, offer.down_kw),
        around.limit_kw,
        ends_kw,
    )
    if not offer.symmetric:
        return band
    both = min(band.up_kw, band.down_kw)
    return replace(band, up_kw=both, down_kw=both)
