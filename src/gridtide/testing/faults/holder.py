"""A leader that holds work back and caps power, and is killed with both: holder.py CLUSTER MACHINE JOB SECONDS."""

import sys
import threading
from datetime import timedelta
from pathlib import Path

from gridtide.devices.slurm_cli import Commands, SlurmCli
from gridtide.fleet.ticket import Ticket
from gridtide.loop.clock import WallClock
from gridtide.testing.power_machine import PowerMachine
from gridtide.wire.slurm.allowed import Allowed


def main(cluster: str, machine: str, job: str, seconds: str) -> None:
    """Hold the job and the board for so many seconds, say what came of it, and do nothing more."""
    now = WallClock().now()
    until = now + timedelta(seconds=float(seconds))
    ticket = Ticket(
        id=f"hold {job}",
        epoch=1,
        sequence=int(job),
        issued_at=now,
        expires_at=now + timedelta(seconds=30),
    )
    slurm = SlurmCli(
        clock=WallClock(),
        allowed=Allowed(partitions=frozenset({"low"})),
        run=Commands(conf=Path(cluster) / "slurm.conf", timeout_s=10.0),
    )
    held = slurm.begin_at(ticket, job, until)
    capped = PowerMachine(Path(machine), sequence=int(job), fresh=False).cap(float(seconds))
    print(held.fate.value, capped.fate.value, until.isoformat(), held.said, flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
