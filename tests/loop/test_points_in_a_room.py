"""A whole room that tells boards the points of its plan, on a driven clock: caps, meters, freeze, release, a crash."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from led_hall import NODES, REST_KW, LedHall

from gridtide.case.real_room import RealCase, read_real
from gridtide.fleet.device import PowerReading
from gridtide.loop.control import ControlRoom
from gridtide.loop.named_meters import NamedMeters
from gridtide.testing.one_real_hall import START, a_case, opened
from gridtide.trust.people import Person, Role

SITE = """
[autonomy]
share_max = 1.0
moved_max_kw = { north = 1000.0 }
jobs_max_per_day = 50
hold_max_h = 12

[[site]]
name = "north"
zone = "N"
weather_zone = "N"
clock = "UTC"
region = "N"
latitude = 41.2
longitude = 114.7
facility = { it_capacity_kw = 10 }
contract = { import_max_kw = 20 }

[[site.pool]]
name = "hall"
accelerator = "a"
accelerators = 4
parked_kw_per_accelerator = 0.07
busy_kw_per_accelerator = 0.665

[[site.pool.point]]
name = "eco"
speed = 0.8
busy_kw_per_accelerator = 0.5
cap_kw = 0.5

[[device]]
name = "slurm"
kind = "slurm"
place = "north/hall"
partitions = "low"

[[device]]
name = "feed"
kind = "modbus-meter"
meters = { feed = "north grid", train = "north train" }
host = "127.0.0.1"

[[device]]
name = "gpus"
kind = "power-agent"
path = "power.sock"
points = "north/hall"
boards = { n1 = "gpu-0 gpu-1", n2 = "gpu-2 gpu-3" }
"""
ECO, FREE = [0.5, 0.5], [REST_KW, REST_KW]


class Meter:
    """What the boards draw, of which that beyond idle ones is work."""

    def __init__(self, hall: LedHall) -> None:
        self.hall = hall

    def read_power(self) -> tuple[PowerReading, ...]:
        """All boards, and those that work."""
        at = self.hall.clock.now()
        kw = {unit: self.hall.boards.power_kw(unit) for units in NODES.values() for unit in units}
        work = sum(one for one in kw.values() if one > 0.1)
        return tuple(
            PowerReading(of=of, kw=value, measured_at=at, method="meter", share=0.005)
            for of, value in (("feed", sum(kw.values())), ("train", work))
        )


class Led:
    """The room over that hall, with what it keeps."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.hall = folder, LedHall(folder, START)
        path = a_case(folder, SITE)
        patient = path.read_text().replace("accelerator_h = 15.0", "accelerator_h = 0.0")
        path.write_text(patient.replace("[[6.0, 12.0]]", "[[0.0, 10.0]]"))
        self.path = path
        self.room, self.kept = self.begun()

    def begun(self) -> tuple[ControlRoom, Any]:
        """A process of the service that begins."""
        real = read_real(self.path, lambda: START)
        return opened(self.over(real), self.folder, self.hall.clock)

    def over(self, real: RealCase) -> RealCase:
        """The case over these devices."""
        names = {"feed": "north grid", "train": "north train"}
        meter = NamedMeters(meter=Meter(self.hall), names=names, now=self.hall.clock.now)
        reach = {"slurm": self.hall.place, "feed": meter}
        points = {"slurm": self.hall.place}
        return replace(real, devices=type(real.devices)(reach=reach, points=points))

    def acts(self) -> None:
        """Two people let it act; time goes tick by tick from now on."""
        for name, role in (("li", Role.APPROVER), ("wu", Role.ADMIN)):
            self.room.change_mode("act", Person(name=name, role=role), "it did well")
        self.hall.clock.each = self.renewed

    def renewed(self) -> None:
        """What threads of the room and of the power agent do beside its loop."""
        self.hall.device.keeper.end_late_leases()
        self.hall.place.renew()

    def goes_on(self, steps: int = 1) -> None:
        """Steps of the room."""
        for _ in range(steps):
            self.room.go_on()


@pytest.fixture
def led(tmp_path: Path) -> Iterator[Led]:
    """One of its own for each test."""
    found = Led(tmp_path)
    yield found
    found.room.close()
    found.kept.close()


def a_job(led: Led) -> None:
    """A job of two hours on the first node that waits for ten minutes more, and is due at noon."""
    due = (START + timedelta(hours=12)).isoformat()
    led.hall.slurm.room_at = START + timedelta(minutes=10)
    more = {"comment": f"class=train;deadline={due}", "limit_min": 120, "on": "n1"}
    led.hall.slurm.add(7, gpus=2, **more)
    for unit in NODES["n1"]:
        led.hall.boards.work(unit, 1.0)


def kinds(led: Led) -> list[str]:
    """Alarms of the newest frame."""
    assert led.room.frame is not None
    said: Any = led.room.frame.values.get("alarms", [])
    return [one["kind"] for one in said]


def test_a_plan_caps_the_boards_of_its_job_and_meters_bear_it_out(led: Led) -> None:
    """The job runs at eco, with the time for it; honest meters raise no alarm; at its end its boards are free."""
    led.acts()
    a_job(led)
    led.goes_on(4)
    assert led.hall.limits_kw("n1") == ECO
    assert kinds(led) == []
    assert "point of slurm-7" in [one.subject for _, one in led.room.world.reach.restraints()]
    led.hall.slurm.jobs[7].state = "COMPLETED"
    led.goes_on()
    assert led.hall.limits_kw("n1") == FREE


def test_boards_that_only_say_so_are_told_but_not_moved(led: Led) -> None:
    """Their agent reads back what it was told, and their power stays: an alarm by the job, until it follows."""
    led.acts()
    a_job(led)
    led.hall.device.claims = True
    led.goes_on(3)
    assert led.hall.place.queue()[0].point == "eco"
    assert kinds(led) == ["told-but-not-moved"]
    led.hall.device.claims = False
    led.goes_on(2)
    assert kinds(led) == []


def test_a_frozen_room_holds_on_for_a_while(led: Led) -> None:
    """For a quarter of an hour after it could tell something last; then every cap ends with its lease."""
    led.acts()
    a_job(led)
    led.goes_on(2)
    assert led.hall.limits_kw("n1") == ECO
    led.room.freeze(Person(name="li", role=Role.APPROVER), "smoke")
    led.hall.passes(600)
    assert led.hall.limits_kw("n1") == ECO
    led.hall.passes(420)
    assert led.hall.limits_kw("n1") == FREE


def test_release_frees_boards_at_once(led: Led) -> None:
    """Whatever is left of their lease; nothing puts it on again."""
    led.acts()
    a_job(led)
    led.goes_on(2)
    led.room.release(Person(name="li", role=Role.APPROVER), "enough")
    led.goes_on()
    assert led.hall.limits_kw("n1") == FREE
    assert not [one for _, one in led.room.world.reach.restraints() if one.kind == "point"]


def test_a_room_that_begins_again_tells_the_point_again_and_counts_work_as_before(led: Led) -> None:
    """Killed: what holds is read back by its name; the next process caps the same boards, and knows how slow it was."""
    led.acts()
    a_job(led)
    led.goes_on(3)
    done = led.hall.place.queue()[0].done_s
    led.room.close()
    led.kept.close()
    led.hall.place = led.hall.again()
    led.room, led.kept = led.begun()
    led.goes_on()
    assert led.hall.limits_kw("n1") == ECO
    assert led.hall.place.wanted["7"].name == "eco"
    assert (led.hall.place.queue()[0].done_s or 0) - (done or 0) == 720
