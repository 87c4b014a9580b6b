"""Everything of one database copied into another, empty one: the way from SQLite to PostgreSQL, and back."""

from collections.abc import Iterable
from datetime import UTC

from sqlalchemy import Connection, Row, Table, func, select

from gridtide.finding import BadInput, Finding
from gridtide.stores.sql.faults import told_plainly
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import CLAIMING, Database
from gridtide.stores.sql.readings import make_partition, month_of
from gridtide.stores.sql.schema import EPOCHS, METADATA, READINGS, SCHEMA_VERSIONS

CHUNK = 2000


def copy_database(source: Database, target: Database) -> dict[str, int]:
    """Rows copied, by table; all of them or none. Nothing is written into `source` but an epoch, which keeps every
    service from writing into it meanwhile.

    Raises BadInput for a target that was led before, NotLeadingError while a service leads the source, StoreFullError
    and StoreLostError.
    """
    lead = take_lead(source, "copies it")
    try:
        with source.reading() as read, told_plainly(target.name), target.changing() as write:
            if target.path is None:
                write.execute(select(func.pg_advisory_xact_lock(CLAIMING)))
            _refuse_led(target, write)
            return {
                name: _copied(table, read, write)
                for name, table in METADATA.tables.items()
                if table is not SCHEMA_VERSIONS
            }
    finally:
        lead.resign()


def _copied(table: Table, read: Connection, write: Connection) -> int:
    rows = 0
    months: set[str] = set()
    found = read.execution_options(yield_per=CHUNK).execute(select(table))
    for chunk in found.partitions():
        if table is READINGS and write.dialect.name == "postgresql":
            _make_partitions(write, chunk, months)
        write.execute(table.insert(), [dict(row._mapping) for row in chunk])
        rows += len(chunk)
    return rows


def _make_partitions(
    write: Connection, rows: Iterable[Row[tuple[object, ...]]], made: set[str]
) -> None:
    for month in sorted({month_of(row.at.astimezone(UTC)) for row in rows}):
        if month.isoformat() not in made:
            make_partition(write, month)
            made.add(month.isoformat())


def _refuse_led(target: Database, write: Connection) -> None:
    epoch = write.scalar(select(func.max(EPOCHS.c.epoch)))
    if epoch is not None:
        raise BadInput(
            [
                Finding(
                    subject=target.name,
                    value=f"led before, {epoch} times",
                    limit="an empty database to copy into",
                    mend="Make a new one, and copy into that.",
                )
            ]
        )
