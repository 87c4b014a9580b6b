"""See, decide, check, propose, tell, write down: one turn of the loop.

A turn never waits. In the twin a policy approves at once; live, what a turn proposes is told by a later
turn, when it has been approved.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.beside_stores import offers_of_work
from gridtide.decide.bids import cleared
from gridtide.decide.call_answer import taken_of
from gridtide.decide.carried import with_carried
from gridtide.decide.crowd import left_waiting
from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.dispatchers.keep_told import KeepTold
from gridtide.decide.expected_work import Arrivals, arrivals_of
from gridtide.decide.in_turn import in_turn
from gridtide.decide.leaning import Leaning, leaning_of
from gridtide.decide.offers_made import offers_made, with_standing
from gridtide.decide.peak import next_month_s
from gridtide.decide.plan import Plan
from gridtide.decide.positions import bought
from gridtide.decide.recovering import with_recovery
from gridtide.decide.reservations import Reservations, grid_step_s, reservations, slot_grid
from gridtide.decide.room import promised_room
from gridtide.decide.setpoints import with_setpoints
from gridtide.decide.situation import Commitments, Event, Situation
from gridtide.digest import Fingerprints, digest
from gridtide.loop.bidding import bidders, bids_made
from gridtide.loop.calls import following, heard, told_since
from gridtide.loop.mandate import Mandate, Policy
from gridtide.loop.sight import news_said, prices_reach, see, situation_of, still_binding
from gridtide.loop.world import Orders, World
from gridtide.signals.signal import Signal
from gridtide.timeline import epoch_s
from gridtide.trust.admission import Admission, Answer, admit
from gridtide.trust.audit import content_of, numbered
from gridtide.trust.guard import Verdict, judge
from gridtide.trust.quarantine import Doubt
from gridtide.trust.rebound import passed_levels
from gridtide.trust.record import Decision, Stage, Store


@dataclass(frozen=True, kw_only=True, eq=False)
class Memory:
    """What one turn hands to the next. reach_s: second up to which prices were known to the plan.
    at_risk: jobs that were answered so and still are; they are tried again, not answered again.
    commitments: every position bought day-ahead and all capacity offered so far. leaning: what was learned of how far
    sites leave what they declare. arrivals: work that came so far, from which is expected what will come; None where
    all is known. passed: calls after which work was said to pass the level of the recovery. restless: whether jobs
    stand still that the next step may help: stopped in this turn, or waiting for room. fingerprints: of
    situations, which share most of what they hold.
    """

    plan: Plan | None = None
    planned_at: datetime | None = None
    reach_s: int = 0
    signals: tuple[Signal, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    at_risk: frozenset[str] = frozenset()
    commitments: Commitments = ()
    leaning: Leaning | None = None
    arrivals: Arrivals | None = None
    passed: frozenset[Event] = frozenset()
    restless: bool = False
    fingerprints: Fingerprints = field(default_factory=Fingerprints)


@dataclass(frozen=True, kw_only=True, eq=False)
class Made:
    """What a turn was made of: the situation it saw and the memory it saw it with; due: whether a plan was; answered:
    commitments with the answers to calls; plan, proposed: what the policy gave."""

    memory: Memory
    situation: Situation
    due: bool
    answered: Commitments
    plan: Plan | None
    proposed: Dispatch


@dataclass(frozen=True, kw_only=True, eq=False)
class Turn:
    """What one turn did: the decision written down, what is to be told, and what it was made of. standing: what goes on
    where nothing new is told."""

    decision: Decision
    orders: Orders
    verdict: Verdict
    answers: tuple[Answer, ...]
    situation: Situation
    memory: Memory
    standing: Dispatch
    made: Made


def plan_is_due(mandate: Mandate, memory: Memory, as_of: datetime) -> bool:
    """Whether new information was issued, a billing month or a call that was taken began, or the last plan is older
    than the mandate allows."""
    if memory.planned_at is None:
        return True
    if as_of - memory.planned_at >= timedelta(hours=mandate.replan_h):
        return True
    if any(memory.planned_at < said <= as_of for said in news_said(mandate.events, mandate.fleet)):
        return True
    if next_month_s(mandate.fleet, memory.planned_at) <= epoch_s(as_of):
        return True
    if any(memory.planned_at < one.event.start <= as_of for one in taken_of(memory.commitments)):
        return True
    return prices_reach(mandate, as_of) > memory.reach_s


def take_turn(
    mandate: Mandate, policy: Policy, world: World, memory: Memory, as_of: datetime
) -> Turn:
    """One turn at `as_of`; the caller tells the orders and writes down the outcome."""
    due = plan_is_due(mandate, memory, as_of)
    memory, situation = _seen(mandate, world, memory, as_of, due)
    return turn_from(mandate, policy, memory, situation, due)


def turn_from(
    mandate: Mandate,
    policy: Policy,
    memory: Memory,
    situation: Situation,
    due: bool,
    answered: Commitments | None = None,
) -> Turn:
    """The turn of a situation, whoever saw it; it asks nothing of the history of signals but how far they reach.
    answered: commitments with answers to calls that were given before; None has the policy answer them."""
    saw, as_of = (memory, situation), situation.as_of
    grid = slot_grid(situation, grid_step_s(mandate.steps))
    room = promised_room(situation, grid)
    admission = admit(situation, reservations(situation, room, grid, mandate.objective.moves_max))
    situation = _with_witness(situation, admission)
    answers = tuple(
        answer
        for answer in admission.answers
        if answer.promised or answer.job not in memory.at_risk
    )
    promised = {answer.job for answer in answers if answer.promised}
    told = {answer.job for answer in answers if not answer.promised}
    memory = replace(
        memory,
        at_risk=(memory.at_risk | told) - promised,
        restless=bool(admission.stopped.any() or left_waiting(situation, admission.held).any()),
    )
    if mandate.more_may_come:
        memory = replace(memory, arrivals=arrivals_of(situation, memory.arrivals))
    before = memory.commitments
    memory, seen, proposed, answers_known = _decided(
        mandate, policy, memory, situation, admission.held, due, answered
    )
    made = Made(
        memory=saw[0],
        situation=saw[1],
        due=due,
        answered=answers_known,
        plan=memory.plan,
        proposed=proposed,
    )
    situation = replace(situation, commitments=seen.commitments)
    calls = told_since(before, memory.commitments)
    if due:
        memory = replace(memory, planned_at=as_of, reach_s=prices_reach(mandate, as_of))
    witness = KeepTold(policy="witness", reason=Reason.WITNESS).dispatch(situation, admission.held)
    proposed, witness = (
        in_turn(one, situation, room, admission.promised) for one in (proposed, witness)
    )
    proposed = with_carried(proposed, situation)
    dispatch, verdict = judge(proposed, witness, situation, room, admission.promised)
    if due:
        until_s = epoch_s(as_of) + round(mandate.replan_h * 3600)
        by_price = frozenset() if memory.plan is None else bidders(situation.fleet)
        new: Commitments = (
            *bought(situation, dispatch, until_s, by_price, memory.leaning),
            *bids_made(mandate, situation, admission.held, until_s, by_price, memory.leaning),
            *offers_made(situation, dispatch, until_s),
        )
        memory = replace(memory, commitments=(*memory.commitments, *new))
    if mandate.more_may_come:
        until_s = epoch_s(as_of) + grid_step_s(mandate.steps)
        known = replace(situation, commitments=memory.commitments)
        beside = offers_of_work(known, dispatch, memory.plan, until_s)
        memory = replace(memory, commitments=(*memory.commitments, *beside))
    memory = replace(memory, leaning=leaning_of(with_new(situation, memory), memory.leaning))
    dispatch = with_standing(dispatch, situation, memory.commitments, mandate.more_may_come)
    dispatch = with_recovery(dispatch, situation, memory.commitments)
    memory, passed = _rebounds(memory, dispatch, situation, admission.promised)
    dispatch = with_setpoints(dispatch, situation, memory.commitments)
    return Turn(
        decision=_decision(
            mandate, policy, seen, dispatch, verdict, (answers, (*calls, *passed)), memory
        ),
        orders=Orders(
            jobs=situation.jobs,
            dispatch=dispatch,
            promised=admission.promised,
            plan=memory.plan,
        ),
        verdict=verdict,
        answers=answers,
        situation=situation,
        memory=memory,
        standing=witness,
        made=made,
    )


def with_new(situation: Situation, memory: Memory) -> Situation:
    """The situation with every commitment that binds by now."""
    return replace(situation, commitments=still_binding(memory.commitments, situation.as_of))


def write_down(store: Store, turn: Turn, stage: Stage) -> None:
    """One more link of the audit chain: the decision at a stage of its life."""
    store.append(numbered(store.last(), content_of(replace(turn.decision, stage=stage))))


def _seen(
    mandate: Mandate, world: World, memory: Memory, as_of: datetime, due: bool
) -> tuple[Memory, Situation]:
    if not due:
        return memory, situation_of(mandate, world, as_of, memory.signals, memory.commitments)
    situation, doubts = see(mandate, world, as_of, memory.commitments)
    commitments = cleared(memory.commitments, situation)
    memory = replace(memory, signals=situation.signals, doubts=doubts, commitments=commitments)
    return memory, replace(situation, commitments=still_binding(commitments, as_of))


def _decided(
    mandate: Mandate,
    policy: Policy,
    memory: Memory,
    situation: Situation,
    held: Reservations,
    due: bool,
    answered: Commitments | None,
) -> tuple[Memory, Situation, Dispatch, Commitments]:
    """The memory with the plan that holds, what it was decided from, what is to be told, how calls were answered."""
    if answered is not None:
        memory = replace(memory, commitments=answered)
    elif due:
        memory = _answered(mandate, policy, memory, situation, held)
    answered = memory.commitments
    known = following(answered, memory.arrivals)
    memory = replace(memory, commitments=known)
    situation = replace(situation, commitments=still_binding(known, situation.as_of))
    plan, proposed = policy.decide(memory.plan, situation, held, due)
    return replace(memory, plan=plan), situation, proposed, answered


def _rebounds(
    memory: Memory, dispatch: Dispatch, situation: Situation, promised: NDArray[np.bool_]
) -> tuple[Memory, tuple[str, ...]]:
    """What is said of levels that work passes after calls, of each call once; and the memory of that."""
    found = passed_levels(dispatch, situation, promised)
    fresh = [(answer, said) for answer, said in found if answer.event not in memory.passed]
    passed = memory.passed | {answer.event for answer, _ in fresh}
    return replace(memory, passed=passed), tuple(str(said) for _, said in fresh)


def _answered(
    mandate: Mandate, policy: Policy, memory: Memory, situation: Situation, held: Reservations
) -> Memory:
    """The memory with answers to calls that were heard for the first time, or may be anew."""
    moves_max = mandate.objective.moves_max
    known = heard(
        policy, memory.plan, situation, held, moves_max, memory.commitments, memory.arrivals
    )
    return replace(memory, commitments=known)


def _with_witness(situation: Situation, admission: Admission) -> Situation:
    """The situation in which each job's told slots are its witness."""
    held: Reservations = admission.held
    told = held.told
    keep = []
    offsets = [0]
    for job in range(len(told.place)):
        count = int(told.count[job]) if told.place[job] >= 0 else 0
        begin = int(told.offsets[job])
        keep.append(held.grid.starts_s[told.slots[begin : begin + count]])
        offsets.append(offsets[-1] + count)
    state = replace(
        situation.state,
        told_place=told.place,
        told_point=told.point,
        told_offsets=np.asarray(offsets),
        told_starts_s=np.concatenate([*keep, np.zeros(0, dtype=np.int64)]),
        promised=admission.promised,
    )
    return replace(situation, state=state)


def _decision(
    mandate: Mandate,
    policy: Policy,
    situation: Situation,
    dispatch: Dispatch,
    verdict: Verdict,
    answers: tuple[tuple[Answer, ...], tuple[str, ...]],
    memory: Memory,
) -> Decision:
    of_jobs, of_calls = answers
    seen, told = memory.fingerprints.of(situation), digest(dispatch)
    return Decision(
        id=digest((seen, told)),
        as_of=situation.as_of,
        policy=policy.name,
        stage=Stage.PROPOSED,
        situation=seen,
        dispatch=told,
        rung=str(verdict.rung),
        refused=tuple(str(breach) for breach in verdict.refused),
        answers=(*(str(answer) for answer in of_jobs), *of_calls),
        doubts=tuple(str(doubt) for doubt in memory.doubts),
        owner=mandate.owner,
        **_proved(memory, situation.as_of),
    )


def _proved(memory: Memory, as_of: datetime) -> dict[str, Any]:
    """Solver, cost and bound of the plan that was made now, by the names of `Decision`; nothing where none was."""
    if memory.plan is None or memory.planned_at != as_of:
        return {}
    proof = memory.plan.certificate.placed_by or memory.plan.certificate
    return {
        "solver": proof.method,
        "plan_cost": proof.cost if isfinite(proof.cost) else None,
        "lower_bound": proof.lower_bound if isfinite(proof.lower_bound) else None,
    }
