"""What a turn was made of, kept beside its decision, so that the turn can be taken again by whoever asks."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Commitments, Event, Situation
from gridtide.digest import Fingerprints, digest
from gridtide.loop.editing import AsTold, edited_turn
from gridtide.loop.mandate import Mandate, Policy
from gridtide.loop.minutes import Minutes
from gridtide.loop.planning_beside import Asked, Made, PlansBeside, brought_to, meanwhile
from gridtide.loop.turn import Memory, Turn, turn_from
from gridtide.loop.within_limits import Limits, Required
from gridtide.loop.world import Orders
from gridtide.signals.history import History
from gridtide.trust.blocks import BlockFault, Blocks, KeepsBlocks, NotKeptError, blocks_of, noun_of
from gridtide.trust.edit import Edit
from gridtide.trust.modes import Autonomy
from gridtide.trust.record import Decision

TOLD_AS = "told as"
"""Kind of the records that say as what an approved decision was told by a later turn."""
REMEMBER_ONLY = (Readings, Fingerprints)
"""Kinds that only remember what can be found again."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Basis:
    """All that a turn was made of.

    mandate: without the history of signals; what was seen of it is in the situation. by: the name of the policy.
    policy: None for one that is no noun of ours, whose plan and proposal are taken as they stand. beside: whether its
    plans are made beside the loop; asked: what the plan was asked of that this turn took up from there. memory,
    situation: as they were seen. answered: commitments with the answers to calls. plan, proposed: what the policy gave.
    """

    mandate: Mandate
    by: str
    policy: Any
    beside: bool
    asked: Asked | None
    memory: Memory
    situation: Situation
    due: bool
    answered: Commitments
    plan: Plan | None
    proposed: Dispatch


@dataclass(frozen=True, kw_only=True, eq=False)
class EditedBasis:
    """What a decision was made of that a person edited. of: name of the basis of the one before; told: what the edit
    was held against; at: when."""

    of: str
    told: AsTold
    edit: Edit
    at: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class LimitedBasis:
    """What a decision was made of that mandatory limits required. of: name of the basis of the turn; binds: the limits;
    orders: in force then; own: whether these were told for limits, told_for: for which."""

    of: str
    binds: tuple[Event, ...]
    orders: Orders | None
    autonomy: Autonomy
    own: bool
    told_for: tuple[Event, ...]


@dataclass(kw_only=True, eq=False)
class KeepsBases:
    """Keeps what turns were made of. keeper: None keeps nothing. newest_bytes: that the newest took in the store."""

    keeper: KeepsBlocks | None = None
    newest_bytes: int = 0

    def kept(self, turn: Turn, mandate: Mandate, policy: Policy, minutes: Minutes) -> Turn:
        """The turn whose decision names its basis, once that is kept; where it holds what is not kept the minutes say
        so. Raises what the stores raise."""
        if self.keeper is None:
            return turn
        basis = basis_of(turn, mandate, policy)
        try:
            blocks = _with_policy(basis)
        except NotKeptError as fault:
            said = {"kind": "basis not kept", "decision": turn.decision.id, "said": str(fault)}
            minutes.append(said)
            return turn
        self.newest_bytes = self.keeper.keep(blocks.content)
        return replace(turn, decision=replace(turn.decision, basis=blocks.root))

    def edited(self, turn: Turn, told: AsTold, edit: Edit, at: datetime) -> Turn:
        """A turn as a person edited it, whose decision names what it was made of, once that is kept, or nothing where
        that cannot be. Raises what the keeper raises."""
        basis = EditedBasis(of=turn.decision.basis, told=told, edit=edit, at=at)
        return replace(turn, decision=self._beside(turn.decision, basis))

    def limited(
        self,
        found: Required,
        turn: Turn,
        orders: Orders | None,
        autonomy: Autonomy,
        limits: Limits,
        before: tuple[bool, tuple[Event, ...]],
    ) -> Decision:
        """What mandatory limits required of a turn, as a decision that names what it was made of, once that is kept.
        before: whether the orders in force were told for limits, and for which. Raises what the keeper raises."""
        own, told_for = before
        basis = LimitedBasis(
            of=turn.decision.basis,
            binds=limits.told_for,
            orders=orders,
            autonomy=autonomy,
            own=own,
            told_for=told_for,
        )
        return self._beside(found.decision, basis)

    def _beside(self, decision: Decision, basis: "EditedBasis | LimitedBasis") -> Decision:
        """The decision with the name of a basis that rests on another, once it is kept; none where it cannot be."""
        if self.keeper is None or not basis.of:
            return decision
        try:
            blocks = blocks_of(basis)
        except NotKeptError:
            return replace(decision, basis="")
        self.newest_bytes = self.keeper.keep(blocks.content)
        return replace(decision, basis=blocks.root)

    def told_as(self, decision: str, turn: Turn, orders: Orders, minutes: Minutes) -> None:
        """Write down as what a decision was told by a later turn, where bases are kept."""
        if self.keeper is not None:
            told = {"decision": decision, "turn": turn.decision.id}
            minutes.append({"kind": TOLD_AS, **told, "dispatch": digest(orders.dispatch)})


def _with_policy(basis: Basis) -> Blocks:
    """A basis as blocks, without the policy where that is no noun of ours. Raises NotKeptError."""
    try:
        return blocks_of(basis, REMEMBER_ONLY)
    except NotKeptError:
        return blocks_of(replace(basis, policy=None), REMEMBER_ONLY)


def basis_of(turn: Turn, mandate: Mandate, policy: Policy) -> Basis:
    """What a turn was made of. policy: that decided in it last."""
    beside = isinstance(policy, PlansBeside)
    made = turn.made
    return Basis(
        mandate=replace(mandate, history=History()),
        by=policy.name,
        policy=policy.policy if isinstance(policy, PlansBeside) else policy,
        beside=beside,
        asked=policy.used if isinstance(policy, PlansBeside) else None,
        memory=made.memory,
        situation=made.situation,
        due=made.due,
        answered=made.answered,
        plan=made.plan,
        proposed=made.proposed,
    )


@dataclass(frozen=True, kw_only=True, eq=False)
class Bases:
    """What a decision was made of: a turn, and what people edited or limits required of it, oldest first."""

    turn: Basis
    then: tuple[EditedBasis | LimitedBasis, ...] = ()


def bases_at(root: str, keeper: KeepsBlocks) -> Bases:
    """What is kept under that name. Raises BlockFault where it is not as it was kept, or another version kept it."""
    then: list[EditedBasis | LimitedBasis] = []
    found = noun_of(root, keeper, REMEMBER_ONLY)
    while isinstance(found, EditedBasis | LimitedBasis):
        then.append(found)
        root = found.of
        found = noun_of(root, keeper, REMEMBER_ONLY)
    if not isinstance(found, Basis):
        raise BlockFault(root, "is not what a decision was made of")
    return Bases(turn=found, then=tuple(then[::-1]))


def taken_again(bases: Bases, anew: bool) -> Turn:
    """The turn of bases. anew: whether the policy plans and dispatches again, or what it gave is taken. Raises BadInput
    for an edit that the guard lets through no more."""
    basis = bases.turn
    policy: Policy = _Anew(basis=basis) if anew else _AsKept(basis=basis)
    turn = turn_from(
        basis.mandate, policy, basis.memory, basis.situation, basis.due, basis.answered
    )
    for one in bases.then:
        turn = _edited(turn, one) if isinstance(one, EditedBasis) else _limited(turn, one)
    return turn


def _edited(turn: Turn, basis: EditedBasis) -> Turn:
    """The turn as a person edited it. Raises BadInput where the guard lets that through no more."""
    return edited_turn(turn, basis.told, basis.edit, basis.at)


def _limited(turn: Turn, basis: LimitedBasis) -> Turn:
    """The turn with what limits required of it; as it is where they require nothing."""
    own = basis.orders if basis.own else None
    limits = Limits(own=own, told_for=basis.told_for)
    found = limits.required(turn, basis.binds, basis.orders, basis.autonomy)
    return turn if found is None else replace(turn, decision=found.decision, orders=found.orders)


@dataclass(frozen=True, kw_only=True, eq=False)
class _AsKept:
    """A policy that gives what was given."""

    basis: Basis

    @property
    def name(self) -> str:
        return self.basis.by

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> Made:
        return self.basis.plan, self.basis.proposed


@dataclass(frozen=True, kw_only=True, eq=False)
class _Anew(_AsKept):
    """The policy itself, asked again what it was asked."""

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> Made:
        policy: Policy = self.basis.policy
        asked = self.basis.asked
        if asked is not None:
            made = policy.decide(asked.plan, asked.situation, asked.held, True)
            return brought_to(made, asked.situation, situation, held)
        if self.basis.beside:
            return meanwhile(policy, plan, situation, held)
        return policy.decide(plan, situation, held, due)
