"""What a turn was made of, kept beside its decision, so that the turn can be taken again by whoever asks."""

from dataclasses import dataclass, replace
from typing import Any

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.readings import Readings
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Commitments, Situation
from gridtide.digest import Fingerprints
from gridtide.loop.mandate import Mandate, Policy
from gridtide.loop.planning_beside import Asked, Made, PlansBeside, brought_to, meanwhile
from gridtide.loop.turn import Memory, Turn, turn_from
from gridtide.signals.history import History
from gridtide.trust.blocks import BlockFault, KeepsBlocks, NotKeptError, blocks_of, noun_of

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


@dataclass(kw_only=True, eq=False)
class KeepsBases:
    """Keeps what turns were made of. keeper: None keeps nothing. newest_bytes: that the newest took in the store."""

    keeper: KeepsBlocks | None = None
    newest_bytes: int = 0

    def kept(self, turn: Turn, mandate: Mandate, policy: Policy) -> Turn:
        """The turn whose decision names its basis, once that is kept. Raises what the keeper raises."""
        if self.keeper is None:
            return turn
        try:
            blocks = blocks_of(basis_of(turn, mandate, policy), REMEMBER_ONLY)
        except NotKeptError:
            blocks = blocks_of(replace(basis_of(turn, mandate, policy), policy=None), REMEMBER_ONLY)
        self.newest_bytes = self.keeper.keep(blocks.content)
        return replace(turn, decision=replace(turn.decision, basis=blocks.root))


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


def basis_at(root: str, keeper: KeepsBlocks) -> Basis:
    """The basis of that name. Raises BlockFault where it is not as it was kept, or another version kept it."""
    found = noun_of(root, keeper, REMEMBER_ONLY)
    if not isinstance(found, Basis):
        raise BlockFault(root, "is not what a decision was made of")
    return found


def taken_again(basis: Basis, anew: bool) -> Turn:
    """The turn of a basis. anew: whether the policy plans and dispatches again, or what it gave is taken."""
    policy: Policy = _Anew(basis=basis) if anew else _AsKept(basis=basis)
    return turn_from(
        basis.mandate, policy, basis.memory, basis.situation, basis.due, basis.answered
    )


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
class _Anew:
    """The policy itself, asked again what it was asked."""

    basis: Basis

    @property
    def name(self) -> str:
        return self.basis.by

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
