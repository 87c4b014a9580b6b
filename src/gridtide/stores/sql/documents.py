"""Documents in a database: every version a row."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import rfc8785
from sqlalchemy import Row, and_, func, select

from gridtide.finding import refuse_if_any
from gridtide.loop.leadership import Leads
from gridtide.stores.sql.opening import Database
from gridtide.stores.sql.schema import DOCUMENTS
from gridtide.trust.documents import Document
from gridtide.trust.names import unkeepable


class SqlDocuments:
    """Keeps documents. lead: of who writes; None for one who only reads."""

    def __init__(self, database: Database, lead: Leads | None = None) -> None:
        self._database = database
        self._lead = lead

    def keep(self, kind: str, id: str, at: datetime, value: Mapping[str, object]) -> Document:
        """Add the next version; it is on the disk when this returns."""
        refuse_if_any(unkeepable("kind or id of a document", (kind, id)))
        text = rfc8785.dumps(dict(value)).decode()  # type: ignore[arg-type]
        with self._database.writing(self._lead) as connection:
            before = connection.execute(_versions(kind, id).order_by(_LATEST).limit(1)).first()
            if before is not None and before.value == text:
                return _document(before)
            version = 1 if before is None else before.version + 1
            connection.execute(
                DOCUMENTS.insert().values(
                    kind=kind,
                    id=id,
                    version=version,
                    epoch=self._lead.epoch if self._lead else None,
                    at=at,
                    value=text,
                )
            )
        return Document(kind=kind, id=id, version=version, at=at, value=json.loads(text))

    def newest(self, kind: str, id: str) -> Document | None:
        """The newest version; None where there is none."""
        with self._database.reading() as connection:
            row = connection.execute(_versions(kind, id).order_by(_LATEST).limit(1)).first()
        return None if row is None else _document(row)

    def versions(self, kind: str, id: str) -> tuple[Document, ...]:
        """Every version, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(_versions(kind, id).order_by(DOCUMENTS.c.version)).all()
        return tuple(_document(row) for row in rows)

    def of_kind(self, kind: str) -> tuple[Document, ...]:
        """The newest version of every document of a kind, by id."""
        newest = (
            select(DOCUMENTS.c.id, func.max(DOCUMENTS.c.version).label("version"))
            .where(DOCUMENTS.c.kind == kind)
            .group_by(DOCUMENTS.c.id)
            .subquery()
        )
        same = and_(DOCUMENTS.c.id == newest.c.id, DOCUMENTS.c.version == newest.c.version)
        query = select(DOCUMENTS).join(newest, same).where(DOCUMENTS.c.kind == kind)
        with self._database.reading() as connection:
            rows = connection.execute(query).all()
        return tuple(sorted((_document(row) for row in rows), key=lambda document: document.id))


_LATEST = DOCUMENTS.c.version.desc()


def _versions(kind: str, id: str) -> Any:
    return select(DOCUMENTS).where(DOCUMENTS.c.kind == kind, DOCUMENTS.c.id == id)


def _document(row: Row[Any]) -> Document:
    return Document(
        kind=row.kind, id=row.id, version=row.version, at=row.at, value=json.loads(row.value)
    )
