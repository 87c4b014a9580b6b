"""What is there: all objects in memory, every change first written to a journal, so that a restart loses nothing."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gridtide.doors.openadr_vtn.kinds import TRAITS, Json, Kind, Operation
from gridtide.doors.openadr_vtn.problems import conflict
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.trust.audit import linked

Name = tuple[Kind, tuple[object, ...]]
Place = tuple[Kind, str, str]
"""Where objects of a kind are found by the client or the object that one of their keys names."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """One object before and after; None where it was not, or is no more."""

    kind: Kind
    id: str
    before: Json | None
    after: Json | None

    @property
    def operation(self) -> Operation:
        """What became of the object."""
        if self.before is None:
            return Operation.CREATE
        return Operation.DELETE if self.after is None else Operation.UPDATE


class Storage:
    """Objects by kind and id, oldest first. Names stay unique and references whole: what loses what it refers to
    goes with it. `revision` of a kind grows with every change to it."""

    def __init__(
        self,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        journal: JsonLinesStore | None = None,
    ) -> None:
        self._now = now
        self._new_id = new_id
        self._journal = journal
        self._things: dict[Kind, dict[str, Json]] = {kind: {} for kind in Kind}
        self._named: dict[Name, str] = {}
        self._places: dict[Place, dict[str, None]] = {}
        self.revision: dict[Kind, int] = dict.fromkeys(Kind, 0)
        for entry in journal.read() if journal else ():
            self._apply(_read(entry.text, self.get))

    def all(self, kind: Kind) -> Iterable[Json]:
        """Every object of a kind, oldest first."""
        return self._things[kind].values()

    def get(self, kind: Kind, id: str) -> Json | None:
        """One object; None when it is not there."""
        return self._things[kind].get(id)

    def of_client(self, kind: Kind, client_id: str) -> Iterator[Json]:
        """Everything of a kind that a client owns."""
        return self._at((kind, "clientID", client_id))

    def create(self, kind: Kind, fields: Json) -> list[Change]:
        """Add an object. Raises a conflict where its name is taken or what it refers to is not there."""
        now = _said(self._now())
        own = {"id": self._new_id(), "createdDateTime": now, "modificationDateTime": now}
        after = {**fields, **own, "objectType": str(kind)}
        self._refuse(kind, after)
        return self._commit([Change(kind=kind, id=own["id"], before=None, after=after)])

    def replace(self, kind: Kind, id: str, fields: Json) -> list[Change]:
        """Put other content in an object's place; it keeps its id and its age. A ven that goes to another client
        takes its resources along. Raises a conflict as `create` does."""
        before = self._things[kind][id]
        own = {"id": id, "createdDateTime": before["createdDateTime"]}
        after = {**fields, **own, "modificationDateTime": _said(self._now()), "objectType": kind}
        self._refuse(kind, after)
        changes = [Change(kind=kind, id=id, before=before, after=after)]
        if kind is Kind.VEN and before["clientID"] != after["clientID"]:
            changes += [
                Change(
                    kind=Kind.RESOURCE,
                    id=one["id"],
                    before=one,
                    after={**one, "clientID": after["clientID"]},
                )
                for one in self._at((Kind.RESOURCE, "venID", id))
            ]
        return self._commit(changes)

    def delete(self, kind: Kind, id: str) -> list[Change]:
        """Take an object away, after everything that refers to it."""
        return self._commit(list(self._deletions(kind, id)))

    def _deletions(self, kind: Kind, id: str) -> Iterator[Change]:
        for other, traits in TRAITS.items():
            for key in [key for key, referred in traits.refers.items() if referred is kind]:
                for one in self._at((other, key, id)):
                    yield from self._deletions(other, one["id"])
        yield Change(kind=kind, id=id, before=self._things[kind][id], after=None)

    def _at(self, place: Place) -> Iterator[Json]:
        for id in self._places.get(place, ()):
            yield self._things[place[0]][id]

    def _refuse(self, kind: Kind, after: Json) -> None:
        for key, referred in TRAITS[kind].refers.items():
            if after.get(key) is not None and self.get(referred, after[key]) is None:
                raise conflict(f"{key} {after[key]}: there is no such {referred.lower()}")
        taken = self._named.get(_name_of(kind, after), after["id"])
        if taken != after["id"]:
            said = ", ".join(f"{key} {after[key]}" for key in TRAITS[kind].unique)
            raise conflict(f"{said}: another {kind.lower()} has this name")

    def _commit(self, changes: list[Change]) -> list[Change]:
        if self._journal:
            text = json.dumps(
                [[change.kind, change.id, change.after] for change in changes], allow_nan=False
            )
            self._journal.append(linked(self._journal.last(), {"changes": text}))
        self._apply(changes)
        return changes

    def _apply(self, changes: Iterable[Change]) -> None:
        for change in changes:
            things = self._things[change.kind]
            if change.before is not None:
                self._forget(change.kind, change.before)
            if change.after is None:
                del things[change.id]
            else:
                things[change.id] = change.after
                self._remember(change.kind, change.after)
            self.revision[change.kind] += 1

    def _remember(self, kind: Kind, thing: Json) -> None:
        if TRAITS[kind].unique:
            self._named[_name_of(kind, thing)] = thing["id"]
        for place in _places_of(kind, thing):
            self._places.setdefault(place, {})[thing["id"]] = None

    def _forget(self, kind: Kind, thing: Json) -> None:
        self._named.pop(_name_of(kind, thing), None)
        for place in _places_of(kind, thing):
            at = self._places[place]
            del at[thing["id"]]
            if not at:
                del self._places[place]


def _places_of(kind: Kind, thing: Json) -> Iterator[Place]:
    keys = [*TRAITS[kind].refers, *(["clientID"] if TRAITS[kind].owned else [])]
    for key in keys:
        if thing.get(key) is not None:
            yield kind, key, thing[key]


def _name_of(kind: Kind, thing: Json) -> Name:
    return kind, tuple(thing.get(key) for key in TRAITS[kind].unique)


def _read(text: str, get: Callable[[Kind, str], Json | None]) -> Iterator[Change]:
    written: list[tuple[str, str, dict[str, Any] | None]] = json.loads(json.loads(text)["changes"])
    for name, id, after in written:
        kind = Kind(name)
        yield Change(kind=kind, id=id, before=get(kind, id), after=after)


def _said(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")
