"""Who may do what: the scopes of OpenADR 3.1, and the roles that may hold them.

Source: openadr3.yaml 3.1.1, securitySchemes. `read_bl` is named by five paths and declared by none: it is read as
`read_all`. Paths of single objects name no `read_all`; a client of business logic reads them all the same, as the
text says ("BL has unrestricted read access to all objects").
"""

from enum import StrEnum
from types import MappingProxyType

from gridtide.wire.openadr.tokens import VEN_SCOPES


class Role(StrEnum):
    """Business logic writes programs and events; an end node reads them and reports."""

    BL = "bl"
    VEN = "ven"


READ_ALL, READ_TARGETS, READ_VEN_OBJECTS = "read_all", "read_targets", "read_ven_objects"
WRITE_PROGRAMS, WRITE_EVENTS, WRITE_REPORTS = "write_programs", "write_events", "write_reports"
WRITE_SUBSCRIPTIONS, WRITE_VENS = "write_subscriptions", "write_vens"
READS = frozenset({READ_ALL, READ_TARGETS, READ_VEN_OBJECTS})

OF_ROLE = MappingProxyType(
    {
        Role.BL: (READ_ALL, WRITE_PROGRAMS, WRITE_EVENTS, WRITE_SUBSCRIPTIONS, WRITE_VENS),
        Role.VEN: VEN_SCOPES,
    }
)
"""What a role may hold, in the order of the document."""

ALIASES = MappingProxyType({"read_bl": READ_ALL})


def granted(asked: str | None, held: frozenset[str]) -> frozenset[str] | None:
    """The scopes of a token: those asked for, all that are held where none is; None when one is not held."""
    names = {ALIASES.get(name, name) for name in (asked or "").split()}
    if not names:
        return held
    return frozenset(names) if names <= held else None
