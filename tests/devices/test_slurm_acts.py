"""Slurm refuses, breaks off, hangs or forgets: what the device then says, and what it leaves behind."""

import json
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from test_slurm_queue import ALLOWED, PAUSING, opened

from gridtide.devices.slurm_cli import Commands, Ran, SlurmCli
from gridtide.fleet.device import Standing, UnreachableError
from gridtide.fleet.ticket import Fate
from gridtide.testing.devices_queue import HOUR, Opened
from gridtide.testing.tiny_slurm import TinyJob, TinySlurm
from gridtide.wire.slurm.pausing import Pausing


def behind(at: Opened) -> TinySlurm:
    """The Slurm behind a device."""
    slurm: TinySlurm = at.platform.slurm  # type: ignore[attr-defined]
    return slurm


def with_run(at: Opened, run: object, pausing: Pausing = PAUSING) -> SlurmCli:
    """Another device on the same Slurm, whose commands go through something."""
    return SlurmCli(clock=at.clock, allowed=ALLOWED, run=run, pausing=pausing)  # type: ignore[arg-type]


def standing_still(at: Opened) -> TinyJob:
    """A job of one node that runs and may stand still."""
    return behind(at).add(20, comment="class=cpu;pause=sigstop", state="RUNNING")


def test_work_lost_since_the_checkpoint_is_booked(tmp_path: Path) -> None:
    """Written 3 s after the signal, seen twice and put back: two accelerators, from then on."""
    at = opened(tmp_path, "23.11")
    outcome = at.device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
    passed_s = (at.clock.now() - opened(tmp_path, "23.11").clock.now()).total_seconds()
    assert (
        0.0 < outcome.lost_accelerator_h == pytest.approx(2 * (passed_s - 3) / 3600, abs=2 / 3600)
    )


def test_a_requeue_that_is_refused_leaves_the_job_and_no_mark(tmp_path: Path) -> None:
    """Given up with what Slurm said; the job runs on, nothing lost, nothing held."""
    at = opened(tmp_path, "23.11")
    behind(at).takes_requeues = False
    outcome = at.device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
    assert (outcome.fate, outcome.lost_accelerator_h) == (Fate.ABANDONED, 0.0)
    assert "disabled" in outcome.said
    assert at.platform.runs(at.saving)
    assert behind(at).jobs[2].admin_comment == ""


def test_a_job_that_slurm_starts_again_at_once_is_said(tmp_path: Path) -> None:
    """The pause did not come off, and what was done since the checkpoint is lost."""
    at = opened(tmp_path, "23.11")
    behind(at).starts_at_once = True
    outcome = at.device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
    assert outcome.fate is Fate.ABANDONED
    assert "at once" in outcome.said
    assert outcome.lost_accelerator_h > 0.0
    assert at.held() == {}


def test_silence_after_the_requeue_is_mended_by_telling_again(tmp_path: Path) -> None:
    """Nobody knows, so it failed; told again the start time is set without another signal, and the loss is booked."""
    at = opened(tmp_path, "22.05")

    def run(command: Sequence[str], typed: str) -> Ran:
        if any(did[1] == "requeue" for did in behind(at).did):
            raise UnreachableError("`squeue` gave no answer within 20 s")
        return behind(at)(command, typed)

    ticket, until = at.ticket(), at.clock.now() + HOUR
    assert with_run(at, run).pause(ticket, at.saving, until).fate is Fate.FAILED
    told = at.platform.told()
    outcome = at.device.pause(ticket, at.saving, until)
    assert outcome.fate is Fate.DONE, outcome.said
    assert outcome.lost_accelerator_h > 0.0
    assert [did[1] for did in behind(at).did[told:]] == ["update"]
    assert at.held() == {at.saving: until}


def test_the_end_of_a_pause_can_be_moved(tmp_path: Path) -> None:
    """Later or earlier, without another signal; it stays a pause."""
    at = opened(tmp_path, "23.11")
    at.device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
    told = at.platform.told()
    for until in (at.clock.now() + 2 * HOUR, at.clock.now() + HOUR / 2):
        assert at.device.pause(at.ticket(), at.saving, until).fate is Fate.DONE
        assert at.job(at.saving).standing is Standing.STOPPED
        assert at.held()[at.saving] >= until
    assert [did[1] for did in behind(at).did[told:]] == ["update", "update"]


def test_a_release_while_a_checkpoint_is_awaited_ends_the_pause(tmp_path: Path) -> None:
    """Whoever asks for the job back gets it; the pause that waits is given up."""
    at = opened(tmp_path, "23.11")

    def run(command: Sequence[str], typed: str) -> Ran:
        ran = behind(at)(command, typed)
        if command[0] == "scancel":
            assert device.release(at.ticket(), at.saving).fate is Fate.UNCHANGED
        return ran

    device = with_run(at, run)
    outcome = device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
    assert outcome.fate is Fate.ABANDONED
    assert "newer act" in outcome.said
    assert at.platform.runs(at.saving)


def test_a_release_after_the_requeue_is_not_overridden(tmp_path: Path) -> None:
    """The job was stopped, and what that lost is booked; but no start time of the pause is told any more."""
    at = opened(tmp_path, "23.11")

    def run(command: Sequence[str], typed: str) -> Ran:
        ran = behind(at)(command, typed)
        if command[:2] == ("scontrol", "requeue"):
            assert device.release(at.ticket(), at.saving).fate is Fate.DONE
        return ran

    device = with_run(at, run)
    outcome = device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
    assert outcome.fate is Fate.ABANDONED
    assert "newer act" in outcome.said
    assert outcome.lost_accelerator_h > 0.0
    assert at.held() == {}
    at.platform.pass_until(at.clock.now() + timedelta(minutes=2))
    assert at.platform.runs(at.saving)


def test_the_same_pause_told_while_it_is_under_way_is_not_begun_again(tmp_path: Path) -> None:
    """Neither a second signal nor a second requeue."""
    at = opened(tmp_path, "23.11")
    ticket, until, seen = at.ticket(), at.clock.now() + HOUR, []

    def run(command: Sequence[str], typed: str) -> Ran:
        if command[0] == "scancel":
            seen.append(device.pause(ticket, at.saving, until).fate)
        return behind(at)(command, typed)

    device = with_run(at, run)
    assert device.pause(ticket, at.saving, until).fate is Fate.DONE
    assert seen == [Fate.UNCHANGED]
    assert [did[0] for did in behind(at).did].count("scancel") == 1


def test_work_that_stands_still_is_woken_by_a_job_that_waits_first(tmp_path: Path) -> None:
    """In this order: submitted, read back, marked, stopped. It goes on though nobody says so."""
    at = opened(tmp_path, "23.11")
    standing_still(at)
    until = at.clock.now() + HOUR
    assert at.device.pause(at.ticket(), "20", until).fate is Fate.DONE
    assert [did[:2] for did in behind(at).did] == [
        ("sbatch", "--parsable"),
        ("scontrol", "update"),
        ("scontrol", "suspend"),
    ]
    assert at.job("20").standing is Standing.STOPPED
    assert at.held() == {"20": until}
    told = at.platform.told()
    at.platform.pass_until(until + timedelta(seconds=1))
    assert at.platform.runs("20")
    assert at.platform.told() == told
    assert at.held() == {}


def test_what_others_stop_after_it_was_woken_is_theirs(tmp_path: Path) -> None:
    """The mark of a stop that is over says nothing of a later one by an administrator."""
    at = opened(tmp_path, "23.11")
    job = standing_still(at)
    until = at.clock.now() + HOUR
    at.device.pause(at.ticket(), "20", until)
    at.platform.pass_until(until + timedelta(seconds=1))
    assert at.platform.runs("20")
    job.state, job.suspended_at = "SUSPENDED", at.clock.now()
    assert at.held() == {}
    assert at.device.release(at.ticket(), "20").fate is Fate.REFUSED


def test_a_waking_job_without_an_id_stops_nothing(tmp_path: Path) -> None:
    """Whatever sbatch prints instead is said, and the job runs on."""
    at = opened(tmp_path, "23.11")
    standing_still(at)

    def run(command: Sequence[str], typed: str) -> Ran:
        prints = Ran(code=0, printed="queued\n", complained="")
        return prints if command[0] == "sbatch" else behind(at)(command, typed)

    outcome = with_run(at, run).pause(at.ticket(), "20", at.clock.now() + HOUR)
    assert outcome.fate is Fate.REFUSED
    assert "printed no id: 'queued" in outcome.said
    assert at.platform.told() == 0


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"nodes": 2}, "2 nodes"), ({"gpus": 1}, "1 accelerators")],
)
def test_only_work_of_one_node_without_accelerators_stands_still(
    tmp_path: Path, changes: dict[str, int], words: str
) -> None:
    """Anything else is refused with what it has."""
    at = opened(tmp_path, "23.11")
    for name, value in changes.items():
        setattr(standing_still(at), name, value)
    outcome = at.device.pause(at.ticket(), "20", at.clock.now() + HOUR)
    assert outcome.fate is Fate.REFUSED
    assert words in outcome.said
    assert at.platform.told() == 0


def test_nothing_stands_still_where_no_job_could_wake_it(tmp_path: Path) -> None:
    """Without a partition for it, and where the job there does not wait for the instant."""
    at = opened(tmp_path, "23.11")
    standing_still(at)
    for shape in ("22.05", "23.11"):
        behind(at).shape, behind(at).wakes = shape, False
        drained = at.device.pause(at.ticket(), "20", at.clock.now() + HOUR)
        assert drained.fate is Fate.REFUSED
        assert "no node of partition 'wake'" in drained.said
    behind(at).wakes = True
    without = with_run(at, behind(at), Pausing())
    assert "wake_partition" in without.pause(at.ticket(), "20", at.clock.now() + HOUR).said
    slurm = behind(at)

    def run(command: Sequence[str], typed: str) -> Ran:
        ran = slurm(command, typed)
        if command[0] == "sbatch":
            slurm.jobs[int(ran.printed)].reason = "JobHeldAdmin"
        return ran

    outcome = with_run(at, run).pause(at.ticket(), "20", at.clock.now() + HOUR)
    assert outcome.fate is Fate.ABANDONED
    assert at.platform.runs("20")
    assert slurm.jobs[21].state == "CANCELLED"


def test_what_others_stopped_or_hold_is_left_to_them(tmp_path: Path) -> None:
    """A job that an administrator suspended or holds is neither let go nor moved."""
    at = opened(tmp_path, "23.11")
    standing_still(at).state = "SUSPENDED"
    behind(at).jobs[1].reason = "JobHeldUser"
    assert at.device.resume(at.ticket(), "20").fate is Fate.REFUSED
    assert at.device.begin_at(at.ticket(), at.waiting, at.clock.now() + HOUR).fate is Fate.REFUSED
    assert at.platform.told() == 0


def test_nothing_is_told_further_ahead_than_a_day(tmp_path: Path) -> None:
    """Nor a pause that is over before it begins."""
    at = opened(tmp_path, "23.11")
    far = at.clock.now() + timedelta(hours=25)
    assert at.device.begin_at(at.ticket(), at.waiting, far).fate is Fate.REFUSED
    assert at.device.pause(at.ticket(), at.saving, far).fate is Fate.REFUSED
    assert at.device.pause(at.ticket(), at.saving, at.clock.now()).fate is Fate.REFUSED
    assert at.platform.told() == 0


def test_the_begin_time_of_its_owner_stays(tmp_path: Path) -> None:
    """Not undercut, given back by a release, and kept through every later act."""
    at = opened(tmp_path, "23.11")
    own = at.clock.now() + 2 * HOUR
    behind(at).jobs[1].begin_at = own
    assert at.device.begin_at(at.ticket(), at.waiting, at.clock.now() + HOUR).fate is Fate.REFUSED
    for hours in (3, 4, 5):
        at.device.begin_at(at.ticket(), at.waiting, at.clock.now() + hours * HOUR)
    at.device.release(at.ticket(), at.waiting)
    assert at.platform.begins(at.waiting) == own
    assert at.held() == {}


def test_what_cannot_be_read_or_is_not_known_is_said(tmp_path: Path) -> None:
    """Of every reading anew; a job with a key that cannot be read is not moved."""
    at = opened(tmp_path, "23.11")
    behind(at).jobs[1].comment = "class=batch;deadline=soon;seed=3"
    at.device.queue()
    assert [finding.subject for finding in at.device.findings] == [
        "job 1, comment, deadline",
        "job 1, comment, seed",
    ]
    outcome = at.device.begin_at(at.ticket(), at.waiting, at.clock.now() + HOUR)
    assert outcome.fate is Fate.REFUSED
    assert "with its offset" in outcome.said or "with offset" in outcome.said
    behind(at).jobs[1].comment = "class=batch"
    at.device.queue()
    assert at.device.findings == ()


def test_a_command_that_hangs_is_ended_and_named(tmp_path: Path) -> None:
    """Within the time handed in, with the next step; so is one that is not there, or prints something else."""
    hangs = tmp_path / "squeue"
    hangs.write_text("#!/bin/sh\nexec sleep 60\n")
    hangs.chmod(0o755)
    with pytest.raises(UnreachableError, match=r"`squeue --json.*within 0.2 s.*scontrol ping"):
        Commands(folder=tmp_path, timeout_s=0.2)(("squeue", "--json"), "")
    with pytest.raises(UnreachableError, match=r"could not be run.*install the client"):
        Commands(folder=tmp_path / "nowhere")(("squeue", "--json"), "")
    with pytest.raises(UnreachableError, match="could not be run"):
        Commands(folder=tmp_path)(("squeue", "a\0b"), "")
    at = opened(tmp_path, "23.11")
    for printed in ("", "<html>", json.dumps({"errors": ["no"]})):
        device = with_run(at, lambda *_, said=printed: Ran(code=0, printed=said, complained=""))
        with pytest.raises(UnreachableError, match="printed nothing to read"):
            device.queue()


def test_a_command_gets_its_words_as_they_are_and_little_else(tmp_path: Path) -> None:
    """No shell reads them; the clock is UTC, and no secret of the environment goes along."""
    shows = tmp_path / "scontrol"
    shows.write_text('#!/bin/sh\nprintf "%s|" "$@"; env\n')
    shows.chmod(0o755)
    words = ("scontrol", "a b", "$(id)", "'", "x;y\nz")
    printed = Commands(folder=tmp_path, conf=Path("/c"))(words, "").printed
    said, _, environment = printed.rpartition("|")
    assert said.split("|") == list(words[1:])
    assert {"TZ=UTC", "SLURM_CONF=/c"} <= set(environment.split())
    assert {line.partition("=")[0] for line in environment.split()} <= {
        "TZ",
        "SLURM_CONF",
        "PATH",
        "LC_ALL",
        "PWD",
        "OLDPWD",
        "SHLVL",
        "_",
    }


def test_a_job_gets_more_time_and_never_less(tmp_path: Path) -> None:
    """In whole minutes, read back; what it may already is left; one that is not ours, or over, gets none."""
    at = opened(tmp_path, "23.11")
    job = behind(at).jobs[2]
    job.limit_min = 60
    assert at.device.give_time(at.ticket(), at.saving, 4_210).fate is Fate.DONE
    assert job.limit_min == 71
    assert at.device.give_time(at.ticket(), at.saving, 3_600).fate is Fate.UNCHANGED
    assert job.limit_min == 71
    for other in (at.foreign, at.undeclared):
        behind(at).jobs[int(other)].limit_min = 60
        assert at.device.give_time(at.ticket(), other, 4_210).fate is Fate.REFUSED
    job.state = "COMPLETED"
    assert at.device.give_time(at.ticket(), at.saving, 9_000).fate is Fate.REFUSED
    behind(at).breaks = {"scontrol update"}
    job.state = "RUNNING"
    assert at.device.give_time(at.ticket(), at.saving, 9_000).fate is Fate.FAILED
