"""What a turn was made of is kept whoever decided; what cannot be kept is said, and the room goes on."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import pytest
from test_control_room import gone_on
from test_within_limits import called, limit

from gridtide.case.live_room import room_of
from gridtide.decide.dispatch import Dispatch
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.loop.basis import bases_at, taken_again
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.mandate import Policy
from gridtide.loop.planning_beside import beside
from gridtide.stores.memory import MemoryBlocks, MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.blocks import NotKeptError
from gridtide.trust.modes import Mode
from gridtide.trust.record import Decision, Stage

STUDY = small_study(5, hours=24, jobs=24, accelerators=32)


def opened() -> tuple[ControlRoom, MemoryBlocks]:
    """A room that acts and keeps what its turns were made of."""
    clock, blocks = DrivenClock(STUDY.timeline.start), MemoryBlocks()
    room = room_of(STUDY, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    room.bases.keeper = blocks
    return room, blocks


def decided(room: ControlRoom) -> list[Decision]:
    """The decisions of so far."""
    return list(room.minutes.decided.values())


def test_what_a_mandatory_limit_required_comes_out_again() -> None:
    """When it began, when work came that had to wait, and when it was over."""
    room, _ = called(limit(6, 6, 60.0))
    room.bases.keeper = blocks = MemoryBlocks()
    gone_on(room, 16)
    found = [one for one in decided(room) if one.policy == "mandatory limit"]
    assert len(found) > 1
    for decision in found:
        for anew in (False, True):
            again = taken_again(bases_at(decision.basis, blocks), anew).decision
            assert replace(again, stage=decision.stage) == replace(decision, basis=again.basis)


@dataclass(kw_only=True)
class Foreign:
    """A policy of somebody else: no noun of ours."""

    policy: Policy
    name: str = "foreign"

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """As the house."""
        return self.policy.decide(plan, situation, held, due)


def test_turns_whose_plans_were_made_beside_the_loop_come_out_again() -> None:
    """Those that took a plan up, those that wait for one, and those between plans."""
    room, blocks = opened()
    with ThreadPoolExecutor(1) as pool:
        room.policy = beside(room.policy, pool)
        for step in range(16):
            if step % 2:
                pool.submit(lambda: None).result()
            room.go_on()
    taken = 0
    for decision in decided(room):
        bases = bases_at(decision.basis, blocks)
        taken += bases.turn.asked is not None
        for anew in (False, True):
            again = taken_again(bases, anew).decision
            assert (again.id, again.rung) == (decision.id, decision.rung)
    assert taken > 0


def test_the_proposal_of_somebody_elses_policy_is_taken_as_it_stands() -> None:
    """The guard is asked again all the same."""
    room, blocks = opened()
    room.policy = Foreign(policy=room.policy)
    room.go_on()
    (decision,) = decided(room)
    bases = bases_at(decision.basis, blocks)
    assert bases.turn.policy is None
    assert taken_again(bases, anew=False).decision.id == decision.id


def test_what_cannot_be_kept_is_said_and_the_room_decides_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A record that cannot be recomputed is worth less than a room that stands still costs."""

    def refuse(*_: object) -> None:
        raise NotKeptError("something strange")

    monkeypatch.setattr("gridtide.loop.basis.blocks_of", refuse)
    room, _ = opened()
    room.go_on()
    (decision,) = decided(room)
    assert decision.basis == "" and decision.stage in (Stage.TOLD, Stage.VERIFIED)
    said = [one["says"] for one in room.audit(50)]
    assert {
        "kind": "basis not kept", "decision": decision.id, "said": "something strange",
    } in said  # fmt: skip
