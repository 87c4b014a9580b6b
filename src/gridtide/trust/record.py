"""A decision as it is written down, and what a store must be able to do to keep it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Protocol, runtime_checkable


class Stage(StrEnum):
    """The life of a decision."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"
    TOLD = "told"
    VERIFIED = "verified"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What is told, why, from what, and who answers for it.

    id: digest of situation and dispatch: telling the same decision twice tells it once.
    situation, dispatch: digests. rung: whose dispatch it is. refused: breaches of what was proposed
    first. answers: what arriving jobs were told. owner: who answers for it. solver, plan_cost, lower_bound: of the plan
    that was made for it, before jobs were placed, "" and None where none was or nothing was proved. basis: hash of the
    block of all that it was made of, "" where that is not kept.
    """

    id: str
    as_of: datetime
    policy: str
    stage: Stage
    situation: str
    dispatch: str
    rung: str
    refused: tuple[str, ...]
    answers: tuple[str, ...]
    doubts: tuple[str, ...]
    owner: str
    solver: str = ""
    plan_cost: float | None = None
    lower_bound: float | None = None
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class Note:
    """What a person did or tried, for the chain. what, subject: mode, freeze, approve …, and of what. held: whether it
    was done; said: what came of it, in a sentence; reason: as the person gave it."""

    at: datetime
    who: str
    role: str
    what: str
    subject: str
    held: bool
    said: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Maker:
    """What decided: on the same version and machine the same case gives the same bytes. machine: processor and what of
    it numbers are computed with; libraries: with versions; solver: with the options that can change its answer."""

    version: str
    machine: str
    libraries: str
    solver: str


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One link of the audit chain: what was written, and the hash over it and all before it."""

    text: str
    hash: str


class Store(Protocol):
    """Keeps entries for good, in order."""

    def append(self, entry: Entry) -> None:
        """Keep one more entry; it is durable when this returns."""
        ...

    def last(self) -> Entry | None:
        """The newest entry, None in an empty store."""
        ...

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, oldest first."""
        ...


@runtime_checkable
class Archive(Store, Protocol):
    """A store that may hold more than memory does."""

    def read(self, start: int = 0) -> Iterator[Entry]:
        """Entries from a number on, counted from 0, oldest first, one after the other."""
        ...


def read_from(store: Store, start: int) -> Iterator[Entry]:
    """Entries from a number on, oldest first, without reading those before where the store can."""
    return store.read(start) if isinstance(store, Archive) else islice(store.entries(), start, None)


class StoreLostError(OSError):
    """A store does not answer; nobody knows whether what was being written is kept. Writing the same again, once it
    answers, keeps it once. The message says which store, and what to look at."""


class StoreFullError(OSError):
    """A store has no room; nothing of what was being written is kept. Goes on when there is room again."""


class NotLeadingError(RuntimeError):
    """Somebody else leads, or led since: nothing was written, and nothing may be told."""
