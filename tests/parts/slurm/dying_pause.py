"""Pauses a job of Slurm and is killed right after one of its commands: dying_pause.py FOLDER JOB COMMAND."""

import os
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from gridtide.devices.slurm_cli import Commands, Ran, SlurmCli
from gridtide.fleet.ticket import Ticket
from gridtide.loop.clock import WallClock
from gridtide.wire.slurm.allowed import Allowed
from gridtide.wire.slurm.pausing import Pausing

folder, job, last = sys.argv[1:]
commands = Commands(conf=Path(folder) / "slurm.conf")


def run(command: Sequence[str], typed: str) -> Ran:
    """Run it, and die after the one that is named."""
    ran = commands(command, typed)
    if " ".join(command).startswith(last):
        os.kill(os.getpid(), signal.SIGKILL)
    return ran


now = WallClock().now()
SlurmCli(
    clock=WallClock(),
    allowed=Allowed(partitions=frozenset({"low"})),
    run=run,
    pausing=Pausing(look_every=timedelta(seconds=0.3)),
).pause(
    Ticket(id="dies", epoch=1, sequence=1, issued_at=now, expires_at=now + timedelta(minutes=1)),
    job,
    now + timedelta(hours=1),
)
