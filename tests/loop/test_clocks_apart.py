"""While devices go by another clock nothing is decided, told or kept; the room says by how much, and what to do."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest

from gridtide.case.live_room import room_of
from gridtide.fleet.device import QueuedJob, Standing, UnreachableError
from gridtide.loop.beside import Pace, beside
from gridtide.loop.clock import DrivenClock, SteadyClock
from gridtide.loop.clocks_apart import NEAR, apart, behind, earliest
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.stores.memory import MemoryDocuments, MemoryIntents, MemoryStore
from gridtide.testing.studies import START, small_study
from gridtide.trust.modes import Mode

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
JOB = QueuedJob(
    id="7", name="7", standing=Standing.QUEUED, accelerators=1, nodes=1, submitted_at=START
)


@dataclass(kw_only=True)
class Scheduler:
    """Its clock is so much ahead of one that is right; asking it takes so long."""

    right: DrivenClock
    ahead: timedelta = timedelta()
    takes: timedelta = timedelta()
    silent: bool = False

    def read_clock(self) -> datetime:
        """What it shows when it answers, half way through the asking."""
        if self.silent:
            raise UnreachableError("no answer")
        self.right.present += self.takes / 2
        shown = self.right.now() + self.ahead
        self.right.present += self.takes / 2
        return shown


@dataclass(kw_only=True)
class Wall:
    """A wall's clock, which somebody sets, beside seconds that only rise."""

    right: DrivenClock
    off: timedelta = timedelta()
    begun: datetime = field(default=START)

    def now(self) -> datetime:
        """What it shows."""
        return self.right.now() + self.off

    def __call__(self) -> float:
        """Seconds that only rise."""
        return (self.right.now() - self.begun).total_seconds()

    def wait_until(self, moment: datetime) -> None:
        """Let as much time pass as it seems."""
        self.right.wait_until(moment - self.off)

    def wake(self) -> None:
        """Nobody ever waits."""


@pytest.mark.parametrize("happened", ["submitted_at", "started_at", "ended_at"])
def test_an_instant_still_to_come_says_that_our_clock_is_behind(happened: str) -> None:
    """Whatever happened to a job, and of a scheduler that tells no clock; a little apart is nothing."""
    near, late = (
        replace(JOB, **{happened: START + after})  # type: ignore[arg-type]
        for after in (NEAR, NEAR + SECOND)
    )
    assert behind({"slurm": [near]}, START) == ""
    said = behind({"empty": [], "slurm": [JOB, late]}, START)
    assert said.startswith("slurm tells of 2026-03-01T00:00:31+00:00, 31 s from now")


@pytest.mark.parametrize(("ahead_s", "way"), [(31, "ahead of"), (-31, "behind"), (30, ""), (0, "")])
def test_a_clock_that_is_told_says_so_both_ways(ahead_s: int, way: str) -> None:
    """By how much, of whom; a device that does not answer says nothing."""
    clock = DrivenClock(START)
    one = Scheduler(right=clock, ahead=ahead_s * SECOND)
    reach = Reach(devices={"slurm": one, "other": Scheduler(right=clock, silent=True)})
    said = apart(reach, clock)
    assert said.startswith(f"the clock of slurm is 31 s {way} the one here") if way else said == ""


def test_what_it_takes_to_ask_is_no_difference() -> None:
    """A scheduler that thinks for minutes before it answers shows a clock that agrees."""
    clock = DrivenClock(START)
    slow = Scheduler(right=clock, takes=timedelta(minutes=4))
    assert apart(Reach(devices={"slurm": slow}), clock) == ""
    slow.ahead = timedelta(minutes=3)
    assert "60 s ahead of" in apart(Reach(devices={"slurm": slow}), clock)


def test_beside_the_loop_a_clock_goes_on_since_it_was_heard() -> None:
    """Asked every ten seconds, it is right in between."""
    right = DrivenClock(START)
    wall = Wall(right=right)
    pace = Pace(queue_every_s=1e6, queue_oldest_s=1e6)
    one = beside(Scheduler(right=right, ahead=HOUR), "slurm", right.now, wall, pace)
    one.start()
    try:
        assert one.heard_first(10.0)
        right.present += 10 * SECOND
        shown: Callable[[], datetime] = one.read_clock  # type: ignore[attr-defined]
        assert shown() == right.now() + HOUR
    finally:
        one.close()


def test_a_course_begins_where_the_earliest_clock_is() -> None:
    """Within a day: what is further back is no present."""
    clock = DrivenClock(START)
    reach = Reach(devices={"a": Scheduler(right=clock, ahead=HOUR)})
    assert earliest(reach, START) == START
    reach = Reach(devices={"a": Scheduler(right=clock, ahead=-HOUR)})
    assert earliest(reach, START) == START - HOUR
    reach = Reach(devices={"a": Scheduler(right=clock, ahead=-999 * HOUR)})
    assert earliest(reach, START) == START - timedelta(days=1)


def _room(right: DrivenClock, wall: Wall, documents: MemoryDocuments) -> ControlRoom:
    """A room that acts by a wall's clock, over devices that go by the right one and live on."""
    study = small_study(3, hours=24, jobs=30, accelerators=32)
    room = room_of(study, right, MemoryStore(), MemoryIntents(), Mode.ACT)
    room.clock = room.world.clock = room.desk.clock = SteadyClock(wall=wall, steady=wall)
    room.desk.documents = documents
    return room


@pytest.mark.parametrize("off", [HOUR, -HOUR])
def test_a_room_begun_by_a_wrong_clock_does_nothing_until_it_is_set_right(off: timedelta) -> None:
    """No proposal, no orders, nothing kept, an alarm; set right, it begins at the step that it is, not started anew."""
    right, documents = DrivenClock(START + 2 * HOUR), MemoryDocuments()
    wall = Wall(right=right, off=off)
    room = _room(right, wall, documents)
    room.begin()
    room.go_on()
    assert room.orders is None and documents.newest("world", room.mandate.owner) is None
    assert "no decision" in room.unready()[0]
    said = [one for one in room.newest().values["alarms"] if one["kind"] == "no-decision"]  # type: ignore[attr-defined]
    assert "set right the one that is wrong" in said[0]["said"]
    wall.off = timedelta()
    now = right.now()
    room.go_on()
    assert room.orders is not None and not room.undecided
    assert timedelta() <= now - room.orders.dispatch.made_at < timedelta(minutes=15)
    kept = documents.newest("world", room.mandate.owner)
    assert kept is not None and kept.value["at"] == room.orders.dispatch.made_at.isoformat()


def test_what_an_ahead_clock_kept_does_not_hold_up_the_next_room() -> None:
    """Nobody told a clock then; the room after it begins at the step that its clock is in."""
    right, documents = DrivenClock(START + 2 * HOUR), MemoryDocuments()
    room = _room(right, Wall(right=right), documents)
    room.begin()
    room.go_on()
    right.present = START + HOUR
    later = _room(right, Wall(right=right), documents)
    later.begin()
    assert later.world.now == START + HOUR
    assert later.world.given
