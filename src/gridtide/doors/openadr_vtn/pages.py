"""What a search asks for: filters, targets, and which part of what is found."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TypeVar

from starlette.datastructures import QueryParams

from gridtide.doors.openadr_vtn.kinds import TRAITS, Json, Kind
from gridtide.doors.openadr_vtn.problems import bad_request

LONGEST_PAGE = 50
MOST_SKIPPED = 2**31 - 1
WHOLE = re.compile(r"\d{1,10}", re.ASCII)
OBJECT_ID = re.compile(r"[a-zA-Z0-9_-]{1,128}")
TARGETED = (Kind.PROGRAM, Kind.EVENT, Kind.VEN, Kind.RESOURCE)

Value = TypeVar("Value")


@dataclass(frozen=True, kw_only=True)
class Search:
    """One search. equal: key -> value that an object must have. program: whose reports, by their events.
    objects: kinds that a subscription must name. active: leave out events that are over."""

    equal: tuple[tuple[str, str], ...] = ()
    program: str | None = None
    targets: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    active: bool = False
    skip: int = 0
    limit: int = LONGEST_PAGE

    def matches(self, thing: Json) -> bool:
        """Whether an object has every value asked for."""
        return all(thing.get(key) == value for key, value in self.equal)

    def page(self, things: Iterable[Json]) -> list[Json]:
        """The part of what was found that is asked for."""
        return list(islice(things, self.skip, self.skip + self.limit))


def read_search(kind: Kind, query: QueryParams) -> Search:
    """What a query asks of a list; parameters that OpenADR does not know say nothing. Raises a bad request with every
    fault."""
    read = _Reader(query)
    equal = tuple(
        (key, value)
        for key in TRAITS[kind].filters
        if (value := read.one(key, _object_id if key.endswith("ID") else _name)) is not None
    )
    limit = read.one("limit", _limit)
    search = Search(
        equal=equal,
        program=read.one("programID", _object_id) if kind is Kind.REPORT else None,
        targets=read.many("targets", _name) if kind in TARGETED else frozenset(),
        objects=read.many("objects", _kind) if kind is Kind.SUBSCRIPTION else frozenset(),
        active=kind is Kind.EVENT and read.one("active", _truth) is True,
        skip=read.one("skip", _skip) or 0,
        limit=LONGEST_PAGE if limit is None else limit,
    )
    read.refuse_if_any()
    return search


class _Reader:
    """Values of a query by name; faults are gathered."""

    def __init__(self, query: QueryParams) -> None:
        self._query = query
        self._faults: list[str] = []

    def one(self, name: str, read: Callable[[str], Value]) -> Value | None:
        """The value of a name that may stand once; None when it does not or cannot be read."""
        texts = self._query.getlist(name)
        if len(texts) > 1:
            self._faults.append(f"{name}: given {len(texts)} times, once is enough")
        found = [self._read(name, text, read) for text in texts[:1]]
        return found[0] if found else None

    def many(self, name: str, read: Callable[[str], str]) -> frozenset[str]:
        """All values of a name."""
        found = (self._read(name, text, read) for text in self._query.getlist(name))
        return frozenset(value for value in found if value is not None)

    def refuse_if_any(self) -> None:
        """Raise a bad request with everything gathered."""
        if self._faults:
            raise bad_request("; ".join(self._faults))

    def _read(self, name: str, text: str, read: Callable[[str], Value]) -> Value | None:
        try:
            return read(text)
        except ValueError as limit:
            self._faults.append(f"{name} {text[:40]!r}: {limit}")
            return None


def _limit(text: str) -> int:
    return _whole(text, LONGEST_PAGE)


def _skip(text: str) -> int:
    return _whole(text, MOST_SKIPPED)


def _whole(text: str, most: int) -> int:
    if not WHOLE.fullmatch(text) or int(text) > most:
        raise ValueError(f"a whole number from 0 to {most} is right")
    return int(text)


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false is right")
    return text == "true"


def _name(text: str) -> str:
    if not 1 <= len(text) <= 128:
        raise ValueError("1 to 128 signs are right")
    return text


def _object_id(text: str) -> str:
    if not OBJECT_ID.fullmatch(text):
        raise ValueError("1 to 128 letters, digits, _ and - are right")
    return text


def _kind(text: str) -> str:
    if text not in set(Kind):
        raise ValueError(f"one of {', '.join(Kind)} is right")
    return text
