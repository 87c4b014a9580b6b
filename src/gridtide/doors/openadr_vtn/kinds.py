"""The six kinds of object: where each is found, who may write it, what names it and what it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from gridtide.doors.openadr_vtn import scopes

Json = Mapping[str, Any]
"""An object as it is answered; never changed in place."""


class Kind(StrEnum):
    """`objectType` of OpenADR 3.1."""

    PROGRAM = "PROGRAM"
    EVENT = "EVENT"
    REPORT = "REPORT"
    SUBSCRIPTION = "SUBSCRIPTION"
    VEN = "VEN"
    RESOURCE = "RESOURCE"


class Operation(StrEnum):
    """What became of an object."""

    CREATE = "CREATE"
    UPDATE = "UPDATE"
    DELETE = "DELETE"


@dataclass(frozen=True, kw_only=True)
class Traits:
    """What distinguishes a kind.

    path: of its list. reads, writes: scopes. owned: whether a client owns it and no other end node sees it; else its
    targets say who does. unique: keys whose values, together, no two share. refers: key -> kind it must name.
    filters: keys of the query that an object's own value must equal.
    """

    path: str
    reads: frozenset[str]
    writes: str
    owned: bool
    unique: tuple[str, ...] = ()
    refers: Mapping[str, Kind] = field(default_factory=dict)
    filters: tuple[str, ...] = ()


TO_TARGETED = frozenset({scopes.READ_ALL, scopes.READ_TARGETS})
TO_OWNED = frozenset({scopes.READ_ALL, scopes.READ_VEN_OBJECTS})

TRAITS: Mapping[Kind, Traits] = MappingProxyType(
    {
        Kind.PROGRAM: Traits(
            path="programs",
            reads=TO_TARGETED,
            writes=scopes.WRITE_PROGRAMS,
            owned=False,
            unique=("programName",),
        ),
        Kind.EVENT: Traits(
            path="events",
            reads=TO_TARGETED,
            writes=scopes.WRITE_EVENTS,
            owned=False,
            refers={"programID": Kind.PROGRAM},
            filters=("programID",),
        ),
        Kind.REPORT: Traits(
            path="reports",
            reads=TO_OWNED,
            writes=scopes.WRITE_REPORTS,
            owned=True,
            refers={"eventID": Kind.EVENT},
            filters=("eventID", "clientName"),
        ),
        Kind.SUBSCRIPTION: Traits(
            path="subscriptions",
            reads=TO_OWNED,
            writes=scopes.WRITE_SUBSCRIPTIONS,
            owned=True,
            refers={"programID": Kind.PROGRAM},
            filters=("programID", "clientName"),
        ),
        Kind.VEN: Traits(
            path="vens",
            reads=TO_OWNED,
            writes=scopes.WRITE_VENS,
            owned=True,
            unique=("venName",),
            filters=("venName",),
        ),
        Kind.RESOURCE: Traits(
            path="resources",
            reads=TO_OWNED,
            writes=scopes.WRITE_VENS,
            owned=True,
            unique=("venID", "resourceName"),
            refers={"venID": Kind.VEN},
            filters=("resourceName", "venID"),
        ),
    }
)
