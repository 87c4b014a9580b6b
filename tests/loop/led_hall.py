"""A hall whose jobs run by a Slurm in memory on simulated boards, two a node, led by points on a driven clock."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from gridtide.devices.power_agent import held_of
from gridtide.devices.simulated_boards import SimulatedBoard, SimulatedBoards
from gridtide.devices.slurm_cli import SlurmCli
from gridtide.doors.power_agent.keeper import Keeper
from gridtide.doors.power_agent.lent import Allowance, NoJournal
from gridtide.fleet.act import Act, CapPower, LockClock, Release
from gridtide.fleet.board_bound import FREE, BoardBound, BoardPoint
from gridtide.fleet.device import PowerReading, Restraint, UnreachableError
from gridtide.fleet.lease import Instant
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.loop.at_place import AtPlace
from gridtide.loop.clock import DrivenClock
from gridtide.loop.led_boards import BoardGroup, LedBoards
from gridtide.loop.points_at_place import PointsAtPlace
from gridtide.testing.tiny_slurm import TinyJob, TinySlurm
from gridtide.wire.slurm.allowed import Allowed

PLACE = "north/hall"
MENU = (
    BoardPoint(name="full", speed=1.0, it_kw=1.2, bound=FREE),
    BoardPoint(name="eco", speed=0.8, it_kw=0.9, bound=BoardBound(cap_kw=0.5)),
    BoardPoint(name="slow", speed=0.5, it_kw=0.7, bound=BoardBound(highest_mhz=1000.0)),
)
NODES = {"n1": ("gpu-0", "gpu-1"), "n2": ("gpu-2", "gpu-3")}
REST_KW = 0.7


@dataclass(eq=False)
class KeptBoards:
    """Boards of a keeper without a line between. claims: says that it does what it is told, and leaves every board as
    it is; silent: does not answer. asked: how often it was asked what it holds."""

    keeper: Keeper
    claims: bool = False
    silent: bool = False
    asked: int = 0

    def read_power(self) -> tuple[PowerReading, ...]:
        """Of every board. Raises UnreachableError."""
        self._answers()
        return tuple(
            PowerReading(
                of=one.unit, kw=one.power_kw or 0.0, measured_at=one.measured_at, method=one.method
            )
            for one in self.keeper.readings()
        )

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Bound the power of a board."""
        return self._do(ticket, CapPower(unit=unit, cap_kw=cap_kw, until=until))

    def lock_clock(self, ticket: Ticket, unit: str, highest_mhz: float, until: datetime) -> Outcome:
        """Bound the clock of a board."""
        return self._do(ticket, LockClock(unit=unit, highest_mhz=highest_mhz, until=until))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Give a board back."""
        return self._do(ticket, Release(subject=subject))

    def restraints(self) -> tuple[Restraint, ...]:
        """What is lent. Raises UnreachableError."""
        self.asked += 1
        self._answers()
        return tuple(held for one in self.keeper.readings() for held in held_of(one))

    def _answers(self) -> None:
        if self.silent:
            raise UnreachableError("the power agent does not answer")

    def _do(self, ticket: Ticket, act: Act) -> Outcome:
        self._answers()
        outcome = self.keeper.do(ticket, act, "a test")
        if self.claims and isinstance(act, CapPower):
            self.keeper.boards.limit(act.unit, REST_KW)
        return outcome


@dataclass(eq=False)
class TickingClock(DrivenClock):
    """A driven clock that passes no instant at which something is to be done beside. each: done every so often."""

    every: timedelta = timedelta(seconds=20)
    each: Callable[[], None] = lambda: None

    def wait_until(self, moment: datetime) -> None:
        """Jump there, tick by tick."""
        while self.present < moment:
            super().wait_until(min(moment, self.present + self.every))
            self.each()


class LedHall:
    """Two nodes of two boards each. floor_kw: the lowest cap that their agent lends. whole: boards are named by no
    node, so that all of the hall run at one point."""

    def __init__(
        self, folder: Path, now: datetime, floor_kw: float = 0.3, whole: bool = False
    ) -> None:
        self.clock, self.start = TickingClock(present=now), now
        units = [unit for units in NODES.values() for unit in units]
        self.boards = SimulatedBoards(folder / "boards.json", self._steady_s)
        SimulatedBoards.written(
            folder / "boards.json", [SimulatedBoard(unit=unit, noise_share=0.0) for unit in units]
        )
        terms = {"floor_kw": floor_kw, "ceiling_kw": REST_KW, "clock_floor_mhz": 600}
        self.device = KeptBoards(
            Keeper(
                boards=self.boards,
                allowed={unit: Allowance(unit=unit, **terms) for unit in units},  # type: ignore[arg-type]
                journal=NoJournal(),
                now=lambda: Instant(wall=self.clock.now(), steady_s=self._steady_s(), boot="first"),
                note=lambda what, subject, said: None,
                longest=timedelta(hours=4),
            )
        )
        self.slurm = TinySlurm(self.clock)
        groups = (
            {"": BoardGroup(name="", device=self.device, count=len(units))}
            if whole
            else {
                node: BoardGroup(name=node, device=self.device, units=own)
                for node, own in NODES.items()
            }
        )
        self.place = self.again(groups)

    def again(self, groups: dict[str, BoardGroup] | None = None) -> PointsAtPlace:
        """The place as a process that has just begun knows it."""
        allowed = Allowed(partitions=frozenset({"low"}), users=frozenset({"ada"}))
        own = AtPlace(
            scheduler=SlurmCli(clock=self.clock, allowed=allowed, run=self.slurm),
            name="slurm",
            place=PLACE,
            point="full",
            now=self.clock.now,
        )
        known = self.place.boards.groups if groups is None else groups
        led = LedBoards(groups=known, menu=MENU, now=self.clock.now)
        return PointsAtPlace(own=own, boards=led, now=self.clock.now)

    def runs(self, job: int, on: str, hours: float = 4.0) -> TinyJob:
        """A job that runs on nodes from now on, within a limit."""
        limit = {"limit_min": round(60 * hours), "comment": "class=train"}
        found = self.slurm.add(job, state="RUNNING", gpus=2, on=on, **limit)
        for unit in NODES.get(on, ()):
            self.boards.work(unit, 1.0)
        return found

    def waits(self, job: int, minutes: float) -> TinyJob:
        """A job that starts so many minutes from now, on nodes that nobody knows yet."""
        self.slurm.room_at = self.clock.now() + timedelta(minutes=minutes)
        return self.slurm.add(job, gpus=2, comment="class=train")

    def ticket(self, sequence: int) -> Ticket:
        """One that lives for a minute."""
        now = self.clock.now()
        ends = now + timedelta(minutes=1)
        name = f"act-{sequence}"
        return Ticket(id=name, epoch=1, sequence=sequence, issued_at=now, expires_at=ends)

    def told(self, sequence: int, job: int, point: str) -> Outcome:
        """A job is told a point."""
        return self.place.place_job(self.ticket(sequence), f"slurm-{job}", PLACE, point)

    def passes(self, seconds: float, every_s: float = 10.0, renews: bool = True) -> None:
        """Time passes; leases are renewed as a thread of the room does, and end where they are over."""
        until = self.clock.now() + timedelta(seconds=seconds)
        while self.clock.now() < until:
            self.clock.wait_until(min(until, self.clock.now() + timedelta(seconds=every_s)))
            self.device.keeper.end_late_leases()
            if renews:
                self.place.renew()

    def limits_kw(self, node: str) -> list[float]:
        """What holds at the boards of a node."""
        return [self.boards.board(unit).limit_kw for unit in NODES[node]]

    def clocks_mhz(self, node: str) -> list[int | None]:
        """The locked clocks of the boards of a node."""
        return [self.boards.board(unit).clock_max_mhz for unit in NODES[node]]

    def _steady_s(self) -> float:
        return 1_000.0 + (self.clock.now() - self.start).total_seconds()
