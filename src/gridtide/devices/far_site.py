"""Devices behind a site agent, as the brain sees them: orders wait on a desk until the agent asks, outcomes return."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Condition

from gridtide.fleet.act import (
    BeginAt,
    CapPower,
    CloseQueue,
    CoolTo,
    Exchange,
    LockClock,
    PauseJob,
    Release,
    ResumeJob,
    Scale,
)
from gridtide.fleet.device import (
    PowerReading,
    QueuedJob,
    Restraint,
    RouteReading,
    Shares,
    StoreReading,
    UnreachableError,
)
from gridtide.fleet.site_act import AnyAct, HoldImport, Route
from gridtide.fleet.ticket import TICKET_MAX, Fate, Outcome, Ticket, told_again
from gridtide.wire.acts import Order
from gridtide.wire.agent_line import Poll, Reply, SiteReport, power_reading


@dataclass
class SiteDesk:
    """What one site's agent is to be told, and what it said; any thread may come to it.

    stale_s: a site that was not heard for so long is unreachable. now: the instant. rung: told whenever there is a new
    order, so that who waits for one need not look again and again.
    """

    site: str
    now: Callable[[], datetime]
    stale_s: float = 90.0
    rung: Callable[[], None] = lambda: None
    heard_at: datetime | None = None
    report: SiteReport | None = None
    _orders: dict[str, Order] = field(default_factory=dict)
    _given: set[str] = field(default_factory=set)
    _outcomes: dict[str, Outcome] = field(default_factory=dict)
    _changed: Condition = field(default_factory=Condition)

    def tell(self, order: Order, within_s: float) -> Outcome:
        """Put an order on the desk and wait for what comes of it: FAILED where no word comes in time, EXPIRED where the
        agent did not come for it before it ran out."""
        ticket = order.ticket
        with self._changed:
            before = self._outcomes.get(ticket.id)
            if before is not None and before.fate is not Fate.FAILED:
                return told_again(before, self.now())
            self._outcomes.pop(ticket.id, None)
            self._orders[ticket.id] = order
        self.rung()
        left_s = (ticket.expires_at - self.now()).total_seconds()
        with self._changed:
            self._changed.wait_for(
                lambda: ticket.id in self._outcomes, min(within_s, max(0.0, left_s))
            )
            if ticket.id in self._given:
                self._changed.wait_for(
                    lambda: ticket.id in self._outcomes, max(0.0, within_s - left_s)
                )
            found = self._outcomes.get(ticket.id)
            fetched = ticket.id in self._given
        if found is not None:
            return found
        now = self.now()
        if not fetched and now >= ticket.expires_at:
            said = f"expired at {ticket.expires_at}, before the agent of {self.site} came for it"
            return Outcome(ticket=ticket.id, fate=Fate.EXPIRED, said=said, at=now)
        said = f"no word from the agent of {self.site} within {within_s:g} s; it may still do it"
        return Outcome(ticket=ticket.id, fate=Fate.FAILED, said=said, at=now)

    def polled(self, poll: Poll) -> Reply:
        """Take what an agent says; acknowledge it, and give what it has not been told."""
        now = self.now()
        with self._changed:
            self.heard_at, self.report = now, poll.report
            for outcome in poll.outcomes:
                self._outcomes[outcome.ticket] = outcome
                self._orders.pop(outcome.ticket, None)
                self._given.discard(outcome.ticket)
            self._forget(now)
            self._changed.notify_all()
            orders = [one for key, one in self._orders.items() if key not in poll.taken]
            self._given.update(one.ticket.id for one in orders)
        orders.sort(key=lambda one: (one.ticket.epoch, one.ticket.sequence))
        return Reply(orders=tuple(orders), acknowledged=tuple(one.ticket for one in poll.outcomes))

    def heard(self) -> SiteReport:
        """The newest report. Raises UnreachableError for a site that is silent."""
        with self._changed:
            report, at = self.report, self.heard_at
        if report is None or at is None or self.now() - at > timedelta(seconds=self.stale_s):
            since = f"since {at}" if at else "yet"
            raise UnreachableError(
                f"the agent of {self.site} was not heard {since}; is it running?"
            )
        return report

    def _forget(self, now: datetime) -> None:
        """Orders that nobody may begin any more, and outcomes older than any ticket."""
        for key in [key for key, one in self._orders.items() if now >= one.ticket.expires_at]:
            del self._orders[key]
            self._given.discard(key)
        for key in [key for key, one in self._outcomes.items() if now - one.at > TICKET_MAX]:
            del self._outcomes[key]


class FarDevice:
    """One device of a far site. Satisfies ReadsPower, CapsPower, LocksClocks, PausesJobs, ScalesReplicas, OpensQueues,
    CoolsAir and Restrains as far as the device there does: what it cannot do, its agent refuses.

    name: as the agent's file calls it. within_s: how long an act waits for the agent's word.
    """

    def __init__(self, desk: SiteDesk, name: str, within_s: float = 10.0) -> None:
        self._desk = desk
        self._name = name
        self._within_s = within_s

    def read_power(self) -> tuple[PowerReading, ...]:
        """As the agent reported it last. Raises UnreachableError."""
        report = self._report()
        return tuple(power_reading(one) for one in report.readings if one.device == self._name)

    def restraints(self) -> tuple[Restraint, ...]:
        """As the agent reported it last. Raises UnreachableError."""
        return tuple(
            Restraint(subject=one.subject, kind=one.kind, value=one.value, until=one.until)
            for one in self._report().restraints
            if one.device == self._name
        )

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Bound the power of a unit until an instant."""
        return self._told(ticket, CapPower(unit=unit, cap_kw=cap_kw, until=until))

    def lock_clock(self, ticket: Ticket, unit: str, highest_mhz: float, until: datetime) -> Outcome:
        """Let the clock of a unit rise no higher until an instant."""
        return self._told(ticket, LockClock(unit=unit, highest_mhz=highest_mhz, until=until))

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Stop a running job until an instant."""
        return self._told(ticket, PauseJob(job=job, until=until))

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Let a stopped job go on."""
        return self._told(ticket, ResumeJob(job=job))

    def scale(self, ticket: Ticket, service: str, replicas: int, until: datetime) -> Outcome:
        """Run so many replicas of a service until an instant."""
        return self._told(ticket, Scale(service=service, replicas=replicas, until=until))

    def close_queue(self, ticket: Ticket, queue: str, until: datetime) -> Outcome:
        """Admit nothing more to a queue until an instant."""
        return self._told(ticket, CloseQueue(queue=queue, until=until))

    def cool_to(self, ticket: Ticket, supply_c: float, until: datetime) -> Outcome:
        """Supply air or water of so many degrees until an instant."""
        return self._told(ticket, CoolTo(plant=self._name, supply_c=supply_c, until=until))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Undo what holds a subject at once."""
        return self._told(ticket, Release(subject=subject))

    def _told(self, ticket: Ticket, act: AnyAct) -> Outcome:
        """What comes of an act; one for a site that is silent is not put on its desk, to be fetched who knows when."""
        try:
            self._desk.heard()
        except UnreachableError as fault:
            return Outcome(ticket=ticket.id, fate=Fate.FAILED, said=str(fault), at=self._desk.now())
        return self._desk.tell(Order(device=self._name, ticket=ticket, act=act), self._within_s)

    def _report(self) -> SiteReport:
        report = self._desk.heard()
        if self._name in report.unreachable:
            raise UnreachableError(f"{self._name} of {self._desk.site} does not answer its agent")
        return report


class FarStore(FarDevice):
    """A battery or UPS of a far site. Satisfies StoresEnergy besides; store: as the loop calls it."""

    def __init__(self, desk: SiteDesk, name: str, store: str, within_s: float = 10.0) -> None:
        super().__init__(desk, name, within_s)
        self._store = store

    def read_store(self) -> StoreReading:
        """As the agent reported it last. Raises UnreachableError."""
        for device, reading in self._report().stores:
            if device == self._name:
                return replace(reading, of=self._store)
        raise UnreachableError(
            f"{self._name} of {self._desk.site} is no store that its agent reads"
        )

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant."""
        powers = {"charge_kw": charge_kw, "discharge_kw": discharge_kw}
        return self._told(ticket, Exchange(store=self._name, **powers, until=until))

    def restraints(self) -> tuple[Restraint, ...]:
        """What it was told, as the loop calls it. Raises UnreachableError."""
        return tuple(replace(one, subject=self._store) for one in super().restraints())

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let it rest at once."""
        own = [one.subject for one in super().restraints()]
        return self._told(ticket, Release(subject=own[0] if own else self._name))


class FarQueue(FarDevice):
    """A scheduler of a far site. Satisfies QueuesJobs besides."""

    def queue(self) -> tuple[QueuedJob, ...]:
        """As the agent reported it last. Raises UnreachableError."""
        return tuple(job for device, job in self._report().jobs if device == self._name)

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Let a waiting job begin from an instant on."""
        return self._told(ticket, BeginAt(job=job, at=at))


class FarRouter(FarDevice):
    """What splits requests at a far site. Satisfies RoutesRequests besides."""

    def route(
        self,
        ticket: Ticket,
        service: str,
        origin: str,
        shares: Shares,
        slower: tuple[Shares, ...],
        until: datetime,
    ) -> Outcome:
        """Split what comes from an origin until an instant."""
        asked = {"service": service, "origin": origin}
        return self._told(ticket, Route(**asked, shares=shares, slower=slower, until=until))

    def read_routes(self) -> tuple[RouteReading, ...]:
        """As the agent reported them last. Raises UnreachableError."""
        return tuple(one for device, one in self._report().routes if device == self._name)


class FarController(FarDevice):
    """What holds the import of a far site. Satisfies HoldsImport besides; site: as the agent's own controller is
    called."""

    def hold_import(
        self,
        ticket: Ticket,
        most_kw: float,
        least_kw: float | None,
        raise_price_per_kw: float,
        it_price_per_kwh: float,
        until: datetime,
    ) -> Outcome:
        """Hold the import between levels until an instant."""
        levels = {"most_kw": most_kw, "least_kw": least_kw}
        prices = {"raise_price_per_kw": raise_price_per_kw, "it_price_per_kwh": it_price_per_kwh}
        act = HoldImport(site=self._name, **levels, **prices, until=until)  # type: ignore[arg-type]
        return self._told(ticket, act)
