"""Plans made beside the loop: Situation in, plan out, in another process; a turn uses the newest that is finished.

Until one is, what was told goes on. A plan that comes after a newer one was asked for is thrown away; where the process
that made one ended, it is asked for again; one that makes none for too many turns is named and given up.
"""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from gridtide.decide.call_answer import CallAnswer
from gridtide.decide.dispatch import Dispatch, Reason
from gridtide.decide.dispatchers.keep_told import KeepTold
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.loop.calls import WeighsCalls
from gridtide.loop.later import carried_on
from gridtide.loop.mandate import Policy

Made = tuple[Plan | None, Dispatch]
HANGS_AFTER = 6
"""Turns without the plan that was asked for, after which its planner counts as one that hangs."""
DUE_COUNTS = 3
"""As so many turns counts one at which the next plan was due already: where little happens, turns are rare."""
FIRST_WAIT_S = 300.0
"""For so long the first turn waits for the first plan at most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Asked:
    """What a plan was asked of: the plan that held, the situation, and its jobs with the witness of each promise."""

    plan: Plan | None
    situation: Situation
    held: Reservations


@runtime_checkable
class MadeBeside(Protocol):
    """A policy whose plans are made beside the loop, as a room sees it."""

    @property
    def ready(self) -> bool:
        """Whether a plan is finished that no turn has used yet."""
        ...

    @property
    def fallen(self) -> str:
        """Why the last plan that was waited for never came, empty once one does."""
        ...


@dataclass(kw_only=True, eq=False)
class PlansBeside:
    """A policy whose plans an executor makes. Between plans it dispatches at once by the newest plan there is.

    asked: what a plan was asked of last, and what will come of it; None where nothing is awaited. used: what the plan
    was asked of that was finished and used when it was asked to decide last; None where none was.
    fallen: why the last plan that was waited for never came, empty once one does. waits_first: whether the first turn
    waits for its plan: where a step is long, nothing would be planned through all of it. answered: of which instant the
    newest plan was asked that a turn has used. give_up: ends whoever makes a plan now, with the reason. waited: turns
    without the plan that is awaited.
    """

    policy: Policy
    executor: Executor
    asked: tuple[Asked, Future[Made]] | None = None
    used: Asked | None = None
    fallen: str = ""
    waits_first: bool = False
    answered: datetime | None = None
    give_up: Callable[[str], None] = lambda why: None
    waited: int = 0

    @property
    def name(self) -> str:
        """As the policy's: the plans are the same."""
        return self.policy.name

    @property
    def ready(self) -> bool:
        """Whether a plan is finished that no turn has used yet."""
        return self.asked is not None and self.asked[1].done()

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> Made:
        """What is to be done by the newest plan. Where one is due it is asked for; nobody waits for it.

        Raises what the policy raised where a plan was made.
        """
        self.used = None
        self._count(due)
        if due or self._is_lost():
            self._ask(plan, situation, held)
        if self.waits_first and self.answered is None and self.asked is not None:
            self._wait_first(self.asked[1])
        if self.asked is not None and self.ready and not self._is_lost():
            return self._finished(situation, held)
        return meanwhile(self.policy, plan, situation, held)

    def _ask(self, plan: Plan | None, situation: Situation, held: Reservations) -> None:
        """Ask for a plan of now; one that was asked for before is not begun any more."""
        if self.asked is not None:
            self.asked[1].cancel()
        made = self.executor.submit(self.policy.decide, plan, situation, held, True)
        self.asked = (Asked(plan=plan, situation=situation, held=held), made)

    def _wait_first(self, made: Future[Made]) -> None:
        """Wait for the first plan, once: one that hangs is named, and keeps nobody any longer."""
        self.waits_first = bool(wait([made], FIRST_WAIT_S).done)
        if not self.waits_first:
            self.fallen = f"the first plan did not come within {FIRST_WAIT_S:g} s"

    def _count(self, due: bool) -> None:
        """One more turn: a planner that has made nothing for too many is named and given up."""
        if self.asked is None or self.ready:
            self.waited = 0
            return
        self.waited += DUE_COUNTS if due else 1
        if self.waited >= HANGS_AFTER:
            since = self.asked[0].situation.as_of.isoformat()
            self.fallen = (
                f"no plan came through {HANGS_AFTER} turns; the newest was asked for at {since}"
            )
            self.waited = 0
            self.give_up(self.fallen)

    def _is_lost(self) -> bool:
        """Whether the process that made the plan ended without it, which is named."""
        if self.asked is None or not self.asked[1].done():
            return False
        fault = self.asked[1].exception()
        if not isinstance(fault, BrokenExecutor):
            return False
        self.fallen = str(fault)
        return True

    def _finished(self, situation: Situation, held: Reservations) -> Made:
        assert self.asked is not None
        (of, made), self.asked = self.asked, None
        found = made.result()
        self.fallen, self.used, self.answered = "", of, of.situation.as_of
        return brought_to(found, of.situation, situation, held)


class WeighsBeside(PlansBeside):
    """The same for a policy that answers calls it may decline; it weighs them in the turn."""

    def weigh(
        self, situation: Situation, held: Reservations, answers: tuple[CallAnswer, ...]
    ) -> tuple[CallAnswer, ...]:
        """As the policy does."""
        assert isinstance(self.policy, WeighsCalls)
        return self.policy.weigh(situation, held, answers)


def beside(policy: Policy, executor: Executor) -> PlansBeside:
    """A policy with its plans made by an executor; one that weighs calls still does."""
    kind = WeighsBeside if isinstance(policy, WeighsCalls) else PlansBeside
    return kind(policy=policy, executor=executor)


def meanwhile(policy: Policy, plan: Plan | None, situation: Situation, held: Reservations) -> Made:
    """What is to be done at once by the plan there is; what was told goes on where there is none."""
    if plan is None:
        return None, _standing(situation, held)
    return policy.decide(plan, situation, held, False)


def brought_to(made: Made, seen: Situation, situation: Situation, held: Reservations) -> Made:
    """What was made of a situation that was seen, over the jobs and steps of the one that is now."""
    plan, dispatch = made
    if seen.as_of == situation.as_of:
        return made
    return plan, carried_on(dispatch, seen.jobs, _standing(situation, held), situation)


def _standing(situation: Situation, held: Reservations) -> Dispatch:
    return KeepTold(policy="standing", reason=Reason.KEPT).dispatch(situation, held)
