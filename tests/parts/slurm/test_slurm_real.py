"""A real Slurm (slurmctld, slurmd, munged) does what the device tells it, and ends every restraint by itself."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from slurm_cluster import Cluster, slurm_cluster, slurmrestd, soon

from gridtide.devices.slurm_cli import Commands, Ran, SlurmCli
from gridtide.devices.slurm_rest import Access, SlurmRest
from gridtide.fleet.device import QueuedJob, Standing
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import WallClock
from gridtide.loop.clocks_apart import NEAR
from gridtide.testing.slurm_cluster import begun_by
from gridtide.wire.slurm.allowed import Allowed
from gridtide.wire.slurm.pausing import Pausing

pytestmark = pytest.mark.parts

LOW = Allowed(partitions=frozenset({"low"}))
SAVES = """
[ -e CK ] && echo $SLURM_RESTART_COUNT > CK.restarted
trap 'echo weights > CK.part; mv CK.part CK; touch CK.done' USR1
READY
while true; do sleep 0.1; done
"""
DEAF = "trap '' USR1\nREADY\nwhile true; do sleep 0.1; done"
HALF = "trap 'echo half > CK' USR1\nREADY\nwhile true; do sleep 0.1; done"
TRAIN = "class=train;pause=checkpoint;checkpoint="
numbers = iter(range(1, 10_000))


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with slurm_cluster(tmp_path_factory.mktemp("slurm")) as running:
        yield running


@pytest.fixture(autouse=True)
def _nothing_is_left_running(cluster: Cluster) -> Iterator[None]:
    yield
    cluster.end_jobs()


def device(cluster: Cluster, grace_s: float = 10.0) -> SlurmCli:
    """The device on that cluster, with short times."""
    return SlurmCli(
        clock=WallClock(),
        allowed=LOW,
        run=Commands(conf=cluster.conf, timeout_s=4.0),
        pausing=Pausing(
            grace=timedelta(seconds=grace_s),
            settle=timedelta(seconds=20),
            look_every=timedelta(seconds=0.3),
            wake_partition="wake",
        ),
    )


def ticket() -> Ticket:
    """A new one."""
    now, number = WallClock().now(), next(numbers)
    return Ticket(
        id=f"act-{number}",
        epoch=1,
        sequence=number,
        issued_at=now,
        expires_at=now + timedelta(minutes=1),
    )


def in_s(seconds: float) -> datetime:
    """An instant from now."""
    return WallClock().now().replace(microsecond=0) + timedelta(seconds=seconds)


def read(slurm: SlurmCli | SlurmRest, job: str) -> QueuedJob:
    """A job as the device reads it."""
    return next(one for one in slurm.queue() if one.id == job)


def saving(cluster: Cluster, name: str, script: str = SAVES) -> tuple[str, Path]:
    """A job on two accelerators that runs, and where it writes its checkpoint."""
    path = cluster.folder / name
    job = cluster.running(script.replace("CK", str(path)), f"{TRAIN}{path}", "--gres=gpu:2")
    return job, path


def test_a_begin_time_is_kept_and_ends_by_itself(cluster: Cluster) -> None:
    """Told as a start time, read back, listed, and the job starts though nobody says so."""
    slurm = device(cluster)
    full = cluster.running("READY\nsleep 600", "", "--ntasks=20")
    job = cluster.submit("sleep 600", "class=batch;deadline=2027-01-01T09:00+08:00", "--ntasks=30")
    at = in_s(3)
    assert slurm.begin_at(ticket(), job, at).fate is Fate.DONE
    found = read(slurm, job)
    assert (found.standing, found.begin_at) == (Standing.QUEUED, at)
    assert found.deadline == datetime(2027, 1, 1, 1, tzinfo=UTC)
    assert [(one.subject, one.until) for one in slurm.restraints()] == [(job, at)]
    cluster.run("scancel", full)
    cluster.becomes(job, "RUNNING")
    assert WallClock().now() >= at
    assert slurm.restraints() == ()
    cluster.run("scancel", job)
    cluster.becomes(job, "CANCELLED")
    assert read(slurm, job).standing is Standing.LOST
    assert slurm.version().startswith("2")
    assert abs(slurm.read_clock() - WallClock().now()) < NEAR


def test_the_begin_time_of_its_owner_is_never_undercut(cluster: Cluster) -> None:
    """Earlier is refused, later is told, and a release gives the owner's back."""
    slurm = device(cluster)
    job = cluster.submit("sleep 600", "class=batch", "--begin=now+2hours")
    own = read(slurm, job).begin_at
    assert own is not None
    assert slurm.begin_at(ticket(), job, own - timedelta(hours=1)).fate is Fate.REFUSED
    assert slurm.restraints() == ()
    cluster.run("scontrol", "update", f"JobId={job}", "AdminComment=kept; by 'us'")
    assert slurm.begin_at(ticket(), job, own + timedelta(hours=1)).fate is Fate.DONE
    assert read(slurm, job).begin_at == own + timedelta(hours=1)
    assert slurm.release(ticket(), job).fate is Fate.DONE
    assert read(slurm, job).begin_at == own
    assert cluster.job(job)["admin_comment"] == "kept; by 'us'"
    held = cluster.submit("sleep 600", "class=batch", "--hold")
    assert slurm.begin_at(ticket(), held, in_s(60)).fate is Fate.REFUSED


def test_a_training_job_is_paused_by_its_checkpoint_and_comes_back(cluster: Cluster) -> None:
    """It saved after the signal, waits for its time without a hold, starts by itself and finds its checkpoint."""
    slurm = device(cluster)
    job, path = saving(cluster, "ck")
    assert read(slurm, job).accelerators == 2
    until = in_s(5)
    outcome = slurm.pause(ticket(), job, until)
    assert outcome.fate is Fate.DONE, outcome.said
    assert 0.0 < outcome.lost_accelerator_h < 2 * 5 / 3600
    assert read(slurm, job).standing is Standing.STOPPED
    assert [(one.kind, one.until) for one in slurm.restraints()] == [("pause", until)]
    assert "Held" not in cluster.job(job)["state_reason"]
    assert slurm.pause(ticket(), job, until).fate is Fate.UNCHANGED
    cluster.becomes(job, "RUNNING")
    assert WallClock().now() >= until
    soon(lambda: path.with_name("ck.restarted").exists())
    assert slurm.restraints() == ()


def test_a_paused_job_can_be_let_go_before_its_time(cluster: Cluster) -> None:
    """Without waiting for the two minutes that Slurm keeps a requeued job."""
    slurm = device(cluster)
    job, _ = saving(cluster, "let-go")
    assert slurm.pause(ticket(), job, in_s(3600)).fate is Fate.DONE
    assert slurm.resume(ticket(), job).fate is Fate.DONE
    cluster.becomes(job, "RUNNING")


def test_jobs_without_a_fresh_and_whole_checkpoint_run_on(cluster: Cluster) -> None:
    """One ignores the signal, one has a checkpoint of before, one writes half: each pause is given up, nothing
    lost. One that does not trap the signal dies of it, and that is said and booked."""
    slurm = device(cluster, grace_s=1.0)
    frail, _ = saving(cluster, "frail", "READY\nwhile true; do sleep 0.1; done")
    deaf, _ = saving(cluster, "deaf", DEAF)
    stale, old = saving(cluster, "stale", DEAF)
    half, _ = saving(cluster, "half", HALF)
    old.write_text("weights")
    old.with_name("stale.done").touch()
    with ThreadPoolExecutor(3) as side_by_side:
        came = list(
            side_by_side.map(
                lambda job: slurm.pause(ticket(), job, in_s(3600)), (deaf, stale, half)
            )
        )
    assert [one.fate for one in came] == [Fate.ABANDONED] * 3
    assert [one.lost_accelerator_h for one in came] == [0.0] * 3
    for outcome, words in zip(
        came, ("no checkpoint", "before the signal", "may be half"), strict=True
    ):
        assert words in outcome.said
    assert [cluster.state(job) for job in (deaf, stale, half)] == ["RUNNING"] * 3
    assert [cluster.job(job)["restart_cnt"] for job in (deaf, stale, half)] == [0] * 3
    died = slurm.pause(ticket(), frail, in_s(3600))
    assert died.fate is Fate.ABANDONED
    assert "does its script trap it" in died.said
    assert died.lost_accelerator_h > 0.0
    assert slurm.restraints() == ()


def test_work_that_stands_still_goes_on_though_nobody_is_there(cluster: Cluster) -> None:
    """The job that wakes it is in the queue before it is stopped; its own processes are still between."""
    slurm = device(cluster)
    path = cluster.folder / "beats"
    job = cluster.running(
        f"READY\nwhile true; do date > {path}; sleep 0.05; done", "class=cpu;pause=sigstop"
    )
    until = in_s(4)
    outcome = slurm.pause(ticket(), job, until)
    assert outcome.fate is Fate.DONE, outcome.said
    assert cluster.state(job) == "SUSPENDED"
    before = path.stat().st_mtime_ns
    assert [(one.subject, one.until) for one in slurm.restraints()] == [(job, until)]
    time.sleep(0.3)
    assert path.stat().st_mtime_ns == before
    cluster.becomes(job, "RUNNING")
    assert WallClock().now() >= until
    soon(lambda: path.stat().st_mtime_ns > before)


def test_standing_still_is_refused_for_accelerators_and_ended_on_demand(cluster: Cluster) -> None:
    """And the job that would have woken it is taken back."""
    slurm = device(cluster)
    with_gpu = cluster.running("READY\nsleep 600", "class=x;pause=sigstop", "--gres=gpu:1")
    assert slurm.pause(ticket(), with_gpu, in_s(60)).fate is Fate.REFUSED
    job = cluster.running("READY\nsleep 600", "class=cpu;pause=sigstop")
    assert slurm.pause(ticket(), job, in_s(3600)).fate is Fate.DONE
    assert slurm.release(ticket(), job).fate is Fate.DONE
    assert cluster.state(job) == "RUNNING"
    assert slurm.restraints() == ()
    assert f"gridtide-wake-{job}" not in cluster.run("squeue", "--noheader", "--Format=Name:40")


@pytest.mark.parametrize("after", ["scancel --signal", "scontrol requeue"])
def test_killed_between_the_steps_of_a_pause_nothing_is_held(cluster: Cluster, after: str) -> None:
    """After the signal the job runs on; after the requeue it waits no longer than Slurm's own two minutes."""
    job, _ = saving(cluster, f"killed-{after[-3:]}")
    died = subprocess.run(
        [
            sys.executable,
            str(Path(__file__).with_name("dying_pause.py")),
            str(cluster.folder),
            job,
            after,
        ],
        timeout=60,
        check=False,
    )
    assert died.returncode == -signal.SIGKILL
    if after.startswith("scancel"):
        assert cluster.state(job) == "RUNNING"
        return
    cluster.becomes(job, "PENDING")
    found = cluster.job(job)
    assert "Held" not in found["state_reason"]
    assert found["eligible_time"] <= in_s(125).timestamp()
    slurm = device(cluster)
    assert [(one.subject, one.kind) for one in slurm.restraints()] == [(job, "pause")]
    assert slurm.release(ticket(), job).fate is Fate.DONE
    cluster.becomes(job, "RUNNING")


def test_a_controller_that_dies_in_the_middle_leaves_the_job_running(cluster: Cluster) -> None:
    """The act is given up in bounded time; when the controller is back the job runs and nothing holds it."""
    job, _ = saving(cluster, "orphan")
    commands = Commands(conf=cluster.conf, timeout_s=2.0)

    def run(command: Sequence[str], typed: str) -> Ran:
        ran = commands(command, typed)
        if command[0] == "scancel":
            cluster.stop_controller()
        return ran

    slurm = SlurmCli(
        clock=WallClock(), allowed=LOW, run=run, pausing=Pausing(look_every=timedelta(seconds=0.3))
    )
    try:
        outcome = slurm.pause(ticket(), job, in_s(3600))
    finally:
        cluster.start_controller()
    assert outcome.fate is Fate.ABANDONED
    assert "scontrol ping" in outcome.said
    assert cluster.state(job) == "RUNNING"
    assert slurm.restraints() == ()


def test_lists_of_arguments_reach_slurm_as_they_are(cluster: Cluster) -> None:
    """Quotes, lines, `;` and `$( )` in names and comments are read as text and run nowhere."""
    slurm = device(cluster)
    spoilt = cluster.folder / "spoilt"
    nasty = f"class=batch;x=$(touch {spoilt})`touch {spoilt}`\n'\"; touch {spoilt};"
    job = cluster.submit(
        "sleep 600", nasty, "--begin=now+2hours", f"--job-name=-rf $(touch {spoilt})"
    )
    for name in (
        job,
        f"{job};touch {spoilt}",
        f"$(touch {spoilt})",
        "--me",
        f"{job} StartTime=now",
    ):
        slurm.begin_at(ticket(), name, in_s(3 * 3600))
    assert read(slurm, job).name == f"-rf $(touch {spoilt})"
    assert [one.subject for one in slurm.restraints()] == [job]
    assert slurm.release(ticket(), job).fate is Fate.DONE
    assert cluster.job(job)["comment"] == nasty
    assert not spoilt.exists()


def test_a_single_task_of_an_array_can_wait(cluster: Cluster) -> None:
    """The record that stands for all others is not told anything."""
    slurm = device(cluster)
    job = cluster.submit("sleep 600", "class=batch", "--begin=now+1hour", "--array=0-3")
    assert slurm.begin_at(ticket(), job, in_s(2 * 3600)).fate is Fate.REFUSED
    cluster.run("scontrol", "update", f"JobId={job}_2", "Nice=1")
    at = in_s(2 * 3600)
    assert slurm.begin_at(ticket(), f"{job}_2", at).fate is Fate.DONE
    assert [(one.subject, one.until) for one in slurm.restraints()] == [(f"{job}_2", at)]
    slurm.release(ticket(), f"{job}_2")


@pytest.mark.parametrize("version", ["v0.0.37", "v0.0.38"])
def test_a_real_slurmrestd_is_found_out_and_told_start_times(
    cluster: Cluster, version: str
) -> None:
    """Its version is its own word; the same jobs come out as by commands, and a begin time is kept and released."""
    job = cluster.submit("sleep 600", "class=batch;site=north", "--begin=now+1hour")
    training, _ = saving(cluster, version)
    with slurmrestd(cluster, version) as place:
        rest = SlurmRest(clock=WallClock(), allowed=LOW, access=Access(socket=place))
        slurm = device(cluster)
        assert rest.version() == version
        assert [one.id for one in rest.queue()] == [one.id for one in slurm.queue()]
        for name in (job, training):
            assert read(rest, name) == read(slurm, name)
        at = in_s(2 * 3600)
        outcome = rest.begin_at(ticket(), job, at)
        assert outcome.fate is Fate.DONE, outcome.said
        assert rest.begin_at(ticket(), job, at).fate is Fate.UNCHANGED
        (held,) = rest.restraints()
        assert held.subject == job
        assert timedelta() <= held.until - at <= timedelta(seconds=3)
        assert read(rest, job).work_class == "batch"
        assert rest.begin_at(ticket(), training, at).fate is Fate.REFUSED
        assert rest.release(ticket(), job).fate is Fate.DONE
        assert rest.restraints() == ()
        assert cluster.job(job)["comment"] == "class=batch;site=north"
    assert rest.begin_at(ticket(), job, at).fate is Fate.FAILED


def test_nothing_is_left_of_a_cluster_that_has_ended(tmp_path: Path) -> None:
    """Neither its jobs nor the daemons of their steps, which do not end with the daemon of the node."""
    (tmp_path / "own").mkdir()
    with slurm_cluster(tmp_path / "own") as own:
        own.running("READY; sleep 600", "left")
        assert begun_by(own.conf)
    soon(lambda: not begun_by(own.conf))
