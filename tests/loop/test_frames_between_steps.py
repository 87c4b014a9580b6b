"""A room whose devices say something all the time shows it at once, and ends at once when it is closed."""

import threading
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import pytest

from gridtide.case.live_room import room_of
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.device import PowerReading
from gridtide.loop.clock import DrivenClock, PacedClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.live import Runner
from gridtide.loop.reach import Reach
from gridtide.loop.world import WakingClock
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role
from gridtide.trust.record import NotLeadingError, StoreLostError

STUDY = small_study(5, hours=24, jobs=6, accelerators=16)


@dataclass(kw_only=True, eq=False)
class ReadAllTheTime(SimulatedFleet):
    """A fleet whose meters can be read between step edges: they count minutes, and close."""

    def read_power(self) -> tuple[PowerReading, ...]:
        """Minutes since the hour, as kW, drawn from the grid by the building; nothing else flows."""
        now = self.now()
        kw = now.minute + now.second / 60.0
        return tuple(
            replace(
                one, kw=kw if one.of.endswith((" import", " facility")) else 0.0, measured_at=now
            )
            for one in super().read_power()
        )


def opened(clock: WakingClock) -> ControlRoom:
    """A room on such a fleet, with frames every minute of its clock."""
    room = room_of(STUDY, clock, MemoryStore(), MemoryIntents(), Mode.ACT)
    honest = room.world.reach.devices["fleet"]
    assert isinstance(honest, SimulatedFleet)
    fleet = ReadAllTheTime(twin=honest.twin, now=honest.now)
    room.world.reach = Reach(devices=devices_of(fleet))
    room.world.beat = timedelta(minutes=1)
    return room


def test_frames_come_between_step_edges_with_what_meters_say_then() -> None:
    """Every one numbered, none at another instant than it says, the values those of its instant."""
    room = opened(DrivenClock(STUDY.timeline.start))
    room.go_on()
    seen: list[tuple[int, datetime, object]] = []
    publish = room._publish

    def published(now: datetime, said: object) -> None:
        publish(now, said)  # type: ignore[arg-type]
        frame = room.newest()
        seen.append((frame.number, frame.at, frame.values["sites"][0]["import_kw"]))  # type: ignore[index]

    room._publish = published  # type: ignore[method-assign,assignment]
    room.go_on()
    numbers, instants, import_kw = zip(*seen, strict=True)
    assert list(numbers) == list(range(16, 31))
    start = STUDY.timeline.start + timedelta(minutes=15)
    assert list(instants) == [start + timedelta(minutes=one) for one in range(1, 16)]
    assert list(import_kw) == [float(one.minute) for one in instants]


def test_a_frame_may_come_between_two_seconds() -> None:
    """Real clocks show parts of seconds; the ages in a frame are of that instant."""
    room = opened(DrivenClock(STUDY.timeline.start))
    room.world.beat = timedelta(minutes=7, milliseconds=300)
    room.go_on()
    ages: list[object] = []
    publish = room._publish

    def published(now: datetime, said: object) -> None:
        publish(now, said)  # type: ignore[arg-type]
        ages.append(room.newest().values["ages_s"]["price_per_mwh"])  # type: ignore[index]

    room._publish = published  # type: ignore[method-assign,assignment]
    room.go_on()
    between = [age % 60 for age in ages]  # type: ignore[operator]
    assert between == [pytest.approx(0.3), pytest.approx(0.6), 0.0]


def test_a_room_that_is_closed_waits_for_no_step() -> None:
    """A step of a quarter of an hour on a slow clock is broken off at once, and counts as not passed."""
    room = opened(PacedClock(present=STUDY.timeline.start, speed=1.0))
    runner = Runner(room=room)
    runner.start()
    while room.turn is None:
        time.sleep(0.01)
    before_s = time.monotonic()
    runner.stop()
    assert time.monotonic() - before_s < 5.0
    assert runner.thread is not None and not runner.thread.is_alive()
    assert runner.fault is None and room.world.present == 0


def test_a_loop_whose_store_another_leads_ends_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What ended it is known; anything else is raised in its thread, to be seen."""
    ended: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda said: ended.append(said.exc_type))
    for fault in (NotLeadingError("epoch 2 leads; epoch 1 is over"), ZeroDivisionError()):

        def fails(fault: Exception = fault) -> None:
            raise fault

        room = opened(DrivenClock(STUDY.timeline.start))
        monkeypatch.setattr(room, "go_on", fails)
        runner = Runner(room=room)
        runner.start()
        assert runner.thread is not None
        runner.thread.join()
        assert runner.fault is fault
    assert ended == [ZeroDivisionError]


def test_a_release_whose_store_is_lost_ends_no_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said, and what was to be let go is let go once the store writes again."""
    room = opened(DrivenClock(STUDY.timeline.start))
    while not room.world.told:
        room.go_on()
    person = Person(name="first", role=Role.APPROVER)
    wait, intend = room.clock.wait_until, room.world.intents.intend

    def lost(intents: object) -> tuple[()]:
        raise StoreLostError("gone")

    def waited(moment: datetime) -> None:
        wait(moment)
        if not room.releasing and not room.leaving and not room.stuck:
            monkeypatch.setattr(room.world.intents, "intend", lost)
            assert room.release(person, "drill").held

    monkeypatch.setattr(room.clock, "wait_until", waited)
    room.go_on()
    assert "gone" in room.stuck and room.leaving
    monkeypatch.undo()
    assert room.world.intents.intend == intend
    room.go_on()
    assert not room.stuck and not room.world.reach.restraints()
