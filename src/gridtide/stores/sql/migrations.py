"""How a database comes to the newest version: numbered steps forward, each taken once, whole or not at all.

A step that was released is never edited; the next change is the next step. Each step holds the words of both databases
as they were when it was written, so that it does tomorrow what it does today.
"""

from collections.abc import Callable

from sqlalchemy import Connection

Step = Callable[[Connection], None]


def step_1(connection: Connection) -> None:
    """Epochs of leaders, and the audit chain."""
    whole = _whole(connection)
    _run(
        connection,
        f"CREATE TABLE epochs (epoch {whole} PRIMARY KEY NOT NULL, holder TEXT NOT NULL)",
        f"CREATE TABLE entries (number {whole} PRIMARY KEY NOT NULL, epoch BIGINT NOT NULL, text TEXT NOT NULL,"
        " hash TEXT NOT NULL)",
    )
    for table in ("epochs", "entries"):
        _never_changed(connection, table)


def step_2(connection: Connection) -> None:
    """Documents of people; intents with their outcomes."""
    at, whole = _instant(connection), _whole(connection)
    _run(
        connection,
        f"CREATE TABLE documents (kind TEXT NOT NULL, id TEXT NOT NULL, version BIGINT NOT NULL,"
        f" epoch BIGINT NOT NULL, at {at} NOT NULL, value TEXT NOT NULL, PRIMARY KEY (kind, id, version))",
        f"CREATE TABLE intents (epoch BIGINT NOT NULL, sequence BIGINT NOT NULL, id TEXT NOT NULL,"
        f" device TEXT NOT NULL, decision TEXT NOT NULL, act TEXT NOT NULL, issued_at {at} NOT NULL,"
        f" expires_at {at} NOT NULL, PRIMARY KEY (epoch, sequence), UNIQUE (id, epoch))",
        f"CREATE TABLE outcomes (number {whole} PRIMARY KEY NOT NULL, epoch BIGINT NOT NULL, id TEXT NOT NULL,"
        f" fate TEXT NOT NULL, said TEXT NOT NULL, at {at} NOT NULL, lost_accelerator_h DOUBLE PRECISION NOT NULL)",
        "CREATE INDEX outcomes_of ON outcomes (id, number)",
    )
    for table in ("documents", "intents", "outcomes"):
        _never_changed(connection, table)


def step_3(connection: Connection) -> None:
    """Readings: by month with block ranges on PostgreSQL, in one table that is its own index on SQLite."""
    at = _instant(connection)
    columns = f"series BIGINT NOT NULL, at {at} NOT NULL, value DOUBLE PRECISION"
    _run(
        connection,
        f"CREATE TABLE series (number {_whole(connection)} PRIMARY KEY NOT NULL, site TEXT NOT NULL,"
        " subject TEXT NOT NULL, quantity TEXT NOT NULL, UNIQUE (site, subject, quantity))",
    )
    if connection.dialect.name == "postgresql":
        _run(
            connection,
            f"CREATE TABLE readings ({columns}, PRIMARY KEY (series, at)) PARTITION BY RANGE (at)",
            "CREATE INDEX readings_at ON readings USING brin (at)",
        )
    else:
        _run(
            connection, f"CREATE TABLE readings ({columns}, PRIMARY KEY (series, at)) WITHOUT ROWID"
        )
    _never_changed(connection, "series")


def step_4(connection: Connection) -> None:
    """Blocks: what decisions were made of, by the hash of their content."""
    binary = "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
    _run(
        connection,
        f"CREATE TABLE blocks (hash TEXT PRIMARY KEY NOT NULL, epoch BIGINT NOT NULL, content {binary} NOT NULL)",
    )
    _never_changed(connection, "blocks")


STEPS: tuple[Step, ...] = (step_1, step_2, step_3, step_4)
NEWEST = len(STEPS)


def _run(connection: Connection, *statements: str) -> None:
    for statement in statements:
        connection.exec_driver_sql(statement)


def _instant(connection: Connection) -> str:
    return "TIMESTAMP WITH TIME ZONE" if connection.dialect.name == "postgresql" else "BIGINT"


def _whole(connection: Connection) -> str:
    """The type of a key that is one whole number: on SQLite the very number of the row."""
    return "BIGINT" if connection.dialect.name == "postgresql" else "INTEGER"


def _never_changed(connection: Connection, table: str) -> None:
    """Have the database itself refuse to change or remove a row."""
    said = f"{table} are added to, never changed"
    if connection.dialect.name == "postgresql":
        _run(
            connection,
            f"CREATE FUNCTION {table}_stay() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{said}'; END $$",
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_stay()",
        )
        return
    for verb in ("UPDATE", "DELETE"):
        _run(
            connection,
            f"CREATE TRIGGER {table}_stay_{verb.lower()} BEFORE {verb} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{said}'); END",
        )
