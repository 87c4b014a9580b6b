"""One study through both worlds: the twin, and devices over it that are told single acts on a clock that is driven."""

from dataclasses import dataclass

from gridtide.case.live_policy import USUAL
from gridtide.case.live_room import room_of
from gridtide.loop.clock import DrivenClock
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of, next_instant
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.timeline import instant
from gridtide.trust.audit import broken_link, contents
from gridtide.trust.modes import Mode

Decided = tuple[tuple[str, str, str], ...]
"""Of each decision: when, and the digests of what was seen and of what was told."""


@dataclass(frozen=True, kw_only=True)
class TwoWorlds:
    """What both worlds decided. acts: told to devices, by what came of them. whole: whether the chain verifies."""

    twin: Decided
    live: Decided
    acts: dict[str, int]
    whole: bool

    @property
    def first_difference(self) -> str | None:
        """When the two first decided something else, None where they never did."""
        pairs = zip(self.twin, self.live, strict=False)
        for twin, live in pairs:
            if twin != live:
                return f"twin at {twin[0]}, live at {live[0]}"
        return None if len(self.twin) == len(self.live) else "one decided more often"


def both_worlds(study: Study, steps: int | None = None) -> TwoWorlds:
    """The first steps of a study in both, all of it where none are said. Raises BadInput for what no act tells."""
    until = len(study.timeline) if steps is None else min(steps, len(study.timeline))
    live, acts, whole = _live(study, until)
    return TwoWorlds(twin=_twin(study, until), live=live, acts=acts, whole=whole)


def _twin(study: Study, until: int) -> Decided:
    policy, forecaster, known = policy_named(USUAL, study)
    mandate, twin, memory = mandate_of(known, forecaster), Twin.of(known, truth_of(study)), Memory()
    decided = []
    while twin.present < until:
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        memory, made = turn.memory, turn.decision
        decided.append((made.as_of.isoformat(), made.situation, made.dispatch))
        edge = next_instant(known, memory, twin.present)
        twin.advance(turn.orders, instant(known.timeline.edges_s[edge]))
    return tuple(decided)


def _live(study: Study, until: int) -> tuple[Decided, dict[str, int], bool]:
    store = MemoryStore()
    room = room_of(study, DrivenClock(study.timeline.start), store, MemoryIntents(), Mode.ACT)
    while room.world.present < until:
        room.go_on()
    said = [one for one in contents(store.entries()) if one.get("stage") == "told"]
    decided = tuple(
        (str(one["as_of"]), str(one["situation"]), str(one["dispatch"])) for one in said
    )
    return decided, dict(room.fates), broken_link(store.entries()) is None
