"""A database is opened by a path or URL: made or brought to the newest version, and refused where that cannot be."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import URL, Connection, Engine, create_engine, event, func, inspect, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.loop.leadership import Leads
from gridtide.stores.sql.faults import damaged, told_plainly
from gridtide.stores.sql.migrations import NEWEST, STEPS
from gridtide.stores.sql.schema import EPOCHS, SCHEMA_VERSIONS
from gridtide.trust.record import NotLeadingError

MIGRATING = 7_417_001
CLAIMING = 7_417_002
LEADING = 7_417_003
WAIT_S = 10
SMALL_TABLES = ("epochs", "entries", "documents", "intents", "outcomes", "series")


@dataclass(frozen=True)
class Database:
    """An open database. name: as messages call it, without a password. path: of its file, None on PostgreSQL."""

    name: str
    engine: Engine
    path: Path | None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of everything. Raises StoreLostError and BadInput."""
        with told_plainly(self.name), self.engine.connect() as connection:
            if self.path is not None:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self, lead: Leads | None) -> Iterator[Connection]:
        """A connection for one change, durable when this ends and gone when it raises. lead: of who writes; raises
        NotLeadingError where that is nobody, or a newer one stands, StoreFullError, StoreLostError."""
        if lead is None:
            raise NotLeadingError(
                f"{self.name} was opened to be read; who writes takes the lead first"
            )
        epoch = lead.epoch
        with self.changing() as connection:
            if self.path is None:
                connection.execute(select(func.pg_advisory_xact_lock_shared(CLAIMING)))
            newest = connection.scalar(select(func.max(EPOCHS.c.epoch)))
            if newest != epoch:
                raise NotLeadingError(
                    f"{self.name}: epoch {newest} leads; epoch {epoch} writes nothing any more"
                )
            yield connection

    @contextmanager
    def changing(self) -> Iterator[Connection]:
        """A connection for one change that no leader answers for: a step of the schema, a new epoch."""
        with told_plainly(self.name), self.engine.connect() as connection:
            if self.path is not None:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            yield connection
            connection.commit()

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()


def open_database(where: str | Path) -> Database:
    """The database at a path or URL, at the newest version; made where there is none.

    where: `sqlite:///path`, a plain path, or `postgresql+psycopg://user@host/name`. Raises BadInput for an address that
    is none, a database that is newer than this program, and a file that is damaged; StoreLostError.
    """
    database = reached(where)
    _refuse_damage(database)
    with database.changing() as connection:
        if database.path is None:
            connection.execute(select(func.pg_advisory_xact_lock(MIGRATING)))
        _step_up(database, connection)
    return database


def open_to_read(where: str | Path) -> Database:
    """The database at a path or URL as it stands, for one who only reads; nothing is made or changed.

    Raises as `open_database`, and BadInput for one that is not there, empty, or of an older version.
    """
    url = _address(where)
    if url.get_backend_name() == "sqlite" and not Path(str(url.database)).is_file():
        raise BadInput([_unusable(_called(url), "is not there", "Name the database of a service.")])
    database = reached(where)
    _refuse_damage(database)
    with database.reading() as connection:
        version = _version(connection)
    if version < NEWEST:
        said = f"of version {version}, where this program reads {NEWEST}"
        raise BadInput(
            [_unusable(database.name, said, "Start the service once, which brings it up.")]
        )
    _refuse_newer(database.name, version)
    return database


def is_database(where: str) -> bool:
    """Whether this addresses a database: a URL of one, or a file that SQLite wrote."""
    if where.startswith(("sqlite:", "postgresql")):
        return True
    path = Path(where)
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"


def history_of(where: str | Path, beside: Path) -> Path:
    """Folder for the readings of days that are over: next to a database that is a file, else next to `beside`, a file
    of this machine; an address is no path. Raises BadInput as `open_database`."""
    url = _address(where)
    file = Path(str(url.database)) if url.drivername == "sqlite" else beside
    return file.with_name(f"{file.name}.readings")


def _address(where: str | Path) -> URL:
    text = str(where)
    if "://" not in text:
        return URL.create("sqlite", database=text)
    try:
        url = make_url(text)
    except ArgumentError:
        raise BadInput([_no_address(text.split("://")[0] + "://…")]) from None
    if url.drivername == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
    known = url.drivername in ("sqlite", "postgresql+psycopg")
    if not known or not url.database or url.database == ":memory:":
        raise BadInput([_no_address(_called(url))])
    return url


def _no_address(value: str) -> Finding:
    return Finding(
        subject="the address of the store",
        value=value,
        limit="a path, sqlite:///path or postgresql+psycopg://user@host/name",
        mend="Write one of these.",
    )


def _called(url: URL) -> str:
    return url.render_as_string(hide_password=True)


def reached(where: str | Path) -> Database:
    """The database at a path or URL, whatever stands in it. Raises BadInput for an address that is none."""
    url = _address(where)
    if url.get_backend_name() != "sqlite":
        return Database(_called(url), _postgres(url), None)
    path = Path(str(url.database))
    refuse_if_any(
        [_unusable(_called(url), f"{path.parent} is no folder", "Make the folder first.")]
        if not path.parent.is_dir()
        else []
    )
    engine = create_engine(url, connect_args={"timeout": WAIT_S, "isolation_level": None})
    event.listen(engine, "connect", _prepared)
    return Database(_called(url), engine, path)


def _postgres(url: URL) -> Engine:
    """Connections that are tried before use, and whose transactions a paused process cannot hold for long."""
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": WAIT_S,
                "application_name": f"gridtide {uuid4().hex}",
                "options": f"-c idle_in_transaction_session_timeout={WAIT_S}s -c lock_timeout={2 * WAIT_S}s"
                " -c timezone=UTC",
            },
        )
    except ModuleNotFoundError:
        said = "psycopg is not installed"
        raise BadInput(
            [_unusable(_called(url), said, "pip install 'gridtide[postgres]'")]
        ) from None


def _prepared(connection: sqlite3.Connection, _record: Any) -> None:
    """Every connection writes ahead and through to the disk; replacing a row counts as removing one."""
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "recursive_triggers=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _refuse_damage(database: Database) -> None:
    """Read the small tables through, so that a damaged file is found before anything is decided from it."""
    if database.path is None:
        return
    with database.reading() as connection:
        there = set(inspect(connection).get_table_names())
        for table in SMALL_TABLES:
            if table not in there:
                continue
            said = connection.exec_driver_sql(f"PRAGMA quick_check({table})").scalar()
            if said != "ok":
                raise damaged(database.name, str(said).splitlines()[-1])


def _step_up(database: Database, connection: Connection) -> None:
    version = _version(connection)
    _refuse_newer(database.name, version)
    if version == 0:
        SCHEMA_VERSIONS.create(connection, checkfirst=True)
    for number in range(version + 1, NEWEST + 1):
        STEPS[number - 1](connection)
        connection.execute(SCHEMA_VERSIONS.insert().values(version=number))


def _version(connection: Connection) -> int:
    if not inspect(connection).has_table(SCHEMA_VERSIONS.name):
        return 0
    return connection.scalar(select(func.max(SCHEMA_VERSIONS.c.version))) or 0


def _refuse_newer(name: str, version: int) -> None:
    if version > NEWEST:
        said = f"of version {version}, where this program knows {NEWEST}"
        raise BadInput([_unusable(name, said, "Start the gridtide that wrote it, or a newer one.")])


def _unusable(name: str, said: str, mend: str) -> Finding:
    return Finding(
        subject=name, value=said, limit="a database of this version of gridtide", mend=mend
    )
