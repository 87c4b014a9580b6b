"""A VEN at one VTN: it registers, polls, hears of changes, and reports."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from gridtide.finding import BadInput, Finding, Stale
from gridtide.sources.openadr.connection import NOTHING_THERE, TAKEN, Connection
from gridtide.timeline import epoch_s
from gridtide.wire.openadr.agreement import Agreement
from gridtide.wire.openadr.events import Event
from gridtide.wire.openadr.holding import Holding, holding
from gridtide.wire.openadr.known import Known, News, notified, silent
from gridtide.wire.openadr.lists import taken_in, told_in_lists
from gridtide.wire.openadr.notifications import Notification, told_in
from gridtide.wire.openadr.reading import read_plain
from gridtide.wire.openadr.reports import Report, ReportRequest
from gridtide.wire.openadr.resources import Resource, VenResourceRequest
from gridtide.wire.openadr.subscriptions import Subscription, SubscriptionRequest
from gridtide.wire.openadr.text import Wire
from gridtide.wire.openadr.values import ValuesMap
from gridtide.wire.openadr.vens import Ven as VenObject
from gridtide.wire.openadr.vens import VenVenRequest

Made = TypeVar("Made", bound=Wire)


@dataclass(frozen=True, kw_only=True)
class Poll:
    """One round of asking: what changed, and why there was no answer when there was none.

    programs, events: JSON values as the VTN told them, for a recording.
    """

    news: News
    unanswered: tuple[Finding, ...] = ()
    programs: tuple[object, ...] = ()
    events: tuple[object, ...] = ()


@dataclass(kw_only=True)
class Ven:
    """What a site hears from one VTN. programs: names of those it takes part in; none: all it may see.

    targets: asked for beside what is for everybody, as the operator granted them. absent: of programs, those that the
    VTN did not tell of when it last answered.
    """

    connection: Connection
    agreement: Agreement
    name: str
    programs: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    known: Known = field(default_factory=Known)
    absent: tuple[str, ...] = field(default=(), init=False)
    _unread: tuple[Finding, ...] = field(default=(), init=False)

    def register(self, attributes: Sequence[ValuesMap] = ()) -> VenObject:
        """This VEN as the VTN keeps it, made when it is not there yet. Raises Stale or BadInput."""
        request = VenVenRequest(
            object_type="VEN_VEN_REQUEST", ven_name=self.name, attributes=tuple(attributes) or None
        )
        return self._there_or_made("/vens", {"venName": self.name}, request, VenObject)

    def registered(self) -> VenObject | None:
        """This VEN as the VTN keeps it; None where it is not there. Raises Stale or BadInput."""
        there, _ = self.connection.everything("/vens", {"venName": self.name})
        return read_plain(VenObject, there[0], "/vens") if there else None

    def register_resource(
        self, ven: VenObject, name: str, attributes: Sequence[ValuesMap] = ()
    ) -> Resource:
        """A resource of this VEN as the VTN keeps it, made when it is not there yet. Raises Stale or BadInput."""
        request = VenResourceRequest(
            object_type="VEN_RESOURCE_REQUEST",
            resource_name=name,
            ven_id=ven.id,
            attributes=tuple(attributes) or None,
        )
        query: dict[str, str | int | list[str]] = {"resourceName": name, "venID": ven.id}
        return self._there_or_made("/resources", query, request, Resource)

    def poll(self) -> Poll:
        """Ask for all programs and events once. A VTN that does not answer changes nothing that was heard."""
        try:
            programs, _ = self._listed("/programs")
            events, pages = self._listed("/events")
            if pages > 1:
                events += self._missed(events)
        except (Stale, BadInput) as error:
            self.known = silent(self.known, self._now_s())
            return Poll(news=News(), unanswered=error.findings)
        told = told_in_lists(programs, events, self.programs)
        self.known, news = taken_in(self.known, told, self._now_s(), self.agreement)
        before, self._unread = self._unread, told.faults
        fresh = tuple(one for one in news.faults if one not in told.faults or one not in before)
        faults = (*fresh, *self._newly_absent(), *self.connection.clock_faults())
        return Poll(
            news=replace(news, faults=faults), programs=tuple(programs), events=tuple(events)
        )

    def _newly_absent(self) -> tuple[Finding, ...]:
        """Programs taken part in that the VTN does not tell of, each said once while it lasts."""
        told = {program.program_name for program in self.known.programs}
        before, self.absent = self.absent, tuple(one for one in self.programs if one not in told)
        return tuple(_not_told_of(one) for one in self.absent if one not in before)

    def hear(self, notification: Notification) -> News:
        """Take in a change that the VTN sent by itself; one of another kind of object is left to the next poll."""
        if notification.object_type != "EVENT" or notification.operation == "READ":
            return News()
        try:
            event = told_in(notification)
        except ValueError:
            return News(faults=(_unreadable("notification", notification.object.get("id")),))
        if not isinstance(event, Event) or not self._is_mine(event):
            return News()
        self.known, news = notified(
            self.known, event, notification.operation == "DELETE", self._now_s(), self.agreement
        )
        return news

    def holding(self, until_s: int) -> Holding:
        """What holds from now until a later second."""
        return holding(self.known, self.agreement, self._now_s(), until_s)

    def report(self, request: ReportRequest, once: bool = False) -> Report:
        """Hand a report in. once: not again by itself when the answer is lost. Raises Stale or BadInput."""
        return self._made("/reports", request, Report, once)

    def reported(self, event_id: str) -> frozenset[str]:
        """Names of the reports on an event that the VTN has of this VEN. Raises Stale or BadInput."""
        query = {"eventID": event_id, "clientName": self.name}
        there, _ = self.connection.everything("/reports", query)
        names = (one.get("reportName") for one in there if isinstance(one, dict))
        return frozenset(name for name in names if isinstance(name, str))

    def resources_with(self, targets: Sequence[str]) -> frozenset[str]:
        """Names of resources of this VEN that carry any of some targets. Raises Stale or BadInput."""
        found: set[str] = set()
        for target in targets:
            there, _ = self.connection.everything("/resources", {"targets": [target]})
            found.update(read_plain(Resource, one, "/resources").resource_name for one in there)
        return frozenset(found)

    def subscribe(self, request: SubscriptionRequest) -> Subscription:
        """Ask to be called when something changes. Raises Stale or BadInput."""
        return self._made("/subscriptions", request, Subscription)

    def _missed(self, told: Sequence[object]) -> list[object]:
        """Known events that several pages left out but that are still there: a list may shift while it is read."""
        there = {one.get("id") for one in told if isinstance(one, dict)}
        found = []
        for heard in self.known.events:
            if heard.event.id not in there:
                answer = self.connection.get(f"/events/{heard.event.id}")
                found += [] if answer.status == NOTHING_THERE else [answer.value]
        return found

    def _listed(self, path: str) -> tuple[list[object], int]:
        """All that is for everybody and all that is for our targets, each once, and how many pages it took.

        A search that names targets finds nothing without targets, so both are asked for.
        """
        found, pages = self.connection.everything(path)
        if not self.targets:
            return found, pages
        there = {one.get("id") for one in found if isinstance(one, dict)}
        ours, more = self.connection.everything(path, {"targets": list(self.targets)})
        found += [one for one in ours if not isinstance(one, dict) or one.get("id") not in there]
        return found, pages + more

    def _is_mine(self, event: Event) -> bool:
        mine = {program.id for program in self.known.programs}
        return not self.programs or event.program_id in mine

    def _there_or_made(
        self,
        path: str,
        query: dict[str, str | int | list[str]],
        request: Wire,
        kind: type[Made],
    ) -> Made:
        for _ in range(2):
            there, _ = self.connection.everything(path, query)
            if there:
                return read_plain(kind, there[0], path)
            answer = self.connection.post(path, request.written())
            if answer.status != TAKEN:
                return read_plain(kind, answer.value, path)
        raise BadInput(
            [
                Finding(
                    subject=f"{path} {query}",
                    value="the name is taken by somebody else",
                    limit="a name of one's own",
                    mend="Choose another name, or ask the operator.",
                )
            ]
        )

    def _made(self, path: str, request: Wire, kind: type[Made], once: bool = False) -> Made:
        answer = self.connection.post(path, request.written(), once)
        if answer.status in (NOTHING_THERE, TAKEN):
            raise BadInput(
                [
                    Finding(
                        subject=path,
                        value=f"HTTP {answer.status}",
                        limit="an object that may be made",
                        mend="What it refers to is gone, or it is there already.",
                    )
                ]
            )
        return read_plain(kind, answer.value, path)

    def _now_s(self) -> int:
        return epoch_s(self.connection.clock.now().replace(microsecond=0))


def _not_told_of(program: str) -> Finding:
    return Finding(
        subject=f"program {program}",
        value="the VTN does not tell of it",
        limit="a program that this VEN may see",
        mend="Nothing of it is heard: correct the name, or ask the operator for its targets.",
    )


def _unreadable(what: str, id: object) -> Finding:
    return Finding(
        subject=f"{what} of {id}",
        value="its object cannot be read",
        limit="an event as OpenADR 3.1 has it",
        mend="The next poll decides.",
    )
