"""A decision that waits, edited by a person: the same turn with other orders, judged by the guard as the first was."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.in_turn import in_turn
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Commitments
from gridtide.digest import digest
from gridtide.finding import Finding, refuse_if_any
from gridtide.loop.later import carried_on
from gridtide.loop.turn import Turn
from gridtide.loop.world import Orders
from gridtide.trust.edit import Edit, edit_words
from gridtide.trust.edited import edited
from gridtide.trust.guard import Breach, Rung, check
from gridtide.trust.proposal import Proposal, proposal_of
from gridtide.trust.record import Stage
from gridtide.trust.said import say


@dataclass(frozen=True, eq=False)
class AsTold:
    """What an edit is held against. orders: those in force, None where none are. commitments: to the grid that stand
    without the decision. currency: of the costs in proposals."""

    orders: Orders | None
    commitments: Commitments
    currency: str


def edited_turn(turn: Turn, told: AsTold, edit: Edit, now: datetime) -> Turn:
    """The turn with orders as a person edited them, judged by the guard. `standing` is what it was held against.

    Raises BadInput with everything in the edit that does not fit, or everything in which it would break a limit or a
    promise, and where it leaves the decision as it is.
    """
    situation, promised = turn.situation, turn.orders.promised
    standing = as_told(turn, told.orders)
    room = promised_room(situation, turn.orders.dispatch.placement.horizon)
    dispatch = edited(turn.orders.dispatch, standing, situation, promised, edit, now)
    dispatch = in_turn(dispatch, situation, room, promised)
    refuse_if_any(_breaking(one) for one in check(dispatch, situation, room, promised))
    told_digest = digest(dispatch)
    refuse_if_any(_unchanged(edit) for _ in range(told_digest == turn.decision.dispatch))
    return replace(
        turn,
        decision=replace(
            turn.decision,
            id=digest((turn.decision.situation, told_digest)),
            dispatch=told_digest,
            stage=Stage.PROPOSED,
            rung=str(Rung.POLICY),
            refused=(),
        ),
        orders=replace(turn.orders, dispatch=dispatch),
        memory=replace(
            turn.memory,
            commitments=_without(turn.memory.commitments, told.commitments, edit.leave_sites),
        ),
        standing=standing,
    )


def as_told(turn: Turn, orders: Orders | None) -> Dispatch:
    """What goes on where nothing of a turn is told: the orders in force over its jobs and steps, or what stands."""
    if orders is None:
        return turn.standing
    return carried_on(orders.dispatch, orders.jobs, turn.standing, turn.situation)


def edited_proposal(
    turn: Turn, before: Proposal, edit: Edit, by: str, reason: str, currency: str, now: datetime
) -> Proposal:
    """What people are asked of a decision that one of them edited, as long as they were asked about it before."""
    found = proposal_of(
        turn.decision, turn.orders.dispatch, turn.standing, turn.situation, currency
    )
    return replace(
        found,
        proposed_at=now,
        because=say(
            "edited_because", by=by, reason=reason, edit=edit_words(edit), before=found.because
        ),
        against=(*found.against, *_let_go_of(edit)),
        undo_until=max(found.undo_until, now),
        expires_at=before.expires_at,
    )


def _let_go_of(edit: Edit) -> tuple[str, ...]:
    """Levels at which meters are not held any more."""
    bounded = (*edit.store_most_kw, *edit.store_least_kw, *edit.moved_most_kw)
    sites = sorted({site for site, _ in bounded})
    return (say("peak_let_go", sites=", ".join(sites)),) if sites else ()


def _without(made: Commitments, before: Commitments, sites: Sequence[str]) -> Commitments:
    """Commitments to the grid without those that a decision would make for some sites."""
    stood = set(map(id, before))
    return tuple(
        one
        for one in made
        if id(one) in stood
        or (one.event.site if isinstance(one, CallAnswer) else one.site) not in sites
    )


def _breaking(breach: Breach) -> Finding:
    return Finding(
        subject=breach.subject,
        value=f"{breach.limit} {breach.value}",
        limit=f"allowed {breach.allowed}",
        mend="The guard refuses it: change less, or another thing, and ask again; nothing was changed.",
    )


def _unchanged(edit: Edit) -> Finding:
    return Finding(
        subject="edit",
        value=edit_words(edit),
        limit="something that the decision does otherwise",
        mend="Approve or reject the decision as it is.",
    )
