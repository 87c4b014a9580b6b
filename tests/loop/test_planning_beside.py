"""Plans made in another process: the same plans, nobody waits for them, and late ones are thrown away."""

from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any

from gridtide.case.live_room import room_of
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.planning_beside import beside
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
        """Not yet."""
        future: Future[Any] = Future()
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
    with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as pool:
        room, _ = opened(pool)
        room.go_on()
        assert room.policy.asked is not None  # type: ignore[attr-defined]
        room.policy.asked[1].result()  # type: ignore[attr-defined]
        room.go_on()
        assert room.memory.plan is not None
    here, _ = opened(None)
    here.go_on()
    assert here.memory.plan is not None
    assert room.memory.plan.certificate == here.memory.plan.certificate
