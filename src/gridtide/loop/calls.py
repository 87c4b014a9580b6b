"""Hear a call of the grid: declare what would be drawn without it, then let the policy answer how much it takes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bid import Bid
from gridtide.decide.call_answer import UNKNOWN, CallAnswer, answers_of
from gridtide.decide.event import Event, EventKind
from gridtide.decide.expected_work import Arrivals, expected_jobs, with_expected
from gridtide.decide.plan import Plan
from gridtide.decide.positions import expected_net_kw
from gridtide.decide.reservations import Reservations, copied, expected_counts, reservations
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Commitment, Commitments, OfferedCapacity, Situation
from gridtide.loop.mandate import Policy
from gridtide.timeline import epoch_s
from gridtide.trust.admission import admit
from gridtide.trust.packing import fitting

Real = NDArray[np.float64]
MANDATORY = "mandatory"
MET = "met from both sides, behind limits and promises"
TAKEN_BACK = "taken back by who issued it"
NOT_WEIGHED = "declined: this policy weighs no calls"


@runtime_checkable
class WeighsCalls(Protocol):
    """A policy that answers calls it may decline."""

    def weigh(
        self, situation: Situation, held: Reservations, answers: tuple[CallAnswer, ...]
    ) -> tuple[CallAnswer, ...]:
        """The same answers with the share it takes of each call. situation: without them."""
        ...


def is_answered(event: Event) -> bool:
    """Whether a call asks for an answer or for money; a limit alone, one of export and a set-point only hold."""
    if event.kind in (EventKind.EXPORT_LIMIT, EventKind.SETPOINT):
        return False
    money = event.payment_per_mwh > 0.0 or event.penalty_per_mwh > 0.0
    bound = event.kind in (EventKind.ORDERLY_USE, EventKind.DEMAND_RESPONSE)
    return event.may_be_declined or (event.mandatory and (bound or money or event.recover_h > 0.0))


def is_heard(event: Event) -> bool:
    """Whether something stands between grid and site from when a call is issued: an answer, or a set-point."""
    return is_answered(event) or event.kind is EventKind.SETPOINT


def heard(
    policy: Policy,
    plan: Plan | None,
    situation: Situation,
    held: Reservations,
    moves_max: int,
    commitments: Commitments,
) -> Commitments:
    """The commitments with an answer to each call that the horizon reaches and that has none.

    A baseline is declared once, at the turn that first hears of a call, from what the policy would do without it: later
    it would hold what was done to prepare. The share stands, or may be answered anew until `answer_by`. A call that was
    taken back before its end is let go. situation, held: with the work that is expected while calls stand.
    """
    commitments = tuple(one for one in commitments if not _taken_back(one, situation))
    known = {one.event for one in answers_of(commitments)}
    fresh = tuple(
        event
        for event in situation.events
        if event not in known and is_heard(event) and event.start < situation.horizon.end
    )
    again = tuple(one for one in answers_of(commitments) if one.stays_open(situation.as_of))
    if not fresh and not again:
        return commitments
    stand = tuple(one for one in commitments if one not in again)
    answers = again
    if fresh:
        shape = (len(situation.fleet.sites), len(situation.horizon))
        net_kw = np.full(shape, UNKNOWN)
        if any(one.setpoint_kw is None for one in fresh):
            net_kw = _without(policy, plan, situation, held, moves_max, fresh)
        names = [site.name for site in situation.fleet.sites]
        answers += tuple(
            _answer(event, situation, net_kw[names.index(event.site)]) for event in fresh
        )
    asked = tuple(one for one in answers if one.event.may_be_declined)
    bound = tuple(one for one in answers if not one.event.may_be_declined)
    if asked and isinstance(policy, WeighsCalls):
        others = tuple(one for one in (*stand, *bound) if one.end > situation.as_of)
        asked = policy.weigh(replace(situation, commitments=others), held, asked)
    return (*stand, *bound, *asked)


def asks_until(situation: Situation, commitments: Commitments) -> datetime | None:
    """The last instant of a call, or of its recovery, that is not declined for good; None where none asks for
    anything. Never beyond the horizon."""
    answers, end = answers_of(commitments), situation.horizon.end
    declined = {
        one.event for one in answers if one.share == 0.0 and not one.stays_open(situation.as_of)
    }
    asking = [one for one in situation.events if is_heard(one) and one not in declined]
    ends = [min(one.end, end) + timedelta(hours=one.recover_h) for one in asking if one.start < end]
    ends += [one.end for one in answers if one.share > 0.0 and one.end > situation.as_of]
    return min(max(ends), end) if ends else None


def beside_expected(
    situation: Situation, held: Reservations, arrivals: Arrivals | None, moves_max: int
) -> tuple[Situation, Reservations]:
    """The situation with the work that is expected until no call asks any more, behind what is known.

    Each job that is expected lies in the earliest slots beside everything told; what finds none has none. Nothing is
    promised to it, and nothing that is promised moves for it.
    """
    until = asks_until(situation, situation.commitments)
    expected = None
    if until is not None and arrivals is not None:
        expected = expected_jobs(arrivals, epoch_s(until))
    if expected is None:
        return situation, held
    known, seen = len(held.gang), with_expected(situation, expected)
    more = reservations(seen, held.room, held.grid, moves_max)
    told = copied(more.told)
    for job in range(known, len(more.gang)):
        fitting(seen, more, told, np.asarray([job]))
    settled = np.concatenate([held.settled, more.settled[known:]])
    return seen, replace(more, told=told, settled=settled)


def _taken_back(one: Commitment | OfferedCapacity | Bid | CallAnswer, situation: Situation) -> bool:
    """Whether it answers a call that is not over and that nobody issues any more."""
    if not isinstance(one, CallAnswer):
        return False
    return situation.as_of < one.event.end and one.event not in situation.events


def told_since(before: Commitments, now: Commitments) -> tuple[str, ...]:
    """How calls were answered that had no answer before, or another, each in a sentence."""
    told = {(one.event, one.reason) for one in answers_of(before)}
    fresh = (one for one in answers_of(now) if (one.event, one.reason) not in told)
    known = {one.event for one in answers_of(now)}
    gone = (one for one in answers_of(before) if one.event not in known)
    return (
        *(f"{one.event.label}: {one.reason}" for one in fresh),
        *(f"{one.event.label}: {TAKEN_BACK}" for one in gone),
    )


def _without(
    policy: Policy,
    plan: Plan | None,
    situation: Situation,
    held: Reservations,
    moves_max: int,
    unheard: tuple[Event, ...],
) -> Real:
    """What each site is expected to draw if some calls had not been heard, (S, T), kW."""
    seen = replace(
        situation,
        events=tuple(event for event in situation.events if event not in unheard),
    )
    if any(event.mandatory for event in unheard):
        room = promised_room(seen, held.grid)
        held = admit(seen, reservations(seen, room, held.grid, moves_max)).held
    _, dispatch = policy.decide(plan, seen, held, True)
    told = dispatch.placement
    entry = held.menu.entry(np.maximum(told.place, 0), np.maximum(told.point, 0))
    return expected_net_kw(seen, dispatch, expected_counts(held, np.diff(told.offsets), entry))


def _answer(event: Event, situation: Situation, net_kw: Real) -> CallAnswer:
    """The answer to a fresh call, of which nothing is taken yet but what is mandatory."""
    drawn_kw = net_kw if event.kind is EventKind.ABSORB else np.maximum(net_kw, 0.0)
    if event.baseline_kw is not None:
        drawn_kw = np.full_like(drawn_kw, event.baseline_kw)
    return CallAnswer(
        event=event,
        answered_at=situation.as_of,
        steps=situation.horizon,
        baseline_kw=drawn_kw,
        share=0.0 if event.may_be_declined else 1.0,
        cost_per_mwh=UNKNOWN,
        reason=_first_reason(event),
    )


def _first_reason(event: Event) -> str:
    """What is said of a fresh call before any policy has weighed it."""
    if event.kind is EventKind.SETPOINT:
        return MET
    return NOT_WEIGHED if event.may_be_declined else MANDATORY
