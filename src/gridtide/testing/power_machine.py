"""The power agent in a process of its own, over simulated boards that outlive it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from gridtide.devices.power_agent import PowerAgent
from gridtide.devices.simulated_boards import SimulatedBoard, SimulatedBoards
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.loop.clock import WallClock, steady_s

WITHIN_S = 20.0
CONFIG = """
socket = "power.sock"
journal = "leases.json"
record = "power.jsonl"
allow_uids = [{uid}]

[boards]
kind = "simulated"
"""
UNIT = """
[[unit]]
unit = "{unit}"
floor_kw = 0.3
ceiling_kw = 0.7
"""


def until(true: Callable[[], bool], what: str) -> None:
    """Wait for something by looking; fails in words."""
    end_s = steady_s() + WITHIN_S
    while not true():
        assert steady_s() < end_s, f"not within {WITHIN_S} s: {what}"
        time.sleep(0.02)


@dataclass
class PowerMachine:
    """A folder with boards and the file of an agent, made here where they are fresh. units: of its boards."""

    folder: Path
    units: tuple[str, ...] = ("gpu-0",)
    sequence: int = 0
    fresh: bool = True

    def __post_init__(self) -> None:
        self.config = self.folder / "power.toml"
        if self.fresh:
            own = "".join(UNIT.format(unit=unit) for unit in self.units)
            self.config.write_text(CONFIG.format(uid=os.getuid()) + own)
            boards = [SimulatedBoard(unit=unit) for unit in self.units]
            SimulatedBoards.written(self.folder / "boards.json", boards)
        self.boards = SimulatedBoards(self.folder / "boards.json", steady_s)
        self.device = PowerAgent(path=self.folder / "power.sock", now=WallClock().now)

    @contextmanager
    def agent(self) -> Iterator[subprocess.Popen[str]]:
        """An agent that answers; killed at the end where it still runs."""
        with subprocess.Popen(self.command(), stdout=subprocess.PIPE, text=True) as process:
            try:
                assert process.stdout is not None
                assert process.stdout.readline().startswith(f"{len(self.units)} boards on ")
                yield process
            finally:
                if process.poll() is None:
                    process.send_signal(signal.SIGKILL)

    def command(self, *words: str) -> list[str]:
        """The command line of the agent with more words."""
        return [sys.executable, "-m", "gridtide.doors.power_agent", *words, str(self.config)]

    def restore(self, *words: str) -> int:
        """Run what systemd runs when the agent is gone."""
        return subprocess.run(self.command(*words), capture_output=True, check=False).returncode

    def cap(self, for_s: float, cap_kw: float = 0.4) -> Outcome:
        """Cap the board for so many seconds."""
        self.sequence += 1
        now = WallClock().now()
        ticket = Ticket(
            id=f"act-{self.sequence}",
            epoch=1,
            sequence=self.sequence,
            issued_at=now,
            expires_at=now + timedelta(seconds=60),
        )
        return self.device.cap(ticket, "gpu-0", cap_kw, now + timedelta(seconds=for_s))

    def limit_kw(self) -> float:
        """What holds at the board."""
        return self.boards.board("gpu-0").limit_kw


if __name__ == "__main__":  # a client that dies with its cap on
    PowerMachine(Path(sys.argv[1]), fresh=False).cap(for_s=600.0)
    os.kill(os.getpid(), signal.SIGKILL)
