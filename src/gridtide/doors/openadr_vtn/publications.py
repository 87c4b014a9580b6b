"""What is published of a change under which topic: only what who may read the topic could have read.

Topics follow the paths of `/notifiers/mqtt/topics`: PREFIX/all/PATH/OPERATION is for business logic, and
PREFIX/clients/CLIENT/vens/…/OPERATION for one client alone, so that a broker keeps them apart by one line of its rules.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from gridtide.doors.openadr_vtn.kinds import TRAITS, Json, Kind, Operation
from gridtide.doors.openadr_vtn.privacy import Sight, shown, without_tokens
from gridtide.doors.openadr_vtn.scopes import READ_ALL, READ_TARGETS, READ_VEN_OBJECTS
from gridtide.doors.openadr_vtn.storage import Change
from gridtide.wire.openadr.notifiers import NotifierTopics, OperationTopics

Seen = Mapping[str, Json]
"""Path of a topic -> the object as it is seen there."""


@dataclass(frozen=True, kw_only=True)
class Publication:
    """One notification and its topic."""

    topic: str
    content: Json


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Who reads topics of a ven: what it sees, and the scopes it may hold."""

    sight: Sight
    scopes: frozenset[str]


def root_of(prefix: str, client_id: str | None) -> str:
    """Where topics of a client begin; None: those of business logic."""
    return f"{prefix}/all" if client_id is None else f"{prefix}/clients/{client_id}"


def topics_of(root: str, path: str, is_single: bool) -> NotifierTopics:
    """The topics of a path; a single object has none of its creation."""
    where = f"{root}/{path}"
    told = [one for one in Operation if not (is_single and one is Operation.CREATE)]
    topics = {str(one): f"{where}/{one.lower()}" for one in told}
    return NotifierTopics(topics=OperationTopics.model_validate({**topics, "ALL": f"{where}/+"}))


def publications(
    changes: Iterable[Change],
    vens: Iterable[Json],
    reader_of: Callable[[str], Reader],
    prefix: str,
) -> Iterator[Publication]:
    """What is told of some changes that happened together. vens: those that are there now."""
    changes = tuple(changes)
    gone = (one.before for one in changes if one.kind is Kind.VEN and one.before is not None)
    owners = {(one["clientID"], one["id"]) for one in (*vens, *gone)}
    readers = {client: reader_of(client) for client, _ in sorted(owners)}
    for change in changes:
        for_all = (_for_all(change.kind, one) for one in (change.before, change.after))
        yield from _told(change, root_of(prefix, None), *for_all)
        for client, ven in sorted(owners):
            for_one = (
                _for_ven(change.kind, one, ven, readers[client])
                for one in (change.before, change.after)
            )
            yield from _told(change, root_of(prefix, client), *for_one)


def _told(change: Change, root: str, before: Seen, after: Seen) -> Iterator[Publication]:
    """An object that comes under a topic is created there, one that leaves it is deleted."""
    for path in dict.fromkeys((*before, *after)):
        seen = Change(
            kind=change.kind, id=change.id, before=before.get(path), after=after.get(path)
        )
        if seen.operation is Operation.CREATE and path.endswith(f"/{change.id}"):
            continue
        thing = seen.after if seen.after is not None else seen.before
        content = {"objectType": change.kind, "operation": seen.operation, "object": thing}
        yield Publication(topic=f"{root}/{path}/{seen.operation.lower()}", content=content)


def _for_all(kind: Kind, thing: Json | None) -> Seen:
    """What business logic sees under which paths."""
    if thing is None:
        return {}
    seen = without_tokens(thing) if kind is Kind.SUBSCRIPTION else thing
    paths = [TRAITS[kind].path]
    if kind is Kind.PROGRAM:
        paths.append(f"programs/{thing['id']}")
    if kind is Kind.EVENT:
        paths.append(f"programs/{thing['programID']}/events")
    return dict.fromkeys(paths, seen)


def _for_ven(kind: Kind, thing: Json | None, ven: str, reader: Reader) -> Seen:
    """What the client of a ven sees under the paths of that ven."""
    if thing is None or kind in (Kind.REPORT, Kind.SUBSCRIPTION):
        return {}
    if kind in (Kind.PROGRAM, Kind.EVENT):
        path, scope = f"vens/{ven}/{TRAITS[kind].path}", READ_TARGETS
    else:
        is_ven = kind is Kind.VEN
        if ven != (thing["id"] if is_ven else thing["venID"]):
            return {}
        path, scope = f"vens/{ven}" if is_ven else f"vens/{ven}/resources", READ_VEN_OBJECTS
    seen = shown(kind, thing, reader.sight)
    if seen is None or not reader.scopes & {scope, READ_ALL}:
        return {}
    return {path: seen}
