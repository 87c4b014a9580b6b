"""What a search finds: the bytes of its answer, kept until something that it could see changes.

Ten thousand end nodes that poll every minute mostly ask what others ask too: two searches are the same when they see
the same targets of the objects there are, whoever asks.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gridtide.doors.openadr_vtn.kinds import TRAITS, Json, Kind
from gridtide.doors.openadr_vtn.pages import Search
from gridtide.doors.openadr_vtn.privacy import Sight, found, targets_of, without_tokens
from gridtide.doors.openadr_vtn.storage import Storage

MOST_KEPT = 16_384
Key = tuple[Kind, Sight, Search]


@dataclass(frozen=True, kw_only=True)
class _Answer:
    """revision: of the kind when it was made. until: from when on an event in it may be over, None for never."""

    body: bytes
    revision: int
    until: datetime | None


class Searching:
    """Searches over a storage. over_at: when an event is over, None for one that never ends."""

    def __init__(
        self,
        storage: Storage,
        now: Callable[[], datetime],
        over_at: Callable[[Json], datetime | None],
    ) -> None:
        self._storage = storage
        self._now = now
        self._over_at = over_at
        self._answers: dict[Key, _Answer] = {}
        self._in_use: dict[Kind, tuple[int, frozenset[str]]] = {}
        self._ends: dict[str, datetime | None] = {}
        self._ends_at = -1

    def answer(self, kind: Kind, sight: Sight, search: Search) -> bytes:
        """The answer to a search, as JSON."""
        key = self._key(kind, sight, search)
        kept = self._answers.get(key)
        if kept and kept.revision == self._revision(kind) and self._still(kept):
            return kept.body
        made = self._made(*key)
        if len(self._answers) >= MOST_KEPT:
            self._answers.clear()
        self._answers[key] = made
        return made.body

    def _still(self, kept: _Answer) -> bool:
        return kept.until is None or self._now() < kept.until

    def _key(self, kind: Kind, sight: Sight, search: Search) -> Key:
        """What the answer really depends on: of programs and events, not who asks but what can match."""
        if TRAITS[kind].owned or sight.all_ or not search.targets:
            who = sight if TRAITS[kind].owned else replace(sight, client_id="", granted=frozenset())
            return kind, who, search
        matching = search.targets & sight.granted & self._targets_in_use(kind)
        return (
            kind,
            Sight(client_id="", all_=False, granted=matching),
            replace(search, targets=matching or frozenset({""})),
        )

    def _made(self, kind: Kind, sight: Sight, search: Search) -> _Answer:
        now = self._now()
        seen = [*self._seen(kind, sight, search)]
        ends = [self._end_of(one) for one in seen] if search.active else []
        if search.active:
            pairs = zip(seen, ends, strict=True)
            seen = [one for one, end in pairs if end is None or now < end]
        body = json.dumps(search.page(seen), separators=(",", ":")).encode()
        to_come = [end for end in ends if end is not None and now < end]
        until = min(to_come, default=None)
        return _Answer(body=body, revision=self._revision(kind), until=until)

    def _end_of(self, event: Json) -> datetime | None:
        if self._ends_at != self._storage.revision[Kind.EVENT]:
            self._ends, self._ends_at = {}, self._storage.revision[Kind.EVENT]
        if event["id"] not in self._ends:
            self._ends[event["id"]] = self._over_at(event)
        return self._ends[event["id"]]

    def _seen(self, kind: Kind, sight: Sight, search: Search) -> Iterator[Json]:
        for thing in self._candidates(kind, sight):
            if not search.matches(thing) or not self._belongs(thing, search):
                continue
            shown = found(kind, thing, sight, search.targets)
            if shown is not None:
                hidden = kind is Kind.SUBSCRIPTION and thing["clientID"] != sight.client_id
                yield without_tokens(shown) if hidden else shown

    def _candidates(self, kind: Kind, sight: Sight) -> Iterable[Json]:
        if TRAITS[kind].owned and not sight.all_:
            return self._storage.of_client(kind, sight.client_id)
        return self._storage.all(kind)

    def _belongs(self, thing: Json, search: Search) -> bool:
        if search.program is not None:
            event = self._storage.get(Kind.EVENT, thing["eventID"])
            if event is None or event["programID"] != search.program:
                return False
        named = {kind for one in thing.get("objectOperations", ()) for kind in one["objects"]}
        return search.objects <= named

    def _targets_in_use(self, kind: Kind) -> frozenset[str]:
        revision, targets = self._in_use.get(kind, (-1, frozenset[str]()))
        if revision != self._storage.revision[kind]:
            things = self._storage.all(kind)
            targets = frozenset().union(*(targets_of(thing) for thing in things))
            self._in_use[kind] = (self._storage.revision[kind], targets)
        return targets

    def _revision(self, kind: Kind) -> int:
        events = self._storage.revision[Kind.EVENT] if kind is Kind.REPORT else 0
        return self._storage.revision[kind] + events
