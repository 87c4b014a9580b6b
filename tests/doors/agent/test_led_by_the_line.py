"""Stores, queues and routers behind an agent: read over the line as they are, told over it as any other device."""

import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from math import inf, nan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.devices.far_site import (
    FarController,
    FarDevice,
    FarQueue,
    FarRouter,
    FarStore,
    SiteDesk,
)
from gridtide.doors.agent.running import report_of
from gridtide.fleet.device import (
    HoldsImport,
    Pause,
    QueuedJob,
    QueuesJobs,
    Restraint,
    RouteReading,
    RoutesRequests,
    Shares,
    Standing,
    StoreReading,
    StoresEnergy,
    UnreachableError,
)
from gridtide.fleet.site_act import Route, do
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.wire.agent_line import JOBS_MOST, Poll, SiteReport, poll_json, poll_of

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
STORE = StoreReading(of="battery", soc_kwh=40.0, charge_kw=3.0, discharge_kw=0.0, measured_at=NOW)
JOB = QueuedJob(
    id="7",
    name="train",
    standing=Standing.QUEUED,
    accelerators=8,
    nodes=1,
    submitted_at=NOW,
    pause=Pause.CHECKPOINT,
    deadline=NOW + timedelta(hours=9),
)
ROUTE = RouteReading(
    service="chat",
    origin="users",
    asked_per_s=50.0,
    answered_per_s=(("north/a", 50.0),),
    p50_s=(("north/a", 0.2),),
    p95_s=(("north/a", nan),),
    measured_at=NOW,
)


@dataclass
class Yard:
    """A store, a queue and a router in one; what is told is remembered."""

    told: list[tuple[Any, ...]] = field(default_factory=list)
    store: StoreReading = STORE
    jobs: tuple[QueuedJob, ...] = (JOB,)

    def read_store(self) -> StoreReading:
        """As it was made."""
        return self.store

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Remembered."""
        return self._told(ticket, charge_kw, discharge_kw, until)

    def queue(self) -> tuple[QueuedJob, ...]:
        """As it was made."""
        return self.jobs

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Remembered."""
        return self._told(ticket, job, at)

    def read_routes(self) -> tuple[RouteReading, ...]:
        """One that can be told, and one that nobody measured."""
        return (ROUTE, replace(ROUTE, origin="elsewhere", asked_per_s=nan))

    def route(
        self,
        ticket: Ticket,
        service: str,
        origin: str,
        shares: Shares,
        slower: tuple[Shares, ...],
        until: datetime,
    ) -> Outcome:
        """Remembered."""
        return self._told(ticket, service, origin, shares, slower, until)

    def hold_import(self, ticket: Ticket, *asked: Any) -> Outcome:
        """Remembered."""
        return self._told(ticket, *asked)

    def restraints(self) -> tuple[Restraint, ...]:
        """What a store was told."""
        return (Restraint(subject="battery", kind="exchange", value="3 kW", until=NOW),)

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Remembered."""
        return self._told(ticket, subject)

    def _told(self, ticket: Ticket, *asked: Any) -> Outcome:
        self.told.append(asked)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="done", at=NOW)


def over_the_line(report: SiteReport) -> SiteReport:
    """A report as the brain reads it."""
    poll = Poll(wait_s=0.0, taken=(), outcomes=(), report=report)
    return poll_of(json.loads(json.dumps(poll_json(poll), allow_nan=False))).report


def desk_with(yard: Yard) -> SiteDesk:
    """The desk of a site that reported, and whose agent does at once what it is told."""
    desk = SiteDesk(site="hohhot", now=lambda: NOW)
    report = over_the_line(report_of({"yard": yard}, NOW))
    desk.polled(Poll(wait_s=0.0, taken=(), outcomes=(), report=report))

    def rung() -> None:
        (order,) = desk.polled(Poll(wait_s=0.0, taken=(), outcomes=(), report=report)).orders
        outcome = do(order.act, yard, order.ticket, NOW)
        desk.polled(Poll(wait_s=0.0, taken=(), outcomes=(outcome,), report=report))

    desk.rung = rung
    return desk


def ticket(number: int) -> Ticket:
    """One of many."""
    ends = NOW + timedelta(minutes=1)
    return Ticket(id=f"t{number}", epoch=1, sequence=number, issued_at=NOW, expires_at=ends)


def test_what_is_led_is_read_over_the_line_as_it_is() -> None:
    """A store by the loop's name, a queue whole, requests without the times that nobody knows."""
    desk = desk_with(Yard())
    store, queue = FarStore(desk, "yard", "north store"), FarQueue(desk, "yard")
    router = FarRouter(desk, "yard")
    assert isinstance(store, StoresEnergy) and isinstance(queue, QueuesJobs)
    assert isinstance(router, RoutesRequests) and not isinstance(FarDevice(desk, "y"), QueuesJobs)
    assert store.read_store() == replace(STORE, of="north store")
    assert queue.queue() == (JOB,)
    assert router.read_routes() == (replace(ROUTE, p95_s=()),)
    assert [one.subject for one in store.restraints()] == ["north store"]


def test_what_is_led_is_told_over_the_line() -> None:
    """Exchanges, start times, splits, held imports and releases arrive as they were told."""
    yard = Yard()
    desk = desk_with(yard)
    until, shares = NOW + timedelta(hours=1), (("north/a", 1.0),)
    store, controller = FarStore(desk, "yard", "north store"), FarController(desk, "yard")
    assert isinstance(controller, HoldsImport)
    fates = [
        store.exchange(ticket(1), 0.0, 5.0, until).fate,
        FarQueue(desk, "yard").begin_at(ticket(2), "7", until).fate,
        FarRouter(desk, "yard").route(ticket(3), "chat", "users", shares, (), until).fate,
        controller.hold_import(ticket(4), inf, None, 2.0, 0.1, until).fate,
        store.release(ticket(5), "north store").fate,
    ]
    assert fates == [Fate.DONE] * 5
    assert yard.told == [
        (0.0, 5.0, until),
        ("7", until),
        ("chat", "users", shares, (), until),
        (inf, None, 2.0, 0.1, until),
        ("battery",),
    ]


def test_what_is_not_known_whole_is_not_told_in_part() -> None:
    """A store that does not say what it holds, a queue longer than a report: the device is named, nothing is made up or
    left out, and the rest of the site is told."""
    for yard in (Yard(store=replace(STORE, soc_kwh=nan)), Yard(jobs=(JOB,) * (JOBS_MOST + 1))):
        desk = desk_with(yard)
        with pytest.raises(UnreachableError, match="does not answer its agent"):
            FarStore(desk, "yard", "north store").read_store()
        assert desk.heard().unreachable == ("yard",)
    with pytest.raises(UnreachableError, match="is no store that its agent reads"):
        FarStore(desk_with(Yard()), "meter", "north store").read_store()


def test_an_agent_of_before_is_still_understood() -> None:
    """It says nothing of what it leads."""
    report = SiteReport(at=NOW, frozen=False)
    value: Any = poll_json(Poll(wait_s=0.0, taken=(), outcomes=(), report=report))
    for key in ("stores", "jobs", "routes"):
        del value["report"][key]
    assert poll_of(value).report == report


WORD = st.text("abc-/ é中", min_size=1, max_size=9)
PER_S = st.floats(0.0, 1e6)
PAIRS = st.lists(st.tuples(WORD, PER_S), max_size=3).map(tuple)
AT = st.datetimes(timezones=st.just(UTC))


@given(
    stores=st.lists(st.builds(StoreReading, of=WORD, soc_kwh=PER_S, charge_kw=PER_S,
                              discharge_kw=PER_S, measured_at=AT), max_size=2),
    routes=st.lists(st.builds(RouteReading, service=WORD, origin=WORD, asked_per_s=PER_S,
                              answered_per_s=PAIRS, p50_s=PAIRS, p95_s=PAIRS, measured_at=AT),
                    max_size=2),
    jobs=st.lists(st.builds(QueuedJob, id=WORD, name=WORD, standing=st.sampled_from(Standing),
                            accelerators=st.integers(0, 9), nodes=st.integers(0, 9),
                            submitted_at=AT, begin_at=st.none() | AT, started_at=st.none() | AT,
                            ended_at=st.none() | AT, run_limit_s=st.none() | st.integers(0, 99),
                            work_class=st.none() | WORD, deadline=st.none() | AT,
                            pause=st.sampled_from(Pause), checkpoint=st.none() | WORD,
                            place=st.none() | WORD, there_at=st.none() | AT,
                            done_s=st.none() | st.integers(0, 99)), max_size=2),
)  # fmt: skip
def test_a_report_comes_as_it_went(stores: Any, routes: Any, jobs: Any) -> None:
    """To the last digit."""
    report = SiteReport(
        at=NOW,
        frozen=True,
        stores=tuple(("yard", one) for one in stores),
        routes=tuple(("yard", one) for one in routes),
        jobs=tuple(("yard", one) for one in jobs),
    )
    assert over_the_line(report) == report


def test_a_split_is_one_of_the_acts() -> None:
    """Also where nothing of it is answered slower."""
    act = Route(service="chat", origin="u", shares=(), slower=(), until=NOW)
    assert do(act, object(), ticket(1), NOW).fate is Fate.REFUSED
