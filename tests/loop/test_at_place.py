"""A scheduler at its place and a meter by what it reads: the words of a device become those of the loop and back."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.act import BeginAt, PauseJob, Release, ResumeJob, do
from gridtide.fleet.device import PowerReading, QueuedJob, Standing
from gridtide.fleet.site_act import PlaceJob
from gridtide.fleet.site_act import do as do_any
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.at_place import AtPlace
from gridtide.loop.named_meters import NamedMeters

NOW = datetime(2026, 12, 1, 6, tzinfo=UTC)
TICKET = Ticket(id="one", epoch=1, sequence=1, issued_at=NOW, expires_at=NOW + timedelta(minutes=1))


class Begins:
    """A scheduler that can only be told start times."""

    def __init__(self, jobs: Sequence[QueuedJob]) -> None:
        self.jobs = tuple(jobs)
        self.told: list[str] = []

    def queue(self) -> tuple[QueuedJob, ...]:
        """Its jobs."""
        return self.jobs

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Remember whom."""
        self.told.append(job)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="begins", at=NOW)


class Meters:
    """What it was made to read."""

    def __init__(self, **kw: float) -> None:
        self.kw = kw

    def read_power(self) -> tuple[PowerReading, ...]:
        """All of it."""
        return tuple(
            PowerReading(of=of, kw=kw, measured_at=NOW, method="meter", share=0.01)
            for of, kw in self.kw.items()
        )


def job(id: str, standing: Standing, ran_min: int) -> QueuedJob:
    """A job that started so many minutes ago, or did not."""
    started_at = NOW - timedelta(minutes=ran_min) if ran_min else None
    return QueuedJob(
        id=id,
        name=id,
        standing=standing,
        accelerators=1,
        nodes=1,
        submitted_at=NOW - timedelta(hours=9),
        started_at=started_at,
        ended_at=NOW - timedelta(minutes=5) if standing is Standing.DONE else None,
    )


def at_hall(name: str, *jobs: QueuedJob) -> tuple[AtPlace, Begins]:
    """A scheduler of a hall, and the device itself."""
    device = Begins(jobs)
    return (
        AtPlace(scheduler=device, name=name, place="north/hall", point="full", now=lambda: NOW),
        device,
    )


@given(name=st.text("abc-1", min_size=1, max_size=9), id=st.text("0123456789_/a", min_size=1))
def test_an_act_on_a_job_reaches_it_by_its_own_id(name: str, id: str) -> None:
    """Whatever both are called; its place is that of its scheduler."""
    scheduler, device = at_hall(name, job(id, Standing.QUEUED, 0))
    (seen,) = scheduler.queue()
    assert (seen.place, seen.done_s) == ("north/hall", None)
    assert do(BeginAt(job=seen.id, at=NOW), scheduler, TICKET, NOW).fate is Fate.DONE
    assert device.told == [id]


def test_what_is_done_of_a_job_is_what_it_ran_since_it_started_last() -> None:
    """While it runs, and once it is over."""
    scheduler, _ = at_hall("s", job("1", Standing.RUNNING, 30), job("2", Standing.DONE, 30))
    assert [one.done_s for one in scheduler.queue()] == [1800, 1500]


@pytest.mark.parametrize(
    "act",
    [PauseJob(job="s-1", until=NOW), ResumeJob(job="s-1"), Release(subject="s-1")],
)
def test_what_the_scheduler_cannot_do_is_refused(act: PauseJob | ResumeJob | Release) -> None:
    """And it holds nothing that it does not say."""
    scheduler, _ = at_hall("s", job("1", Standing.RUNNING, 30))
    assert do(act, scheduler, TICKET, NOW).fate is Fate.REFUSED
    assert scheduler.restraints() == scheduler.renew() == ()


@pytest.mark.parametrize(
    ("place", "point", "fate"),
    [
        ("north/hall", "full", Fate.UNCHANGED),
        ("north/hall", "slow", Fate.REFUSED),
        ("south/hall", "full", Fate.REFUSED),
    ],
)
def test_a_job_is_where_it_is(place: str, point: str, fate: Fate) -> None:
    """Its own place is told nothing, every other is refused."""
    scheduler, _ = at_hall("s", job("1", Standing.QUEUED, 0))
    act = PlaceJob(job="s-1", place=place, point=point)
    assert do_any(act, scheduler, TICKET, NOW).fate is fate


@given(kw=st.floats(-1e6, 1e6))
def test_a_meter_of_both_ways_is_import_and_export(kw: float) -> None:
    """Never both, their difference what it reads; others keep their value, what has no name is left out."""
    names = {"feed": "new north grid", "hall": "new north IT"}
    meters = NamedMeters(meter=Meters(feed=kw, hall=7.0, other=1.0), names=names, now=lambda: NOW)
    found = {one.of: one for one in meters.read_power()}
    assert sorted(found) == ["new north IT", "new north export", "new north import"]
    taken, given_ = found["new north import"].kw, found["new north export"].kw
    assert taken - given_ == kw and min(taken, given_) == 0.0
    assert (found["new north IT"].kw, found["new north import"].share) == (7.0, 0.01)
