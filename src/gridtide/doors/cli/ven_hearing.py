"""Changes that a VTN tells by itself, between the polls of `gridtide ven`: calls back or a broker."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from gridtide.doors.cli.tls_pair import pair_faults
from gridtide.finding import BadInput, Finding, InputError

if TYPE_CHECKING:
    from gridtide.sources.openadr.ven import Ven
    from gridtide.wire.openadr.notifications import Notification


class Hears(Protocol):
    """Something that keeps what a VTN tells by itself."""

    def wait(self, within_s: float) -> bool:
        """Wait until something came, at most so many seconds; whether it did."""
        ...

    def taken(self) -> "tuple[Notification, ...]":
        """What came since the last time, in order."""
        ...

    def trouble(self) -> tuple[Finding, ...]:
        """Why something may have been missed; nothing while all is well."""
        ...


@dataclass(frozen=True, kw_only=True)
class Ways:
    """How changes come. callback_url: where the VTN calls, listen: host and port where that arrives. mqtt: a broker.

    certificate, key: shown to who calls; None where something in front brings TLS.
    """

    callback_url: str | None
    listen: str
    mqtt: bool
    certificate: Path | None = None
    key: Path | None = None


def way_faults(ways: Ways, once: bool) -> Iterator[Finding]:
    """Ways that do not go together, and certificates that cannot be shown."""
    yield from pair_faults(ways.certificate, ways.key)
    both = ways.callback_url is not None and ways.mqtt
    if both or (once and (ways.callback_url is not None or ways.mqtt)):
        yield Finding(
            subject="--callback-url, --mqtt",
            value="given together" if both else "given with --once or --json",
            limit="one way to hear of changes between polls that go on",
            mend="Leave one of them out.",
        )


@contextmanager
def hearing_of(ours: "Ven", ways: Ways) -> Iterator[Hears | None]:
    """What hears changes while it is entered; None where only polls were asked for. Raises BadInput or Stale."""
    if ways.callback_url is not None:
        with _called_back(ours, ways.callback_url, ways) as receiver:
            yield receiver
    elif ways.mqtt:
        from gridtide.sources.openadr.broker import broker_of
        from gridtide.sources.openadr.connection import Connection
        from gridtide.sources.openadr.listening import Listening

        paths = (_topics_of(ours),)
        broker_of(ours.connection, paths)
        own = Connection(ours.connection.access, ours.connection.clock)
        with closing(own), Listening(lambda: broker_of(own, paths)) as listening:
            yield listening
    else:
        yield None


def _topics_of(ours: "Ven") -> str:
    """Topics of this VEN's own events where it is registered, else of all events, which a VTN may not give it."""
    node = ours.registered()
    return "events" if node is None else f"vens/{node.id}/events"


@contextmanager
def _called_back(ours: "Ven", callback_url: str, ways: Ways) -> Iterator[Hears]:
    """A receiver and the subscription that calls it; the subscription is given up in the end."""
    from gridtide.sources.openadr.receiver import Receiver
    from gridtide.wire.openadr.subscriptions import ObjectOperation, SubscriptionRequest

    host, port = _place(ways.listen)
    token = secrets.token_urlsafe(32)
    with Receiver(token, host, port, ways.certificate, ways.key) as receiver:
        asked = ObjectOperation(
            objects=("EVENT",),
            operations=("CREATE", "UPDATE", "DELETE"),
            callback_url=callback_url,
            bearer_token=token,
        )
        subscription = ours.subscribe(
            SubscriptionRequest(client_name=ours.name, object_operations=(asked,))
        )
        try:
            yield receiver
        finally:
            _given_up(ours, subscription.id)


def _given_up(ours: "Ven", subscription: str) -> None:
    """A VTN that is away keeps the subscription; it finds the callback dead by itself."""
    try:
        ours.connection.delete(f"/subscriptions/{subscription}")
    except InputError:
        return


def _place(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    if host and port.isascii() and port.isdigit() and int(port) < 2**16:
        return host, int(port)
    raise BadInput(
        [
            Finding(
                subject="--listen",
                value=listen,
                limit="host and port, like 127.0.0.1:8443",
                mend="Name where calls of the VTN arrive.",
            )
        ]
    )
