"""Who is told of a change, and what of it: only what its client could have read."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gridtide.doors.openadr_vtn.kinds import Json, Kind
from gridtide.doors.openadr_vtn.privacy import Sight, found, without_tokens
from gridtide.doors.openadr_vtn.storage import Change

READ = "READ"
BROKEN = "brokenCallbackUrls"
"""Beside the fields of OpenADR in a subscription: callbacks that no longer answer and are not called any more."""


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One notification. url, bearer_token: of the callback as the subscription has it."""

    subscription: Json
    url: str
    bearer_token: str | None
    content: Json


def notices(
    changes: Iterable[Change],
    subscriptions: Iterable[Json],
    sight_of: Callable[[str], Sight],
    event_of: Callable[[str], Json | None],
) -> Iterator[Notice]:
    """What is told of some changes that happened together. An object that comes into a client's sight is created to
    it, one that leaves it is deleted. event_of: an event by id, also one that these changes took away."""
    changes = tuple(changes)
    for subscription in subscriptions:
        sight = sight_of(subscription["clientID"])
        for change in changes:
            before = _seen(change.kind, change.before, subscription, sight, event_of)
            after = _seen(change.kind, change.after, subscription, sight, event_of)
            if before is not None or after is not None:
                yield from _told(subscription, change, before, after)


def read_notices(
    kind: Kind,
    thing: Json,
    reader: str,
    subscriptions: Iterable[Json],
    sight_of: Callable[[str], Sight],
    event_of: Callable[[str], Json | None],
) -> Iterator[Notice]:
    """What is told of an object that a client read by its id: business logic alone learns who reads, and nobody of
    its own reading."""
    for subscription in subscriptions:
        sight = sight_of(subscription["clientID"])
        if sight.all_ and sight.client_id != reader:
            seen = _seen(kind, thing, subscription, sight, event_of)
            if seen is not None:
                yield from _each(subscription, kind, READ, seen)


def _told(
    subscription: Json, change: Change, before: Json | None, after: Json | None
) -> Iterator[Notice]:
    operation = Change(kind=change.kind, id=change.id, before=before, after=after).operation
    thing = after if after is not None else before
    if thing is not None:
        yield from _each(subscription, change.kind, operation, thing)


def _each(subscription: Json, kind: Kind, operation: str, thing: Json) -> Iterator[Notice]:
    """One notice for each callback of a subscription that wants it."""
    for one in subscription["objectOperations"]:
        wanted = kind in one["objects"] and operation in one["operations"]
        if wanted and one["callbackUrl"] not in subscription.get(BROKEN, ()):
            content = {"objectType": kind, "operation": operation, "object": thing}
            yield Notice(
                subscription=subscription,
                url=one["callbackUrl"],
                bearer_token=one.get("bearerToken"),
                content=content,
            )


def _seen(
    kind: Kind,
    thing: Json | None,
    subscription: Json,
    sight: Sight,
    event_of: Callable[[str], Json | None],
) -> Json | None:
    if thing is None:
        return None
    wanted = subscription.get("programID")
    if wanted is not None and _program_of(kind, thing, event_of) != wanted:
        return None
    asked = frozenset(subscription.get("targets") or ())
    shown = found(kind, thing, sight, asked)
    if shown is not None and kind is Kind.SUBSCRIPTION and thing["clientID"] != sight.client_id:
        return without_tokens(shown)
    return shown


def _program_of(kind: Kind, thing: Json, event_of: Callable[[str], Json | None]) -> str | None:
    """The program an object belongs to; None for vens and resources, which belong to none."""
    if kind is Kind.PROGRAM:
        return str(thing["id"])
    if kind is Kind.REPORT:
        event = event_of(thing["eventID"])
        return None if event is None else str(event["programID"])
    return thing.get("programID")
