"""Whether work passes the level of the recovery after a call: a promise goes before it, and it is named."""

from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import CallAnswer, answers_of
from gridtide.decide.dispatch import Dispatch, load_of
from gridtide.decide.reading import outdoor_c, supply_kw
from gridtide.decide.situation import Situation
from gridtide.decide.steering import covered
from gridtide.fleet.building import facility_power_kw, parked_kw
from gridtide.timeline import instant
from gridtide.trust.guard import Breach

Real = NDArray[np.float64]
TOLERANCE_KW = 1.0


def passed_levels(
    dispatch: Dispatch, situation: Situation, promised: NDArray[np.bool_]
) -> tuple[tuple[CallAnswer, Breach], ...]:
    """Each call that a site recovers from now and whose level work passes, with the highest such step.

    What work draws: parked machines and all jobs as they are told, less own supply, as far as signals reach; stores and
    routes are held to the level wherever they can. promised: jobs whose deadlines were, (n,).
    """
    found = []
    recovering = [one for one in answers_of(situation.commitments) if _recovers(one, situation)]
    if not recovering:
        return ()
    situation = replace(situation, horizon=covered(situation))
    names = [site.name for site in situation.fleet.sites]
    drawn_kw = _drawn_kw(dispatch, situation, np.ones_like(promised))
    sworn_kw = _drawn_kw(dispatch, situation, promised)
    for answer in recovering:
        site = names.index(answer.event.site)
        level_kw = answer.level_after_kw(situation.horizon)
        step = int(np.argmax(drawn_kw[site] - level_kw))
        if drawn_kw[site, step] > level_kw[step] + TOLERANCE_KW:
            by = (drawn_kw[site, step], sworn_kw[site, step], level_kw[step])
            when = instant(situation.horizon.starts_s[step])
            found.append((answer, _breach(answer, by, when)))
    return tuple(found)


def _recovers(answer: CallAnswer, situation: Situation) -> bool:
    return answer.share > 0.0 and answer.event.end <= situation.as_of < answer.end


def _drawn_kw(dispatch: Dispatch, situation: Situation, counted: NDArray[np.bool_]) -> Real:
    """What parked machines and the jobs that are counted draw, less own supply, (S, T), kW."""
    fleet, steps = situation.fleet, len(situation.horizon)
    menu, placement = fleet.menu, dispatch.placement
    used = np.where(counted, np.diff(placement.offsets), 0)
    load = load_of(placement, situation.jobs.accelerators, menu, used)[:, :steps]
    by_place = menu.by_place(load * menu.extra_kw[:, None])
    site = fleet.site_of_place
    by_site = np.stack([by_place[site == one].sum(axis=0) for one in range(len(fleet.sites))])
    it_kw = parked_kw(fleet)[:, None] + by_site
    drawn_kw = facility_power_kw(fleet, it_kw, outdoor_c(situation)) - supply_kw(situation)
    return np.asarray(drawn_kw, dtype=np.float64)


def _breach(answer: CallAnswer, by: tuple[float, float, float], when: datetime) -> Breach:
    drawn_kw, sworn_kw, level_kw = by
    why = (
        "promises go before it"
        if sworn_kw > level_kw + TOLERANCE_KW
        else f"{sworn_kw:,.0f} kW of that is promised"
    )
    return Breach(
        limit=f"after {answer.event.label} draws",
        subject=answer.event.site,
        value=f"{drawn_kw:,.0f} kW at {when:%Y-%m-%d %H:%M} UTC, {why}",
        allowed=f"{level_kw:,.0f} kW",
    )
