"""One VTN: what it keeps, whom it knows, what it tells, put together."""

import secrets
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from gridtide.doors.openadr_vtn.broker_file import Broker
from gridtide.doors.openadr_vtn.calling import Calling, Endpoint
from gridtide.doors.openadr_vtn.clients import Clients
from gridtide.doors.openadr_vtn.delivery import Delivery
from gridtide.doors.openadr_vtn.kinds import Json, Kind
from gridtide.doors.openadr_vtn.notices import BROKEN, READ, Notice, notices, read_notices
from gridtide.doors.openadr_vtn.over import over_at
from gridtide.doors.openadr_vtn.privacy import Sight, targets_of
from gridtide.doors.openadr_vtn.publications import Reader, publications
from gridtide.doors.openadr_vtn.publishing import Publisher
from gridtide.doors.openadr_vtn.scopes import READ_ALL
from gridtide.doors.openadr_vtn.searching import Searching
from gridtide.doors.openadr_vtn.storage import Change, Storage
from gridtide.doors.openadr_vtn.tokens import Grant, Tokens
from gridtide.stores.json_lines import JsonLinesStore


def new_id() -> str:
    """An id that nobody can guess."""
    return secrets.token_hex(16)


class Vtn:
    """A VTN without its web server. now: the clock. journal: where changes are kept; None keeps them in memory only.
    calling: how callbacks are called. said: told of callbacks that are given up, in a sentence. broker: of MQTT, where
    changes are published too."""

    def __init__(
        self,
        clients: Clients,
        now: Callable[[], datetime],
        journal: JsonLinesStore | None = None,
        calling: Calling | None = None,
        said: Callable[[str], None] = lambda sentence: None,
        broker: Broker | None = None,
    ) -> None:
        self.clients = clients
        self.tokens = Tokens(clients, now)
        self.storage = Storage(now, new_id, journal)
        self.searching = Searching(self.storage, now, over_at)
        self.calling = calling or Calling()
        self.delivery = Delivery(self.calling, now, new_id, self._broken)
        self.broker = broker
        self.publisher = None if broker is None else Publisher(broker.place, said)
        self._said = said
        self._granted: dict[str, frozenset[str]] = {}
        self._granted_at = (-1, -1)

    def sight(self, grant: Grant) -> Sight:
        """What a token sees."""
        all_ = READ_ALL in grant.scopes
        return self._sight(grant.client.id, all_)

    def granted(self, client_id: str) -> frozenset[str]:
        """Targets that business logic granted to a client: in the file of clients, on its vens and their resources."""
        revision = self.storage.revision
        at = (revision[Kind.VEN], revision[Kind.RESOURCE])
        if at != self._granted_at:
            self._granted, self._granted_at = {}, at
        if client_id not in self._granted:
            client = self.clients.by_id.get(client_id)
            carried = (
                targets_of(one)
                for kind in (Kind.VEN, Kind.RESOURCE)
                for one in self.storage.of_client(kind, client_id)
            )
            own = client.targets if client else frozenset[str]()
            self._granted[client_id] = own.union(*carried)
        return self._granted[client_id]

    def endpoint(
        self, subscription_id: str, client_id: str, url: str, token: str | None
    ) -> Endpoint:
        """A callback of a client, signed with what both sides know: the SHA-256 of its secret."""
        client = self.clients.by_id.get(client_id)
        key = client.secret_digest if client else ""
        return Endpoint(subscription_id=subscription_id, url=url, bearer_token=token, key=key)

    def tell(self, changes: Iterable[Change]) -> None:
        """Tell subscribers of changes that happened together."""
        changes = tuple(changes)
        for change in changes:
            if change.kind is Kind.SUBSCRIPTION and _calls(change.before) != _calls(change.after):
                self.delivery.forget(change.id)
        gone = {change.id: change.before for change in changes if change.kind is Kind.EVENT}

        def event_of(id: str) -> Json | None:
            return self.storage.get(Kind.EVENT, id) or gone.get(id)

        subscriptions = tuple(self.storage.all(Kind.SUBSCRIPTION))
        self._deliver(notices(changes, subscriptions, self._subscriber, event_of))
        self._publish(changes)

    def tell_read(self, kind: Kind, thing: Json, reader: str) -> None:
        """Tell those who want to know that a client read an object by its id."""
        subscriptions = tuple(
            one
            for one in self.storage.all(Kind.SUBSCRIPTION)
            if any(READ in each["operations"] for each in one["objectOperations"])
        )

        def event_of(id: str) -> Json | None:
            return self.storage.get(Kind.EVENT, id)

        self._deliver(read_notices(kind, thing, reader, subscriptions, self._subscriber, event_of))

    def _deliver(self, found: Iterable[Notice]) -> None:
        for notice in found:
            one = notice.subscription
            endpoint = self.endpoint(one["id"], one["clientID"], notice.url, notice.bearer_token)
            self.delivery.tell(endpoint, notice.content)

    def _publish(self, changes: tuple[Change, ...]) -> None:
        """Tell the broker, where there is one."""
        if self.broker is None or self.publisher is None:
            return
        vens = tuple(self.storage.all(Kind.VEN))
        for one in publications(changes, vens, self._reader, self.broker.prefix):
            self.publisher.tell(one)

    def _reader(self, client_id: str) -> Reader:
        client = self.clients.by_id.get(client_id)
        scopes = frozenset[str]() if client is None else client.scopes
        return Reader(sight=self._subscriber(client_id), scopes=scopes)

    def _subscriber(self, client_id: str) -> Sight:
        client = self.clients.by_id.get(client_id)
        return self._sight(client_id, client is not None and READ_ALL in client.scopes)

    def _sight(self, client_id: str, all_: bool) -> Sight:
        granted = frozenset[str]() if all_ else self.granted(client_id)
        return Sight(client_id=client_id, all_=all_, granted=granted)

    def _broken(self, endpoint: Endpoint, fault: str) -> None:
        """Mark a callback that is given up in its subscription, where its owner finds it."""
        subscription = self.storage.get(Kind.SUBSCRIPTION, endpoint.subscription_id)
        if subscription is None:
            return
        urls = [*subscription.get(BROKEN, ()), endpoint.url]
        fields: dict[str, Any] = {**subscription, BROKEN: urls}
        self._said(
            f"subscription {subscription['id']} of {subscription['clientID']}: {fault}; not called any more"
        )
        self.tell(self.storage.replace(Kind.SUBSCRIPTION, subscription["id"], fields))


def _calls(subscription: Json | None) -> object:
    return subscription and subscription["objectOperations"]
