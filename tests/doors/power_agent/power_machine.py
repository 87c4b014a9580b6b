"""A machine with two simulated boards, its clocks driven by hand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gridtide.devices.simulated_boards import SimulatedBoard, SimulatedBoards
from gridtide.doors.power_agent.journal import FileJournal
from gridtide.doors.power_agent.keeper import Keeper
from gridtide.doors.power_agent.lent import Allowance
from gridtide.fleet.act import Act, CapPower
from gridtide.fleet.lease import Instant
from gridtide.fleet.ticket import Fate, Ticket

MORNING = datetime(2026, 11, 30, 8, tzinfo=UTC)
BOARDS = (SimulatedBoard(unit="gpu-0", load=1.0, from_kw=0.665), SimulatedBoard(unit="gpu-1"))
ALLOWED = {
    unit: Allowance(unit=unit, floor_kw=0.3, ceiling_kw=0.7, clock_floor_mhz=600)
    for unit in ("gpu-0", "gpu-1")
}


@dataclass
class Machine:
    """Boards in a folder, and keepers that come and go."""

    folder: Path
    wall: datetime = MORNING
    steady_s: float = 1_000.0
    boot: str = "first"
    notes: list[tuple[str, str, str]] = field(default_factory=list)
    sequence: int = 0

    def __post_init__(self) -> None:
        self.boards = SimulatedBoards(self.folder / "boards.json", lambda: self.steady_s)
        SimulatedBoards.written(self.folder / "boards.json", BOARDS)
        self.journal = FileJournal(self.folder / "journal.json")

    def now(self) -> Instant:
        """Now, three ways."""
        return Instant(wall=self.wall, steady_s=self.steady_s, boot=self.boot)

    def passes(self, seconds: float) -> None:
        """Time passes, on both clocks."""
        self.wall += timedelta(seconds=seconds)
        self.steady_s += seconds

    def keeper(self) -> Keeper:
        """A keeper that has just been started."""
        keeper = Keeper(
            boards=self.boards,
            allowed=ALLOWED,
            journal=self.journal,
            now=self.now,
            note=lambda *said: self.notes.append(said),
            longest=timedelta(hours=4),
        )
        keeper.begin()
        return keeper

    def tell(self, keeper: Keeper, act: Act) -> Fate:
        """An act under a fresh ticket."""
        self.sequence += 1
        ticket = Ticket(
            id=f"act-{self.sequence}",
            epoch=1,
            sequence=self.sequence,
            issued_at=self.wall,
            expires_at=self.wall + timedelta(minutes=1),
        )
        return keeper.do(ticket, act, "a test").fate

    def cap(self, keeper: Keeper, for_s: float = 60.0, cap_kw: float = 0.4) -> Fate:
        """Cap the first board."""
        until = self.wall + timedelta(seconds=for_s)
        return self.tell(keeper, CapPower(unit="gpu-0", cap_kw=cap_kw, until=until))

    def limit_kw(self, unit: str = "gpu-0") -> float:
        """What holds at a board."""
        return self.boards.board(unit).limit_kw
