"""What people decided and what stands because of it, as plain values that are added to and never changed.

An approval, a proposal or the autonomy that holds is a document: of a kind, with an id, in versions from 1 on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True)
class Document:
    """One version of a document. at: since when it stands. value: plain values for JSON; numbers as RFC 8785 has them,
    so that whole numbers lie within 2^53."""

    kind: str
    id: str
    version: int
    at: datetime
    value: Mapping[str, object]


class KeepsDocuments(Protocol):
    """Keeps every version of every document for good."""

    def keep(self, kind: str, id: str, at: datetime, value: Mapping[str, object]) -> Document:
        """Add the next version; durable when this returns. A value equal to the newest one adds none, so that writing
        again after StoreLostError keeps it once. Raises StoreLostError, StoreFullError, NotLeadingError, and BadInput
        for a kind or id that is empty or holds a zero byte."""
        ...

    def newest(self, kind: str, id: str) -> Document | None:
        """The newest version; None where there is none."""
        ...

    def versions(self, kind: str, id: str) -> tuple[Document, ...]:
        """Every version, oldest first."""
        ...

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        """The newest version of every document of a kind, by id."""
        ...
