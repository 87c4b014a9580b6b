"""Leader and power agent are both killed with work held back and power capped; nothing starts either of them again."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from gridtide.loop.clock import WallClock
from gridtide.testing.faults.lived_on import said
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, pause, until
from gridtide.testing.power_machine import PowerMachine
from gridtide.testing.slurm_cluster import Cluster, slurm_cluster

REST_KW = 0.7
HELD_S = 8.0
SLURM_LOOKS_S = 12.0
"""How long after a start time a scheduler may take to see it."""
LIVES_AT_MOST_S = 2.0
TIMER_LOOKS = timedelta(seconds=2)
"""The command that systemd's timer runs is run again and again here; each takes a while."""


def trials(place: Place, times: int) -> Iterator[Trial]:
    """Job after job on one cluster, over one board."""
    cluster_folder, machine_folder = place.folder / "slurm", place.folder / "power"
    for folder in (cluster_folder, machine_folder):
        folder.mkdir()
    machine = PowerMachine(machine_folder)
    with slurm_cluster(cluster_folder) as cluster:
        for _ in range(times):
            job = cluster.submit("sleep 600", "class=train", "--partition=low", "--begin=now+4")
            _killed_with_both(cluster, machine, job, place)
            cluster.end_jobs()
            yield Trial()


def _killed_with_both(cluster: Cluster, machine: PowerMachine, job: str, place: Place) -> None:
    module = "gridtide.testing.faults.holder"
    words = [str(cluster.folder), str(machine.folder), job, str(HELD_S)]
    with (
        machine.agent() as agent,
        subprocess.Popen(
            [sys.executable, "-m", module, *words], stdout=subprocess.PIPE, text=True
        ) as leader,
    ):
        held, capped, ends, why = said(leader).split(" ", 3)
        pause(place.rng.uniform(0.0, LIVES_AT_MOST_S))
        leader.kill()
        agent.kill()
        agent.wait()
    kept((held, capped) == ("done", "done"), f"held {held}, capped {capped}: {why}")
    at = datetime.fromisoformat(ends)
    now = WallClock().now()
    kept(machine.limit_kw() < REST_KW or now >= at, "the cap holds until its lease ends")
    kept(cluster.state(job) == "PENDING" or now >= at, "the job is held until its start time")
    until(partial(_is_given_back, machine), "the cap is gone")
    late = WallClock().now() - at
    kept(late < TIMER_LOOKS, f"the cap outlived its lease by {late}")
    until(lambda: cluster.state(job) == "RUNNING", "the held job starts", SLURM_LOOKS_S)


def _is_given_back(machine: PowerMachine) -> bool:
    """Whether the board is as it was, once the timer's command has looked."""
    return machine.restore("--restore-lapsed") == 0 and machine.limit_kw() == REST_KW


FAULT = Fault(
    name="leader and power agent killed together, Slurm",
    promise="held work starts at its start time, and no cap outlives its lease by more than the timer takes",
    trials=trials,
)
