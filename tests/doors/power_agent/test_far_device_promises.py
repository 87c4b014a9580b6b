"""A device behind a site agent keeps what every device promises that caps power: desk, agent, actuator in a chain."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from power_machine import Machine

from gridtide.devices.far_site import FarDevice, SiteDesk
from gridtide.doors.agent.memory import MemoryFile
from gridtide.doors.agent.running import report_of
from gridtide.doors.power_agent.keeper import Keeper
from gridtide.fleet.act import CapPower, Release
from gridtide.fleet.board_bound import FREE, BoardBound, BoardPoint
from gridtide.fleet.device import PowerReading, Restraint
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.led_boards import BoardGroup, LedBoards
from gridtide.loop.site_agent import AgentMemory, AgentTerms, SiteAgent
from gridtide.testing.caps_power import Capping, CapsPowerPromises
from gridtide.trust.bounds import Bounds
from gridtide.wire.agent_line import Poll, poll_json, poll_of, reply_json, reply_of


@dataclass
class Boards:
    """The boards of a keeper, as a device without a line between."""

    keeper: Keeper

    def read_power(self) -> tuple[PowerReading, ...]:
        """Of every board."""
        return tuple(
            PowerReading(
                of=one.unit, kw=one.power_kw or 0.0, measured_at=one.measured_at, method=one.method
            )
            for one in self.keeper.readings()
        )

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Ask the keeper."""
        return self.keeper.do(ticket, CapPower(unit=unit, cap_kw=cap_kw, until=until), "a test")

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Ask the keeper."""
        return self.keeper.do(ticket, Release(subject=subject), "a test")

    def restraints(self) -> tuple[Restraint, ...]:
        """What is lent."""
        return tuple(
            Restraint(subject=one.unit, kind="cap", value=f"{one.cap_kw:g} kW", until=one.cap_until)
            for one in self.keeper.readings()
            if one.cap_kw is not None and one.cap_until is not None
        )


class Site:
    """A desk, and an agent that comes to it on a thread of its own, through the form of the line."""

    def __init__(self, machine: Machine) -> None:
        self.devices = {"gpus": Boards(machine.keeper())}
        self.machine = machine
        self.desk = SiteDesk(site="hohhot", now=lambda: machine.wall, stale_s=1e9)
        self.agent = SiteAgent(
            AgentTerms(devices=self.devices, schedule=(), silent_after_s=1e9),
            AgentMemory(bounds={"gpus": Bounds(cap_min_kw=0.3)}),
            MemoryFile(machine.folder / "state.json"),
            lambda: machine.wall,
            lambda: machine.steady_s,
            lambda *said: machine.notes.append(said),
        )
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.thread = threading.Thread(target=self.come_again)
        self.come()
        self.thread.start()

    def come(self) -> None:
        """One poll and what follows from it."""
        with self.lock:
            report = report_of(self.devices, self.machine.wall)
            poll = Poll(wait_s=0.0, taken=(), outcomes=self.agent.pending(), report=report)
            reply = reply_of(reply_json(self.desk.polled(poll_of(poll_json(poll)))))
            self.agent.heard(reply.acknowledged)
            for order in reply.orders:
                self.agent.take(order.device, order.ticket, order.act)

    def come_again(self) -> None:
        """Until it is over."""
        while not self.over.wait(0.002):
            self.come()

    def pass_s(self, seconds: float) -> None:
        """Time passes, and the agent comes once more."""
        with self.lock:
            self.machine.passes(seconds)
        self.come()


class TestFarDevice(CapsPowerPromises):
    """The same promises, two processes further away."""

    @pytest.fixture(autouse=True)
    def _site(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        monkeypatch.setattr("gridtide.doors.whole_file.os.fsync", lambda number: None)
        self.site = Site(Machine(tmp_path))
        yield
        self.site.over.set()
        self.site.thread.join()

    def opened(self) -> Capping:
        """The device of this test's site."""
        machine = self.site.machine
        device = Coming(self.site)
        return Capping(
            device=device,
            unit="gpu-0",
            cap_kw=0.4,
            below_kw=0.25,
            limit_kw=machine.limit_kw,
            pass_s=self.site.pass_s,
            now=lambda: machine.wall,
        )

    def test_its_boards_are_led_by_points_and_free_once_nobody_renews(self) -> None:
        """Told by the room's own words, read back by the point's name; refused in the words of the site's own floor."""
        machine = self.site.machine
        group = BoardGroup(name="n1", device=Coming(self.site), units=("gpu-0",))
        menu = tuple(
            BoardPoint(name=name, speed=speed, it_kw=1.0, bound=bound)
            for name, speed, bound in (
                ("full", 1.0, FREE),
                ("eco", 0.8, BoardBound(cap_kw=0.4)),
                ("slow", 0.5, BoardBound(cap_kw=0.2)),
            )
        )
        led = LedBoards(groups={"n1": group}, menu=menu, now=lambda: machine.wall)
        ticket = Capping.ticket(self.opened(), 1)
        assert led.lead("n1", menu[1], ticket)[0] is Fate.DONE
        assert (machine.limit_kw(), led.seen()["n1"].point) == (0.4, menu[1])
        fate, said = led.lead("n1", menu[2], ticket)
        assert (fate, "0.3" in said) == (Fate.REFUSED, True)
        assert machine.limit_kw() == 0.7
        led.lead("n1", menu[1], ticket)
        self.site.pass_s(61.0)
        assert (machine.limit_kw(), led.seen()["n1"].point) == (0.7, menu[0])


class Coming(FarDevice):
    """A far device whose agent comes before anything is read, so that a report is as new as the question."""

    def __init__(self, site: Site) -> None:
        super().__init__(site.desk, "gpus")
        self.site = site

    def restraints(self) -> tuple[Restraint, ...]:
        """As reported just now."""
        self.site.come()
        return super().restraints()
