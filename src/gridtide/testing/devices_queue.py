"""What every device that holds back jobs promises, as tests that the test of a new device inherits.

    class TestMyScheduler(QueuePromises, PausePromises):
        def opened(self):
            clock = DrivenClock(MORNING)
            return Opened(device=MyScheduler(clock=clock, ...), clock=clock, platform=..., waiting="7", ...)

`platform` is the scheduler itself, seen from behind the device and without it. Whatever is not promised by a device
(a scheduler that cannot pause) is left out with its class of promises.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

import pytest

from gridtide.fleet.device import QueuedJob, Standing, UnreachableError
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import DrivenClock

MORNING = datetime(2026, 11, 30, 6, tzinfo=UTC)
HOUR = timedelta(hours=1)
NO_JOBS = (
    "",
    "nobody-knows-it",
    "--all",
    "1; rm -rf /",
    "$(id)",
    "`id`",
    "1\n2",
    '"',
    "../1",
    "1 StartTime=now",
)


class Platform(Protocol):
    """A scheduler as somebody sees it who does not go through the device."""

    def begins(self, job: str) -> datetime | None:
        """Before when it does not start a job that waits; None where it may start at once."""
        ...

    def runs(self, job: str) -> bool:
        """Whether a job runs now."""
        ...

    def told(self) -> int:
        """How many changes it was told so far."""
        ...

    def pass_until(self, moment: datetime) -> None:
        """Let time pass, nobody telling anything."""
        ...

    def cut(self) -> None:
        """Answer nothing from now on."""
        ...

    def mend(self) -> None:
        """Answer again."""
        ...


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A device, what is behind it, and jobs there, by the ids that the device gives them.

    waiting: waits for room that is free in time, its owner declared it. saving: runs, has 2 accelerators, may be
    paused and writes a checkpoint when asked. deaf: the same, but does nothing when asked. never: runs, its owner
    permits no pause. undeclared: waits, its owner says nothing. foreign: waits where the device must not touch.
    """

    device: Any
    clock: DrivenClock
    platform: Platform
    waiting: str
    saving: str
    deaf: str
    never: str
    undeclared: str
    foreign: str
    _sequence: list[int] = field(default_factory=lambda: [0])

    def ticket(self, *, epoch: int = 1) -> Ticket:
        """A ticket of this instant, newer than those before, good for a minute."""
        self._sequence[0] += 1
        now = self.clock.now()
        return Ticket(
            id=f"act-{self._sequence[0]}",
            epoch=epoch,
            sequence=self._sequence[0],
            issued_at=now,
            expires_at=now + timedelta(minutes=1),
        )

    def job(self, name: str) -> QueuedJob:
        """A job as the device reads it."""
        found: QueuedJob = next(job for job in self.device.queue() if job.id == name)
        return found

    def held(self) -> dict[str, datetime]:
        """What is held, and until when."""
        return {one.subject: one.until for one in self.device.restraints()}


class QueuePromises:
    """Give `opened()`. For devices that satisfy QueuesJobs and Restrains."""

    def opened(self) -> Opened:
        """A device with its jobs, nothing held."""
        raise NotImplementedError("open a device of the kind under test")

    def test_the_queue_says_what_waits_and_what_runs(self) -> None:
        """Each job once, with its standing, what it has and what its owner declared."""
        at = self.opened()
        ids = [job.id for job in at.device.queue()]
        assert len(ids) == len(set(ids))
        assert at.job(at.waiting).standing is Standing.QUEUED
        assert at.job(at.saving).standing is Standing.RUNNING
        assert at.job(at.saving).accelerators == 2
        assert at.job(at.waiting).work_class is not None
        assert at.job(at.undeclared).work_class is None
        assert at.device.restraints() == ()

    def test_a_begin_time_holds_and_ends_by_itself(self) -> None:
        """The scheduler has it, it is listed until then, and then the job starts though nobody says so."""
        at = self.opened()
        until = at.clock.now() + HOUR
        outcome = at.device.begin_at(at.ticket(), at.waiting, until)
        assert outcome.fate is Fate.DONE
        assert at.platform.begins(at.waiting) == until
        assert at.held() == {at.waiting: until}
        at.platform.pass_until(until - timedelta(minutes=1))
        assert not at.platform.runs(at.waiting)
        told = at.platform.told()
        at.platform.pass_until(until + timedelta(minutes=2))
        assert at.platform.runs(at.waiting)
        assert at.platform.told() == told
        assert at.held() == {}

    def test_told_twice_is_done_once(self) -> None:
        """The same ticket changes nothing the second time, and says so."""
        at = self.opened()
        ticket, until = at.ticket(), at.clock.now() + HOUR
        at.device.begin_at(ticket, at.waiting, until)
        told = at.platform.told()
        again = at.device.begin_at(ticket, at.waiting, until)
        assert again.fate is Fate.UNCHANGED
        assert at.platform.told() == told
        assert at.platform.begins(at.waiting) == until

    def test_what_is_so_already_is_not_told(self) -> None:
        """Another act to the same effect is unchanged."""
        at = self.opened()
        until = at.clock.now() + HOUR
        at.device.begin_at(at.ticket(), at.waiting, until)
        told = at.platform.told()
        assert at.device.begin_at(at.ticket(), at.waiting, until).fate is Fate.UNCHANGED
        assert at.platform.told() == told

    def test_an_expired_act_is_not_done(self) -> None:
        """A ticket that ran out changes nothing."""
        at = self.opened()
        ticket = at.ticket()
        at.clock.present = ticket.expires_at
        outcome = at.device.begin_at(ticket, at.waiting, at.clock.now() + HOUR)
        assert outcome.fate is Fate.EXPIRED
        assert at.platform.told() == 0

    def test_an_older_act_does_not_undo_a_newer_one(self) -> None:
        """Neither of an older number nor of a leader that was."""
        at = self.opened()
        older, newer, until = at.ticket(), at.ticket(epoch=2), at.clock.now() + HOUR
        at.device.begin_at(newer, at.waiting, until)
        told = at.platform.told()
        outcome = at.device.begin_at(older, at.waiting, until + HOUR)
        assert outcome.fate is Fate.SUPERSEDED
        assert at.platform.told() == told
        assert at.platform.begins(at.waiting) == until

    def test_a_later_act_moves_the_begin_time(self) -> None:
        """The newest stands; one that has passed lets the job begin at once."""
        at = self.opened()
        until = at.clock.now() + HOUR
        at.device.begin_at(at.ticket(), at.waiting, until)
        assert at.device.begin_at(at.ticket(), at.waiting, until + HOUR).fate is Fate.DONE
        assert at.platform.begins(at.waiting) == until + HOUR
        assert at.device.begin_at(at.ticket(), at.waiting, at.clock.now()).fate is Fate.DONE
        at.platform.pass_until(at.clock.now() + timedelta(minutes=2))
        assert at.platform.runs(at.waiting)

    def test_a_job_whose_owner_said_nothing_is_never_touched(self) -> None:
        """Nor one outside the list of those that may be touched."""
        at = self.opened()
        for job in (at.undeclared, at.foreign):
            outcome = at.device.begin_at(at.ticket(), job, at.clock.now() + HOUR)
            assert outcome.fate is Fate.REFUSED, job
            assert at.device.release(at.ticket(), job).fate in (Fate.REFUSED, Fate.UNCHANGED)
        assert at.platform.told() == 0

    def test_what_runs_is_not_told_to_begin(self) -> None:
        """A begin time is for what waits."""
        at = self.opened()
        outcome = at.device.begin_at(at.ticket(), at.saving, at.clock.now() + HOUR)
        assert outcome.fate is Fate.REFUSED
        assert at.platform.told() == 0
        assert at.platform.runs(at.saving)

    @pytest.mark.parametrize("name", NO_JOBS)
    def test_a_name_that_is_no_job_reaches_nothing(self, name: str) -> None:
        """Refused with the name in the message, the scheduler told nothing."""
        at = self.opened()
        outcome = at.device.begin_at(at.ticket(), name, at.clock.now() + HOUR)
        assert outcome.fate is Fate.REFUSED
        assert at.device.release(at.ticket(), name).fate is Fate.REFUSED
        assert at.platform.told() == 0

    def test_a_release_lets_the_job_begin_at_once(self) -> None:
        """And nothing is held any more; once more it is unchanged."""
        at = self.opened()
        at.device.begin_at(at.ticket(), at.waiting, at.clock.now() + HOUR)
        assert at.device.release(at.ticket(), at.waiting).fate is Fate.DONE
        assert at.held() == {}
        assert at.device.release(at.ticket(), at.waiting).fate is Fate.UNCHANGED
        at.platform.pass_until(at.clock.now() + timedelta(minutes=2))
        assert at.platform.runs(at.waiting)

    def test_silence_is_said_and_the_act_may_be_told_again(self) -> None:
        """A reading raises, an act fails; the same ticket is done when the scheduler answers again."""
        at = self.opened()
        ticket, until = at.ticket(), at.clock.now() + HOUR
        at.platform.cut()
        with pytest.raises(UnreachableError):
            at.device.queue()
        with pytest.raises(UnreachableError):
            at.device.restraints()
        assert at.device.begin_at(ticket, at.waiting, until).fate is Fate.FAILED
        at.platform.mend()
        assert at.device.begin_at(ticket, at.waiting, until).fate is Fate.DONE
        assert at.platform.begins(at.waiting) == until


class PausePromises:
    """Give `opened()`. For devices that satisfy QueuesJobs, PausesJobs and Restrains."""

    def opened(self) -> Opened:
        """A device with its jobs, nothing held."""
        raise NotImplementedError("open a device of the kind under test")

    def test_a_paused_job_comes_back_by_itself(self) -> None:
        """It stops after its checkpoint, is listed until then, and goes on though nobody says so."""
        at = self.opened()
        until = at.clock.now() + HOUR
        outcome = at.device.pause(at.ticket(), at.saving, until)
        assert outcome.fate is Fate.DONE, outcome.said
        assert 0.0 <= outcome.lost_accelerator_h < 1.0
        assert not at.platform.runs(at.saving)
        assert at.job(at.saving).standing is Standing.STOPPED
        assert at.held() == {at.saving: until}
        at.platform.pass_until(until - timedelta(minutes=1))
        assert not at.platform.runs(at.saving)
        told = at.platform.told()
        at.platform.pass_until(until + timedelta(minutes=2))
        assert at.platform.runs(at.saving)
        assert at.platform.told() == told
        assert at.held() == {}

    def test_without_a_checkpoint_the_pause_is_given_up(self) -> None:
        """The job runs on, nothing is lost and nothing held."""
        at = self.opened()
        outcome = at.device.pause(at.ticket(), at.deaf, at.clock.now() + HOUR)
        assert outcome.fate is Fate.ABANDONED
        assert outcome.lost_accelerator_h == 0.0
        assert at.platform.runs(at.deaf)
        assert at.held() == {}

    def test_what_its_owner_does_not_permit_is_refused(self) -> None:
        """A job that says nothing of pauses is not paused, and neither is one that waits."""
        at = self.opened()
        for job in (at.never, at.waiting, at.undeclared, at.foreign):
            outcome = at.device.pause(at.ticket(), job, at.clock.now() + HOUR)
            assert outcome.fate is Fate.REFUSED, job
        assert at.platform.told() == 0
        assert at.platform.runs(at.never)

    def test_a_pause_told_twice_is_done_once(self) -> None:
        """Neither the same ticket nor another to the same effect stops the job again."""
        at = self.opened()
        ticket, until = at.ticket(), at.clock.now() + HOUR
        assert at.device.pause(ticket, at.saving, until).fate is Fate.DONE
        told = at.platform.told()
        assert at.device.pause(ticket, at.saving, until).fate is Fate.UNCHANGED
        assert at.device.pause(at.ticket(), at.saving, until).fate is Fate.UNCHANGED
        assert at.platform.told() == told

    def test_an_expired_or_overtaken_pause_is_not_begun(self) -> None:
        """The job runs on and was asked nothing."""
        at = self.opened()
        late, older, newer = at.ticket(), at.ticket(), at.ticket(epoch=2)
        at.device.resume(newer, at.saving)
        assert at.device.pause(older, at.saving, at.clock.now() + HOUR).fate is Fate.SUPERSEDED
        at.clock.present = late.expires_at
        assert at.device.pause(late, at.saving, at.clock.now() + HOUR).fate is Fate.EXPIRED
        assert at.platform.told() == 0
        assert at.platform.runs(at.saving)

    @pytest.mark.parametrize("way", ["resume", "release"])
    def test_a_paused_job_can_be_let_go_at_once(self, way: str) -> None:
        """It goes on before its time, and nothing is held any more."""
        at = self.opened()
        at.device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
        assert getattr(at.device, way)(at.ticket(), at.saving).fate is Fate.DONE
        assert at.held() == {}
        at.platform.pass_until(at.clock.now() + timedelta(minutes=3))
        assert at.platform.runs(at.saving)

    def test_silence_before_a_pause_leaves_the_job_alone(self) -> None:
        """The act fails and the job runs on."""
        at = self.opened()
        at.platform.cut()
        outcome = at.device.pause(at.ticket(), at.saving, at.clock.now() + HOUR)
        assert outcome.fate is Fate.FAILED
        at.platform.mend()
        assert at.platform.runs(at.saving)
        assert at.held() == {}
