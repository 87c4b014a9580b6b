"""Hear a call of the grid: declare what would be drawn without it, then let the policy answer how much it takes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.bid import Bid
from gridtide.decide.call_answer import UNKNOWN, CallAnswer, Declared, answers_of
from gridtide.decide.event import Event, EventKind
from gridtide.decide.expected_work import Arrivals, come_by_h, expected_jobs, with_expected
from gridtide.decide.limits import import_max_kw
from gridtide.decide.plan import Plan
from gridtide.decide.positions import expected_net_kw
from gridtide.decide.reservations import Reservations, copied, expected_counts, reservations
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Commitment, Commitments, OfferedCapacity, Situation
from gridtide.fleet.jobs import Jobs
from gridtide.loop.mandate import Policy
from gridtide.timeline import epoch_s
from gridtide.trust.admission import admit
from gridtide.trust.packing import fitting

Real = NDArray[np.float64]
MOST_MORE = 2.0
"""So many times what was expected counts as come at most: beyond that, what it would draw is not told by it."""
Standing = Commitment | OfferedCapacity | Bid | CallAnswer
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


@dataclass(frozen=True, kw_only=True, eq=False)
class Beside:
    """What is known, and the same with the work that is expected behind it; reservations of each."""

    situation: Situation
    held: Reservations
    known: Situation
    known_held: Reservations
    expected: Jobs | None = None

    @property
    def expects_work(self) -> bool:
        """Whether any is expected."""
        return self.expected is not None


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
    arrivals: Arrivals | None,
) -> Commitments:
    """The commitments with an answer to each call that the horizon reaches and that has none.

    A baseline is declared at the turn that first hears of a call, from what the policy would do without it: later it
    would hold what was done to prepare. The share stands, or may be answered anew until `answer_by`. A call that was
    taken back before its end is let go. arrivals: from which work is expected while calls stand. What is taken is what
    a plan takes both with that work and without it: where it does not come, what was agreed is delivered all the same.
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
    answers, beside = again, beside_expected(situation, held, arrivals, moves_max)
    if fresh:
        answers += _answers(policy, plan, beside, moves_max, fresh)
    asked = tuple(one for one in answers if one.event.may_be_declined)
    bound = tuple(one for one in answers if not one.event.may_be_declined)
    if asked and isinstance(policy, WeighsCalls):
        others = tuple(one for one in (*stand, *bound) if one.end > situation.as_of)
        asked = _weighed(policy, beside, others, asked)
    return (*stand, *bound, *asked)


def _weighed(
    policy: WeighsCalls, beside: Beside, others: Commitments, asked: tuple[CallAnswer, ...]
) -> tuple[CallAnswer, ...]:
    """The share taken of each call: the lesser of what is taken with the work that is expected and without it."""
    taken = policy.weigh(replace(beside.situation, commitments=others), beside.held, asked)
    if not beside.expects_work or not any(one.share > 0.0 for one in taken):
        return taken
    plain = tuple(_of_known(one) for one in asked)
    alone = policy.weigh(replace(beside.known, commitments=others), beside.known_held, plain)
    return tuple(
        one
        if one.share <= sure.share
        else replace(
            one,
            share=sure.share,
            cost_per_mwh=sure.cost_per_mwh,
            reason=f"{sure.reason}; {100 * one.share:.1f} % if work comes as expected",
        )
        for one, sure in zip(taken, alone, strict=True)
    )


def _of_known(answer: CallAnswer) -> CallAnswer:
    """The answer beside what would be drawn of known work alone."""
    if answer.declared is None:
        return answer
    return replace(answer, baseline_kw=answer.declared.known_kw)


def following(commitments: Commitments, arrivals: Arrivals | None) -> Commitments:
    """The commitments with the baseline of each call that is not over as work has come by now.

    What was declared for work that was expected counts as far as that has come of what was expected by the end of each
    step, and no further: plans hold the work that has come, and no other, against it.
    """
    if arrivals is None:
        return commitments
    return tuple(_followed(one, arrivals) for one in commitments)


def _followed(one: Standing, arrivals: Arrivals) -> Standing:
    if not isinstance(one, CallAnswer) or one.declared is None:
        return one
    if epoch_s(one.end) <= arrivals.until_s:
        return one
    since_s, ends_s = epoch_s(one.answered_at), one.steps.ends_s
    come_h = np.zeros(len(ends_s))
    for told in arrivals.told:
        come_h = come_h + come_by_h(told, since_s, ends_s)
    declared, wanted_h = one.declared, one.declared.expected_h
    share = np.divide(come_h, wanted_h, out=np.zeros_like(come_h), where=wanted_h > 0.0)
    more_kw = declared.expected_kw - declared.known_kw
    return replace(one, baseline_kw=declared.known_kw + np.minimum(share, MOST_MORE) * more_kw)


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
) -> Beside:
    """The situation with the work that is expected until no call asks any more behind what is known, and without.

    Each job that is expected lies in the earliest slots beside everything told; what finds none has none. Nothing is
    promised to it, and nothing that is promised moves for it.
    """
    until, expected = asks_until(situation, situation.commitments), None
    if until is not None and arrivals is not None:
        expected = expected_jobs(arrivals, epoch_s(until))
    if expected is None:
        return Beside(situation=situation, held=held, known=situation, known_held=held)
    known, seen = len(held.gang), with_expected(situation, expected)
    more = reservations(seen, held.room, held.grid, moves_max)
    told = copied(more.told)
    for job in range(known, len(more.gang)):
        fitting(seen, more, told, np.asarray([job]))
    settled = np.concatenate([held.settled, more.settled[known:]])
    return Beside(
        situation=seen,
        held=replace(more, told=told, settled=settled),
        known=situation,
        known_held=held,
        expected=expected,
    )


def _taken_back(one: Standing, situation: Situation) -> bool:
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


def _answers(
    policy: Policy, plan: Plan | None, beside: Beside, moves_max: int, fresh: tuple[Event, ...]
) -> tuple[CallAnswer, ...]:
    """The answers to fresh calls, of which nothing is taken yet but what is mandatory."""
    situation = beside.situation
    net_kw = np.full((len(situation.fleet.sites), len(situation.horizon)), UNKNOWN)
    counted = any(one.setpoint_kw is None for one in fresh)
    if counted:
        net_kw = _without(policy, plan, situation, beside.held, moves_max, fresh)
    known_kw = net_kw
    if counted and beside.expects_work:
        known_kw = _without(policy, plan, beside.known, beside.known_held, moves_max, fresh)
    since_s = epoch_s(situation.as_of)
    expected_h = come_by_h(beside.expected, since_s, situation.horizon.ends_s)
    names = [site.name for site in situation.fleet.sites]
    limit_kw = import_max_kw(situation.fleet, situation.events, situation.horizon)
    found = []
    for event in fresh:
        site = names.index(event.site)
        declared = Declared(
            expected_kw=_counted(event, net_kw[site]),
            known_kw=_counted(event, known_kw[site]),
            expected_h=expected_h,
        )
        found.append(_answer(event, situation, declared, limit_kw[site]))
    return tuple(found)


def _counted(event: Event, net_kw: Real) -> Real:
    """What counts as drawn beside a call: own supply that is left over absorbs nothing, and reduces nothing."""
    return net_kw if event.kind is EventKind.ABSORB else np.maximum(net_kw, 0.0)


def _answer(event: Event, situation: Situation, declared: Declared, limit_kw: Real) -> CallAnswer:
    """The answer to a fresh call. Where a baseline is agreed, it stands whatever work comes; a set-point has none."""
    drawn_kw = declared.expected_kw
    stands = event.baseline_kw is not None or event.kind is EventKind.SETPOINT
    if event.baseline_kw is not None:
        drawn_kw = np.full_like(drawn_kw, event.baseline_kw)
    most_kw = limit_kw - drawn_kw if event.kind is EventKind.ABSORB else drawn_kw
    return CallAnswer(
        event=event,
        answered_at=situation.as_of,
        steps=situation.horizon,
        baseline_kw=drawn_kw,
        share=0.0 if event.may_be_declined else 1.0,
        cost_per_mwh=UNKNOWN,
        reason=_first_reason(event),
        most_kw=np.maximum(most_kw, 0.0) if event.may_be_declined else np.zeros(0),
        declared=None if stands else declared,
    )


def _first_reason(event: Event) -> str:
    """What is said of a fresh call before any policy has weighed it."""
    if event.kind is EventKind.SETPOINT:
        return MET
    return NOT_WEIGHED if event.may_be_declined else MANDATORY
