"""Set-points of the grid: what a site is to draw, neither more nor less, and which of several holds."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.call_answer import UNKNOWN, CallAnswer, answers_of
from gridtide.decide.call_terms import LEAST_PRICE_PER_KWH
from gridtide.decide.columns import SHORTFALL_COST_PER_KWH
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.event import EventKind
from gridtide.decide.situation import Commitments, Situation
from gridtide.timeline import Timeline, epoch_s

Real = NDArray[np.float64]
LEAST_SHARE = 0.5
"""A step belongs to set-points that cover at least so much of it."""
TIMES = 5.0
"""A kWh beside a set-point counts so many times what it may cost to be there."""
LEAST_KW = 1e-3
"""What an accelerator takes there at least when it is busy."""


def is_setpoint(answer: CallAnswer) -> bool:
    """Whether it answers a set-point."""
    return answer.event.kind is EventKind.SETPOINT


def target_kw(answer: CallAnswer, steps: Timeline) -> Real:
    """What a set-point asks a site to draw, whatever else holds, (T,), kW ≥ 0; NaN where its baseline is unknown."""
    event = answer.event
    if event.setpoint_kw is not None:
        return np.full(len(steps), event.setpoint_kw)
    baseline_kw = answer.baseline_over(steps)
    return np.asarray(np.maximum(baseline_kw - event.reduce_kw + event.take_kw, 0.0))


def setpoint_over(answers: Iterable[CallAnswer], horizon: Timeline) -> Real:
    """What the set-points of one site ask for in each step, (T,), kW; NaN in steps that they cover by less than half.

    Where two hold at once, the one with the lower number of priority counts, of equal ones the lower power; where they
    follow each other within a step, their mean by time.
    """
    known = tuple(one for one in answers if is_setpoint(one))
    if not known:
        return np.full(len(horizon), UNKNOWN)
    pieces = _pieces(known, horizon)
    asked = _asked(known, pieces)
    length_s = np.where(np.isnan(asked), 0.0, pieces.ends_s - pieces.starts_s)
    at = np.searchsorted(horizon.edges_s, pieces.starts_s, side="right") - 1
    covered_s = np.bincount(at, length_s, minlength=len(horizon))
    sums = np.bincount(at, length_s * np.nan_to_num(asked), minlength=len(horizon))
    enough = covered_s >= LEAST_SHARE * (horizon.ends_s - horizon.starts_s)
    return np.where(enough, sums / np.maximum(covered_s, 1.0), UNKNOWN)


def own_share_of(answer: CallAnswer, answers: Iterable[CallAnswer], horizon: Timeline) -> Real:
    """What is asked in the steps in which this set-point is the one of its site that counts, (T,), kW; else NaN."""
    beside = tuple(
        one for one in answers if is_setpoint(one) and one.event.site == answer.event.site
    )
    own = setpoint_over((answer,), horizon)
    counts = ~np.isnan(own)
    for other in beside:
        if other.event == answer.event:
            continue
        theirs = setpoint_over((other,), horizon)
        ahead = other.event.priority < answer.event.priority
        level = other.event.priority == answer.event.priority
        counts &= ~(~np.isnan(theirs) & (ahead | (level & (theirs < own))))
    return np.where(counts, setpoint_over((*beside, answer), horizon), UNKNOWN)


def setpoints_kw(situation: Situation, horizon: Timeline | None = None) -> Real:
    """What set-points ask each site to draw, (S, T), kW; NaN where none does. horizon: by default the situation's."""
    return _by_site(
        situation, situation.commitments, situation.horizon if horizon is None else horizon
    )


def off_price_per_kwh(situation: Situation, per_kwh: Real, hours: Real) -> float:
    """What a kWh beside a set-point counts: more than energy, a new peak and waiting through the horizon can cost, and
    less than power that cannot be had.

    per_kwh: money for a kWh drawn, its carbon counted, (S, T). hours: of the steps, (T,).
    """
    fleet = situation.fleet
    charges = [site.contract.demand_charge_per_kw_month for site in fleet.sites]
    factors = [site.contract.demand_over_factor for site in fleet.sites]
    peak = max(charge * factor for charge, factor in zip(charges, factors, strict=True))
    dear = max(float(np.abs(per_kwh).max()), LEAST_PRICE_PER_KWH) + peak / float(hours.min())
    waits = max((kind.delay_cost_per_accelerator_h for kind in situation.jobs.classes), default=0.0)
    least_kw = max(float(fleet.menu.extra_kw[fleet.menu.first].min()), LEAST_KW)
    wait = waits * float(hours.sum()) / least_kw
    return min(TIMES * (dear + wait), max(TIMES * dear, 0.5 * SHORTFALL_COST_PER_KWH))


def with_setpoints(dispatch: Dispatch, situation: Situation, commitments: Commitments) -> Dispatch:
    """The dispatch with the import that stores and own supply hold each site to from both sides, whatever a policy
    told them."""
    asked = _by_site(situation, commitments, dispatch.placement.horizon)
    return dispatch if np.isnan(asked).all() else replace(dispatch, setpoint_kw=asked)


def floor_held_kw(dispatch: Dispatch, level_kw: Real) -> Real | None:
    """Least import that stores and own supply hold each site to, (S, T); -inf where to none, None where nowhere.

    level_kw: the most it is held to in the same steps, which goes first.
    """
    if not len(dispatch.setpoint_kw):
        return None
    asked = dispatch.setpoint_kw[:, : level_kw.shape[1]]
    if np.isnan(asked).all():
        return None
    return np.where(np.isnan(asked), -np.inf, np.minimum(asked, level_kw))


def _by_site(situation: Situation, commitments: Commitments, horizon: Timeline) -> Real:
    answers = [one for one in answers_of(commitments) if one.end > situation.as_of]
    names = [site.name for site in situation.fleet.sites]
    return np.stack(
        [
            setpoint_over([one for one in answers if one.event.site == name], horizon)
            for name in names
        ]
    )


def _pieces(answers: Sequence[CallAnswer], horizon: Timeline) -> Timeline:
    """The horizon cut where any set-point begins or ends."""
    first_s, last_s = int(horizon.edges_s[0]), int(horizon.edges_s[-1])
    cuts = [epoch_s(edge) for one in answers for edge in (one.event.start, one.event.end)]
    inside = [cut for cut in cuts if first_s < cut < last_s]
    return Timeline(edges_s=np.unique(np.concatenate([horizon.edges_s, inside]).astype(np.int64)))


def _asked(answers: Sequence[CallAnswer], pieces: Timeline) -> Real:
    """What holds in each piece, (P,), kW; NaN where nothing does."""
    found = np.full(len(pieces), UNKNOWN)
    for priority in sorted({one.event.priority for one in answers}, reverse=True):
        own = np.full(len(pieces), UNKNOWN)
        for one in answers:
            if one.event.priority == priority:
                begins, ends = epoch_s(one.event.start), epoch_s(one.event.end)
                inside = (pieces.starts_s >= begins) & (pieces.ends_s <= ends)
                own = np.fmin(own, np.where(inside, target_kw(one, pieces), UNKNOWN))
        found = np.where(np.isnan(own), found, own)
    return found
