"""A cluster of Slurm of our own: munged, slurmctld and slurmd on loopback, in a folder of their own."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridtide.testing.postgres_server import MissingServerError

PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"
PROGRAMS = ("munged", "slurmctld", "slurmd", "scontrol")
CONF = """ClusterName=parts
SlurmctldHost={host}(127.0.0.1)
SlurmUser={user}
SlurmdUser={user}
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
CredType=cred/munge
SlurmctldPort={controller}
SlurmdPort={node}
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
MpiDefault=none
ReturnToService=2
KillWait=1
MessageTimeout=5
SchedulerParameters=bf_interval=1,sched_interval=1,sched_min_interval=0,batch_sched_delay=0
SlurmdParameters=config_overrides
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=32 Gres=gpu:16 State=UNKNOWN
PartitionName=low Nodes=ALL Default=YES MaxTime=INFINITE State=UP
PartitionName=urgent Nodes=ALL MaxTime=INFINITE State=UP
PartitionName=wake Nodes=ALL MaxTime=INFINITE State=UP
"""


@dataclass(frozen=True)
class Cluster:
    """A running cluster. folder: also where jobs write."""

    folder: Path
    conf: Path

    def run(self, *command: str, typed: str = "") -> str:
        """What a command of Slurm prints; it must succeed."""
        done = subprocess.run(
            [program(command[0]), *command[1:]],
            input=typed,
            text=True,
            capture_output=True,
            timeout=30,
            check=True,
            env={**os.environ, "SLURM_CONF": str(self.conf), "TZ": "Asia/Shanghai"},
        )
        return done.stdout

    def submit(self, script: str, comment: str, *options: str) -> str:
        """The id of a job that runs a script; its output is thrown away."""
        asked = (f"--comment={comment}", "--output=/dev/null", "--time=60", *options)
        return self.run(
            "sbatch", "--parsable", "--requeue", *asked, typed=f"#!/bin/bash\n{script}\n"
        ).strip()

    def running(self, script: str, comment: str, *options: str) -> str:
        """The id of a job that runs a script, which has said that it runs."""
        ready = self.folder / f"ready-{secrets.token_hex(4)}"
        job = self.submit(script.replace("READY", f"touch {ready}"), comment, *options)
        soon(ready.exists)
        return job

    def job(self, job: str) -> dict[str, Any]:
        """A job as squeue has it."""
        jobs = json.loads(self.run("squeue", "--json", "--states=all"))["jobs"]
        return next(one for one in jobs if one["job_id"] == int(job))

    def state(self, job: str) -> str:
        """A job's state."""
        return self.run(
            "squeue", "--noheader", "--states=all", f"--jobs={job}", "--Format=State"
        ).strip()

    def becomes(self, job: str, state: str) -> None:
        """Wait until a job has a state."""
        soon(lambda: self.state(job) == state)

    def end_jobs(self) -> None:
        """End every job, and wait until none is left running."""
        if jobs := self.run("squeue", "--noheader", "--Format=JobID").split():
            self.run("scancel", *jobs)
        soon(lambda: not self.run("squeue", "--noheader").strip())

    def stop_controller(self) -> None:
        """Stop slurmctld, jobs run on."""
        _end(self.folder / "slurmctld.pid")

    def start_controller(self) -> None:
        """Start slurmctld and wait until it answers."""
        subprocess.run([program("slurmctld"), "-f", str(self.conf)], check=True, timeout=30)
        soon(self._answers)

    def _answers(self) -> bool:
        try:
            return "UP" in self.run("scontrol", "ping")
        except subprocess.CalledProcessError:
            return False


@contextmanager
def slurmrestd(cluster: Cluster, version: str) -> Iterator[Path]:
    """The socket of a slurmrestd with a plugin, for as long as it serves. It refuses to run as root."""
    folder = cluster.folder / f"rest-{version}"
    folder.mkdir()
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody")
    command = [program("slurmrestd"), "-s", f"openapi/{version}", "-a", "rest_auth/local"]
    place = folder / "socket"
    with subprocess.Popen(
        [*command, "-f", str(cluster.conf), f"unix:{place}"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "SLURMRESTD_SECURITY": "disable_user_check", "TZ": "Asia/Shanghai"},
    ) as process:
        try:
            soon(place.exists)
            yield place
        finally:
            process.terminate()


def program(name: str) -> str:
    """Path of a program of Slurm. Raises MissingServerError without it."""
    found = shutil.which(name, path=PLACES)
    if found:
        return found
    raise MissingServerError(f"no {name} on this machine; .ci/parts installs it")


def soon(found: Callable[[], object], within_s: float = 30.0) -> None:
    """Wait until something is so, asked again and again."""
    until_s = time.monotonic() + within_s
    while not found():
        assert time.monotonic() < until_s, "it did not come in time"
        time.sleep(0.05)


@contextmanager
def slurm_cluster(folder: Path) -> Iterator[Cluster]:
    """A cluster that runs until the end."""
    programs = {name: program(name) for name in PROGRAMS}
    for name in ("state", "spool", "munge"):
        (folder / name).mkdir()
    for place in (folder, *folder.parents[:2], folder / "munge"):
        place.chmod(0o755)
    conf = _configured(folder)
    try:
        _started_munge(folder, programs["munged"])
        subprocess.run([programs["slurmctld"], "-f", str(conf)], check=True, timeout=30)
        subprocess.run([programs["slurmd"], "-f", str(conf), "-N", _host()], check=True, timeout=30)
        cluster = Cluster(folder, conf)
        soon(lambda: "idle" in cluster.run("sinfo", "--noheader", "--format=%T"))
        yield cluster
    finally:
        for name in ("slurmd.pid", "slurmctld.pid", "munge.pid"):
            _end(folder / name, signal.SIGKILL)
        for pid in begun_by(conf):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def begun_by(conf: Path) -> list[int]:
    """Processes that a cluster began: jobs, and the daemons of their steps, which outlive it."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            said = (one / "environ").read_bytes().split(b"\0")
            name = (one / "comm").read_text().strip()
        except (OSError, ValueError):
            continue
        of_a_job = name == "slurmstepd" or any(part.startswith(b"SLURM_JOB_ID=") for part in said)
        if of_a_job and f"SLURM_CONF={conf}".encode() in said:
            found.append(int(one.name))
    return found


def _configured(folder: Path) -> Path:
    user = os.environ.get("USER", "root") if os.geteuid() else "root"
    controller, node = _free_ports()
    conf = folder / "slurm.conf"
    conf.write_text(
        CONF.format(host=_host(), user=user, folder=folder, controller=controller, node=node)
    )
    for number in range(16):
        (folder / f"gpu{number}").touch()
    (folder / "gres.conf").write_text(f"NodeName={_host()} Name=gpu File={folder}/gpu[0-15]\n")
    return conf


def _started_munge(folder: Path, munged: str) -> None:
    key = folder / "key" / "munge.key"
    key.parent.mkdir(mode=0o700)
    key.write_bytes(secrets.token_bytes(1024))
    key.chmod(0o400)
    command = [munged, "--force", f"--key-file={key}", f"--socket={folder}/munge/socket"]
    kept = [
        f"--pid-file={folder}/munge.pid",
        f"--log-file={folder}/munge.log",
        f"--seed-file={folder}/seed",
    ]
    subprocess.run([*command, *kept], check=True, timeout=30, capture_output=True)


def _host() -> str:
    return socket.gethostname().partition(".")[0]


def _free_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _end(pid_file: Path, how: signal.Signals = signal.SIGTERM) -> None:
    """End a daemon by the pid it wrote, and wait until it is gone."""
    if not pid_file.exists():
        return
    pid = int(pid_file.read_text())
    try:
        os.kill(pid, how)
        soon(lambda: _state_of(pid) in ("", "Z"))
    except ProcessLookupError:
        return


def _state_of(pid: int) -> str:
    """A process's state as the kernel has it; nothing where there is none."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return ""
