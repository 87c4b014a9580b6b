"""Plans made in another process: the same plans, nobody waits for them, and late ones are thrown away."""

from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from gridtide.case.live_room import room_of
from gridtide.case.planner import PlannerProcess
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.planning_beside import PlansBeside, beside
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.audit import contents
from gridtide.trust.modes import Mode

STUDY = small_study(4, hours=24, jobs=24, accelerators=32)


@dataclass(eq=False)
class AtHand(Executor):
    """Keeps what it is asked to do until the test does it."""

    work: list[tuple[Future[Any], Callable[[], Any]]] = field(default_factory=list)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Begun, and not done yet."""
        future: Future[Any] = Future()
        future.set_running_or_notify_cancel()
        self.work.append((future, lambda: fn(*args, **kwargs)))
        return future

    def do(self, number: int) -> None:
        """Now."""
        future, work = self.work[number]
        future.set_result(work())


class AtOnce(AtHand):
    """Does it before anybody can wait."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Now."""
        future = super().submit(fn, *args, **kwargs)
        self.do(-1)
        return future


def opened(executor: Executor | None) -> tuple[ControlRoom, MemoryStore]:
    """A room that acts by itself and has its plans made by an executor, or in its turns where there is none."""
    store = MemoryStore()
    room = room_of(STUDY, DrivenClock(STUDY.timeline.start), store, MemoryIntents(), Mode.ACT)
    if executor is not None:
        room.policy = beside(room.policy, executor)
    return room, store


def decided(executor: Executor | None, steps: int) -> list[object]:
    """Digests of what was seen and told."""
    room, store = opened(executor)
    for _ in range(steps):
        room.go_on()
    said = [one for one in contents(store.entries()) if one.get("stage") == "told"]
    return [(one["as_of"], one["situation"], one["dispatch"]) for one in said]


def test_plans_that_are_finished_at_once_are_those_of_a_turn() -> None:
    """Decision for decision, digest for digest."""
    assert decided(AtOnce(), 30) == decided(None, 30)


def test_nobody_waits_for_a_plan_and_the_newest_finished_one_counts() -> None:
    """Steps pass without one; once it is there the next step decides by it."""
    hand = AtHand()
    room, _ = opened(hand)
    for _ in range(5):
        room.go_on()
    assert room.memory.plan is None
    hand.do(0)
    room.go_on()
    assert room.memory.plan is not None
    assert room.memory.plan.made_at == STUDY.timeline.start


def test_a_plan_that_comes_after_a_newer_one_was_asked_for_is_thrown_away() -> None:
    """Six hours on another is asked; what the first says then is never used."""
    hand = AtHand()
    room, _ = opened(hand)
    while len(hand.work) < 2:
        room.go_on()
    hand.do(0)
    for _ in range(3):
        room.go_on()
    assert room.memory.plan is None
    hand.do(1)
    room.go_on()
    assert room.memory.plan is not None
    assert room.memory.plan.made_at > STUDY.timeline.start


def test_a_plan_of_another_process_is_the_plan_of_this_one() -> None:
    """A real worker process: what it gives back decides as a plan made here does."""
    planner = PlannerProcess()
    room, _ = opened(planner)
    room.go_on()
    room.policy.asked[1].result()  # type: ignore[attr-defined]
    room.go_on()
    planner.close()
    assert room.memory.plan is not None
    here, _ = opened(None)
    here.go_on()
    assert here.memory.plan is not None
    assert room.memory.plan.certificate == here.memory.plan.certificate


def planner_alarms(room: ControlRoom) -> list[str]:
    """What the newest frame says of the planner."""
    alarms: Any = room.newest().values["alarms"]
    return [one["said"] for one in alarms if one["kind"] == "planner"]


def test_a_planner_that_never_comes_back_is_named_and_given_up_after_some_turns() -> None:
    """Where nothing else happens the plans that are due count for more; what was told goes on, and once a plan comes
    nothing is named any more."""
    hand, given_up = AtHand(), list[str]()
    room, _ = opened(hand)
    assert isinstance(room.policy, PlansBeside)
    room.policy.give_up = given_up.append
    turns = 0
    while not given_up and turns < 200:
        turns += 1
        room.go_on()
    assert len(given_up) == 1 and "no plan came through 6 turns" in given_up[0]
    assert planner_alarms(room) == given_up
    room.go_on()
    hand.do(-1)
    room.go_on()
    assert room.memory.plan is not None and planner_alarms(room) == []


def test_the_first_turn_waits_for_no_planner_that_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    """After a while it goes on without a plan."""
    monkeypatch.setattr("gridtide.loop.planning_beside.FIRST_WAIT_S", 0.01)
    room, _ = opened(AtHand())
    assert isinstance(room.policy, PlansBeside)
    room.policy.waits_first = True
    room.go_on()
    assert room.turn is not None and room.memory.plan is None
    assert planner_alarms(room) == ["the first plan did not come within 0.01 s"]


def test_a_plan_whose_planner_died_is_named_and_asked_for_again() -> None:
    """What was told goes on meanwhile; once a plan comes nothing is named any more."""
    hand = AtHand()
    room, _ = opened(hand)
    room.go_on()
    hand.work[0][0].set_exception(BrokenExecutor("planner 7 ended with -9"))
    room.go_on()
    assert room.memory.plan is None and len(hand.work) == 2
    named = [one for one in room.newest().values["alarms"] if one["kind"] == "planner"]  # type: ignore[attr-defined]
    assert [one["said"] for one in named] == ["planner 7 ended with -9"]
    hand.do(1)
    room.go_on()
    assert room.memory.plan is not None
    assert "planner" not in [one["kind"] for one in room.newest().values["alarms"]]
