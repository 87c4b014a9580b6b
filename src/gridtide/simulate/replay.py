"""A course taken again up to one of its decisions, each proved to be the one that was written down."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gridtide.finding import BadInput, Finding
from gridtide.loop.mandate import Policy
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.simulate.course import Progress, mandate_of, next_instant
from gridtide.simulate.study import Study
from gridtide.simulate.truth import Truth
from gridtide.simulate.twin import Twin
from gridtide.timeline import instant


class TakenOtherwise(BadInput):
    """A turn that was taken again sees or tells something else than was written down."""


@dataclass(frozen=True, kw_only=True)
class Written:
    """A decision as the audit chain keeps it: when it was taken, and the digests of what it saw and told."""

    as_of: datetime
    situation: str
    dispatch: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Retaken:
    """A turn taken again, and the memory it began with."""

    turn: Turn
    before: Memory

    @property
    def planned(self) -> bool:
        """Whether a new plan was due at this turn."""
        return self.turn.memory.planned_at == self.turn.decision.as_of


def replayed(
    study: Study,
    truth: Truth,
    policy: Policy,
    forecaster: str,
    written: Sequence[Written],
    progress: Progress,
) -> Retaken:
    """The turn of the last decision written, with everything it knew; progress(done, all) counts turns.

    written: the decisions of the course from its first on, oldest first, up to the one that is wanted.
    Raises TakenOtherwise at the first turn that sees or tells something else than was written down.
    """
    mandate = mandate_of(study, forecaster)
    twin = Twin.of(study, truth)
    memory = Memory()
    for number, kept in enumerate(written, start=1):
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        _refuse_another(turn, kept, policy.name)
        progress(number, len(written))
        if number == len(written):
            return Retaken(turn=turn, before=memory)
        memory = turn.memory
        until = next_instant(study, memory, twin.present)
        twin.advance(turn.orders, instant(study.timeline.edges_s[until]))
    raise ValueError("no decision was written down")


def _refuse_another(turn: Turn, kept: Written, policy: str) -> None:
    seen = turn.decision
    if (seen.as_of, seen.situation, seen.dispatch) == (kept.as_of, kept.situation, kept.dispatch):
        return
    differs = "what was told" if seen.situation == kept.situation else "what was seen"
    raise TakenOtherwise(
        [
            Finding(
                subject=f"decision of {policy} at {kept.as_of:%Y-%m-%d %H:%M} UTC",
                value=f"{differs} is not what the audit chain of the run says",
                limit="the case, the data and the version of the run, unchanged",
                mend="Run the case again, then ask about that run.",
            )
        ]
    )
