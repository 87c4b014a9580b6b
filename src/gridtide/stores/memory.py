"""What is kept for as long as the process lives: entries, documents, blocks, intents."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

import rfc8785

from gridtide.finding import refuse_if_any
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.intents import Intent, Told, ticket_of, unheard_of
from gridtide.trust.blocks import BlockFault
from gridtide.trust.documents import Document
from gridtide.trust.names import unkeepable
from gridtide.trust.record import Entry


class MemoryStore:
    """A list of entries; what simulations and tests use."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def append(self, entry: Entry) -> None:
        """Keep one more entry."""
        self._entries.append(entry)

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, oldest first."""
        return tuple(self._entries)

    def last(self) -> Entry | None:
        """The newest entry, None in an empty store."""
        return self._entries[-1] if self._entries else None

    def read(self, start: int = 0) -> Iterator[Entry]:
        """Entries from a number on, oldest first."""
        yield from self._entries[start:]


class MemoryDocuments:
    """Documents in lists, one a kind and id."""

    def __init__(self) -> None:
        self._versions: dict[tuple[str, str], list[Document]] = {}

    def keep(self, kind: str, id: str, at: datetime, value: Mapping[str, object]) -> Document:
        """Add the next version, unless the newest one says the same."""
        refuse_if_any(unkeepable("kind or id of a document", (kind, id)))
        plain = _plain(value)
        versions = self._versions.setdefault((kind, id), [])
        if versions and versions[-1].value == plain:
            return versions[-1]
        at = at.astimezone(UTC)
        versions.append(Document(kind=kind, id=id, version=len(versions) + 1, at=at, value=plain))
        return versions[-1]

    def newest(self, kind: str, id: str) -> Document | None:
        """The newest version; None where there is none."""
        versions = self.versions(kind, id)
        return versions[-1] if versions else None

    def versions(self, kind: str, id: str) -> tuple[Document, ...]:
        """Every version, oldest first."""
        return tuple(self._versions.get((kind, id), ()))

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        """The newest version of every document of a kind, by id."""
        return tuple(
            versions[-1] for (of, _), versions in sorted(self._versions.items()) if of == kind
        )


class MemoryBlocks:
    """Blocks in a table."""

    def __init__(self) -> None:
        self._content: dict[str, bytes] = {}

    def keep(self, blocks: Mapping[str, bytes]) -> int:
        """Keep those that are not there."""
        fresh = {name: content for name, content in blocks.items() if name not in self._content}
        self._content |= fresh
        return sum(len(content) for content in fresh.values())

    def block(self, hash: str) -> bytes:
        """The content of one."""
        if hash not in self._content:
            raise BlockFault(hash, "is missing")
        return self._content[hash]


class MemoryIntents:
    """Intents and outcomes of one epoch. epoch: of the leader whose tickets they are."""

    def __init__(self, epoch: int = 1) -> None:
        self._epoch = epoch
        self._told: dict[str, Told] = {}

    def intend(self, intents: Sequence[Intent]) -> tuple[Ticket, ...]:
        """Write down what is about to be told, and give each its ticket."""
        refuse_if_any(unkeepable("id of an act", (intent.id for intent in intents)))
        for intent in intents:
            if intent.id not in self._told:
                ticket = ticket_of(intent, self._epoch, len(self._told))
                self._told[intent.id] = Told(intent=intent, ticket=ticket)
        return tuple(self._told[intent.id].ticket for intent in intents)

    def came(self, outcomes: Sequence[Outcome]) -> None:
        """Write down what came of tickets."""
        refuse_if_any(unheard_of(one.ticket) for one in outcomes if one.ticket not in self._told)
        for outcome in outcomes:
            told = self._told[outcome.ticket]
            if outcome.fate is not Fate.FAILED or told.unsettled:
                self._told[outcome.ticket] = Told(
                    intent=told.intent, ticket=told.ticket, outcome=outcome
                )

    def unsettled(self) -> tuple[Told, ...]:
        """Every ticket that nobody knows the fate of, in the order of tickets."""
        return tuple(told for told in self._told.values() if told.unsettled)

    def told(self, id: str) -> tuple[Told, ...]:
        """The ticket of an act with its newest outcome."""
        return (self._told[id],) if id in self._told else ()


def _plain(value: Mapping[str, object]) -> Mapping[str, object]:
    """A copy that nobody else holds, as it would come back from a disk."""
    plain: Mapping[str, object] = json.loads(rfc8785.dumps(dict(value)))  # type: ignore[arg-type]
    return plain
