"""Who may do what: four roles, each of which may do what those before it may."""

from dataclasses import dataclass
from enum import IntEnum


class Role(IntEnum):
    """VIEWER sees. OPERATOR lowers, freezes, releases, narrows and rejects. APPROVER approves and raises, the latter
    with a second person. ADMIN signs plugins and says who the others are."""

    VIEWER = 0
    OPERATOR = 1
    APPROVER = 2
    ADMIN = 3


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who acts, and as what. name: as the audit keeps it."""

    name: str
    role: Role
