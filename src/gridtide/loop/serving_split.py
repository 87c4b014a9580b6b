"""Splits of requests as replicas: what a router is told becomes numbers of replicas at each place.

Whoever sends requests follows where replicas answer. So a place grows first; one that is to answer less shrinks to the
most that it needed within five minutes, once what others need was taken. Demand is followed between two acts: the
split is the plan's, the number of replicas is the measured requests'.
"""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from gridtide.fleet.device import (
    ReadsRequests,
    RenewsLeases,
    ReplicaReading,
    Restrains,
    Restraint,
    RouteReading,
    ScalesReplicas,
    Shares,
    UnreachableError,
)
from gridtide.fleet.site_act import Route, subject_of
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.underway import TOLD
from gridtide.loop.wanted_replicas import WantedReplicas, in_force

SHRINKS_AFTER = timedelta(minutes=5)
"""A place keeps what it needed within this time."""
OWN_TICKET = timedelta(minutes=1)
"""How long a number that follows demand may be told."""


@runtime_checkable
class ReadsReplicas(Protocol):
    """A serving platform that says how many replicas run."""

    def read_replicas(self, service: str) -> ReplicaReading:
        """Replicas of a service now. Raises UnreachableError, also where nothing is known of it."""
        ...


@dataclass(frozen=True, kw_only=True)
class ServedAt:
    """What answers a service at a place. subject: as its scaler knows it; name: as this room calls it, no two alike."""

    service: str
    place: str
    scaler: ScalesReplicas
    subject: str
    name: str


@dataclass(kw_only=True, eq=False)
class ServingSplit:
    """Satisfies RoutesRequests, Restrains and RenewsLeases. Any thread may call it.

    Promise: no place is told fewer replicas than answer in time what comes there now, nor fewer than its owner's floor;
    none shrinks while one that must grow does not. Everything that was told ends by itself with the split, where it was
    told. reader: measures what comes and where it is answered.
    """

    wanted: WantedReplicas
    served: tuple[ServedAt, ...]
    reader: ReadsRequests
    now: Callable[[], datetime]
    gate: Gate = field(default_factory=Gate)
    routes: dict[str, Route] = field(default_factory=dict)
    told: dict[str, tuple[int, datetime]] = field(default_factory=dict)
    needed: dict[str, list[tuple[datetime, int]]] = field(default_factory=dict)
    tickets: dict[str, Ticket] = field(default_factory=dict)
    short: dict[str, str] = field(default_factory=dict)
    count: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def read_routes(self) -> tuple[RouteReading, ...]:
        """What comes and where it is answered; how far that may be from what was told, since a balancer that follows
        replicas sees whole ones, and those that still answer what comes. Raises UnreachableError."""
        return tuple(replace(one, share_off=self._off(one)) for one in self.reader.read_requests())

    def _off(self, one: RouteReading) -> float:
        """The most by which shares of replicas that were told differ from shares of requests that were."""
        act = self.routes.get(f"{one.service} from {one.origin}")
        told = dict(self.told)
        counts = {
            at.place: told[at.name][0]
            for at in self.served
            if at.service == one.service and at.name in told
        }
        total = sum(counts.values())
        if act is None or total == 0:
            return 0.0
        parts = dict(act.shares)
        return max(abs(parts.get(place, 0.0) - count / total) for place, count in counts.items())

    def route(
        self,
        ticket: Ticket,
        service: str,
        origin: str,
        shares: Shares,
        slower: tuple[Shares, ...],
        until: datetime,
    ) -> Outcome:
        """Have each place run what its share needs, until an instant; then as many as its owner had. A place of which
        all may be answered slower runs fewer, whose batches are fuller."""
        act = Route(service=service, origin=origin, shares=shares, slower=slower, until=until)
        subject = subject_of(act)
        with self.lock:
            stopped = self.gate.stopped(ticket, subject, self.now())
            if stopped is not None:
                return stopped
            before = self.routes.get(subject)
            self.routes[subject] = act
            fate, said = self._follow(service, ticket)
            if fate in TOLD:
                self.tickets[service] = ticket
            else:
                self._put_back(subject, before)
            return self.gate.settled(ticket, fate, said, self.now())

    def restraints(self) -> tuple[Restraint, ...]:
        """Splits that hold, and the replicas that are told, as their scalers have them. Raises UnreachableError."""
        now = self.now()
        with self.lock:
            splits = [act for act in self.routes.values() if in_force(act, now)]
        found = [
            Restraint(subject=subject_of(act), kind="route", value="split", until=act.until)
            for act in splits
        ]
        for scaler in self._scalers():
            if isinstance(scaler, Restrains):
                found += self._named(scaler, scaler.restraints())
        return tuple(sorted(found, key=lambda one: one.subject))

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let a place, or all that hear of a split, run what its owner had; demand is followed there no more."""
        with self.lock:
            stopped = self.gate.stopped(ticket, subject, self.now())
            if stopped is not None:
                return stopped
            act = self.routes.pop(subject, None)
            own = [one for one in self.served if subject == one.name]
            own += [one for one in self.served if act is not None and one.service == act.service]
            for one in own:
                self._forget(one)
            said = [self._released(ticket, one) for one in own]
            bad = [one for one in said if one.fate not in TOLD]
            fate = bad[0].fate if bad else Fate.DONE if own or act else Fate.UNCHANGED
            words = "; ".join(one.said for one in (bad or said)) or "nothing held it"
            return self.gate.settled(ticket, fate, words, self.now())

    def renew(self) -> tuple[Restraint, ...]:
        """Hold on, and follow what comes now. Raises UnreachableError, also where a place cannot follow."""
        held: list[Restraint] = []
        for scaler in self._scalers():
            if isinstance(scaler, RenewsLeases):
                held += self._named(scaler, scaler.renew())
        with self.lock:
            faults = [self._followed(service) for service in sorted(self.tickets)]
        faults += self.short.values()
        if any(faults):
            raise UnreachableError("; ".join(filter(None, faults)))
        return tuple(held)

    def _followed(self, service: str) -> str:
        """Tell the places of a service what is needed now; why that came to nothing, empty where it did not."""
        now = self.now()
        if not any(act.service == service and in_force(act, now) for act in self.routes.values()):
            del self.tickets[service]
            return ""
        self.count += 1
        before = self.tickets[service]
        name = f"{before.id} {self.count}"
        own = replace(before, id=name, issued_at=now, expires_at=now + OWN_TICKET)
        fate, said = self._follow(service, own)
        return "" if fate in TOLD else said

    def _follow(self, service: str, ticket: Ticket) -> tuple[Fate, str]:
        """Tell each place of a service how many replicas it shall run."""
        now = self.now()
        try:
            heard = self.reader.read_requests()
        except UnreachableError as fault:
            return Fate.FAILED, f"nobody says what comes for {service}: {fault}"
        wanted = self.wanted.of(service, self.routes.values(), heard, now)
        if wanted is None:
            return Fate.FAILED, f"nobody says what comes for {service} now; nothing was told"
        places = [one for one in self.served if one.service == service]
        try:
            told = {one.name: _replicas(one) for one in places}
        except UnreachableError as fault:
            return Fate.FAILED, str(fault)
        counts = {
            one.name: self._count(one, wanted[one.place].replicas, told[one.name], now)
            for one in places
        }
        places.sort(key=lambda one: _shrinks(counts[one.name], told[one.name]))
        return self._tell(places, counts, told, min(one.until for one in wanted.values()), ticket)

    def _count(self, one: ServedAt, need: int, said: ReplicaReading | None, now: datetime) -> int:
        """What a place is told: the most that it needed within the time before it may shrink, within the numbers of its
        owner; what it then lacks is said."""
        past = self.needed.setdefault(one.name, [])
        past.append((now, need))
        past[:] = [(at, count) for at, count in past if now - at <= SHRINKS_AFTER]
        self.short.pop(one.name, None)
        if said is None:
            return max(count for _, count in past)
        if need > said.most:
            self.short[one.name] = f"{one.name} needs {need} replicas, {said.most} are allowed"
        return min(max(said.least, *(count for _, count in past)), said.most)

    def _tell(
        self,
        places: Sequence[ServedAt],
        counts: Mapping[str, int],
        there: Mapping[str, ReplicaReading | None],
        until: datetime,
        ticket: Ticket,
    ) -> tuple[Fate, str]:
        """Tell places in turn; the first that does not follow ends it."""
        said = []
        for one in places:
            count, reading = counts[one.name], there[one.name]
            stands = reading is None or reading.told == count
            if stands and self.told.get(one.name) == (count, until):
                said.append(f"{one.name} runs {count} already")
                continue
            own = replace(ticket, id=f"{ticket.id} {one.place}")
            outcome = one.scaler.scale(own, one.subject, count, until)
            if outcome.fate not in TOLD:
                return outcome.fate, f"{one.name}, {count} replicas: {outcome.said}"
            self.told[one.name] = (count, until)
            said.append(f"{one.name} runs {count}")
        return Fate.DONE, f"{', '.join(said)} until {until}"

    def _put_back(self, subject: str, before: Route | None) -> None:
        """What was told of a split stands where it is not changed."""
        del self.routes[subject]
        if before is not None:
            self.routes[subject] = before

    def _forget(self, one: ServedAt) -> None:
        self.told.pop(one.name, None)
        self.needed.pop(one.name, None)
        gone = [key for key, act in self.routes.items() if act.service == one.service]
        for key in gone:
            del self.routes[key]

    def _released(self, ticket: Ticket, one: ServedAt) -> Outcome:
        own = replace(ticket, id=f"{ticket.id} {one.place}")
        if isinstance(one.scaler, Restrains):
            return one.scaler.release(own, one.subject)
        said = f"{one.name} lets nothing go; it ends by itself"
        return Outcome(ticket=own.id, fate=Fate.REFUSED, said=said, at=self.now())

    def _scalers(self) -> list[ScalesReplicas]:
        found: list[ScalesReplicas] = []
        for one in self.served:
            if not any(one.scaler is scaler for scaler in found):
                found.append(one.scaler)
        return found

    def _named(self, scaler: ScalesReplicas, held: Iterable[Restraint]) -> list[Restraint]:
        """What a scaler holds of what answers a service here, by the names of this room."""
        names = {one.subject: one.name for one in self.served if one.scaler is scaler}
        return [replace(one, subject=names[one.subject]) for one in held if one.subject in names]


def _replicas(one: ServedAt) -> ReplicaReading | None:
    """Replicas as they are now; None where the scaler does not say. Raises UnreachableError."""
    scaler = one.scaler
    return scaler.read_replicas(one.subject) if isinstance(scaler, ReadsReplicas) else None


def _shrinks(count: int, said: ReplicaReading | None) -> bool:
    """Whether a number is less than what is told now; unknown is taken to grow."""
    return said is not None and count < said.told
