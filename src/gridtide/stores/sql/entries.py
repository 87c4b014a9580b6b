"""The audit chain in a database: entries numbered from 0, added to and never changed."""

import threading
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, select

from gridtide.loop.leadership import Leads
from gridtide.stores.sql.opening import Database
from gridtide.stores.sql.schema import ENTRIES
from gridtide.trust.audit import follows
from gridtide.trust.record import Entry

PAGE = 500


class SqlEntries:
    """An `Archive`. lead: of who appends; None for one who only reads.

    An entry equal to the last is kept once, so that appending again after StoreLostError is safe; one that does not
    follow from the last is refused with ValueError.
    """

    def __init__(self, database: Database, lead: Leads | None = None) -> None:
        self._database = database
        self._lead = lead
        self._one_at_a_time = threading.Lock()

    def append(self, entry: Entry) -> None:
        """Keep one more entry; it is on the disk when this returns."""
        with self._one_at_a_time, self._database.writing(self._lead) as connection:
            number, last = _newest(connection)
            if last == entry:
                return
            if not follows(last, entry):
                raise ValueError(f"entry {number + 1} does not follow from {number}")
            connection.execute(
                ENTRIES.insert().values(
                    number=number + 1,
                    epoch=self._lead.epoch if self._lead else None,
                    text=entry.text,
                    hash=entry.hash,
                )
            )

    def last(self) -> Entry | None:
        """The newest entry, None in an empty store."""
        with self._database.reading() as connection:
            return _newest(connection)[1]

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, oldest first."""
        return tuple(self.read())

    def read(self, start: int = 0) -> Iterator[Entry]:
        """Entries from a number on, oldest first, a page at a time. A number that lacks is not stepped over: what
        follows it does not follow from what was before."""
        while True:
            with self._database.reading() as connection:
                page = connection.execute(
                    select(ENTRIES)
                    .where(ENTRIES.c.number >= start)
                    .order_by(ENTRIES.c.number)
                    .limit(PAGE)
                ).all()
            for row in page:
                yield _entry(row)
            if len(page) < PAGE:
                return
            start = page[-1].number + 1


def _newest(connection: Connection) -> tuple[int, Entry | None]:
    row = connection.execute(select(ENTRIES).order_by(ENTRIES.c.number.desc()).limit(1)).first()
    return (-1, None) if row is None else (row.number, _entry(row))


def _entry(row: Row[Any]) -> Entry:
    """What a row says. A file of SQLite edited by hand may hold bytes for text: shown so, they follow from nothing."""
    text, digest = (one if isinstance(one, str) else ascii(one) for one in (row.text, row.hash))
    return Entry(text=text, hash=digest)
