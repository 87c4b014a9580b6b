"""The tables of the newest version, as queries see them; `migrations.py` makes them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Float, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TIMESTAMP, TypeDecorator, TypeEngine

METADATA = MetaData()
EPOCH_ZERO = datetime(1970, 1, 1, tzinfo=UTC)


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC to the microsecond: a time with zone on PostgreSQL, microseconds since 1970 on SQLite."""

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type on a database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | int | None:
        """As it is written. A naive instant raises ValueError."""
        if value is None or dialect.name == "postgresql":
            return value
        return microseconds(value)

    def process_result_value(
        self, value: datetime | int | None, dialect: Dialect
    ) -> datetime | None:
        """As it is read: in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return instant(value)


def microseconds(value: datetime) -> int:
    """Microseconds since 1970. Raises ValueError for an instant without zone."""
    if value.tzinfo is None:
        raise ValueError(f"{value} has no zone; stores keep aware instants")
    since = value - EPOCH_ZERO
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(us: int) -> datetime:
    """The instant so many microseconds after 1970, in UTC."""
    seconds, rest = divmod(us, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


SCHEMA_VERSIONS = Table("schema_versions", METADATA, Column("version", Integer, primary_key=True))

EPOCHS = Table(
    "epochs",
    METADATA,
    Column("epoch", BigInteger, primary_key=True),
    Column("holder", Text, nullable=False),
)

ENTRIES = Table(
    "entries",
    METADATA,
    Column("number", BigInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("text", Text, nullable=False),
    Column("hash", Text, nullable=False),
)

DOCUMENTS = Table(
    "documents",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("id", Text, primary_key=True),
    Column("version", BigInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("at", Instant, nullable=False),
    Column("value", Text, nullable=False),
)

BLOCKS = Table(
    "blocks",
    METADATA,
    Column("hash", Text, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
)

INTENTS = Table(
    "intents",
    METADATA,
    Column("epoch", BigInteger, primary_key=True),
    Column("sequence", BigInteger, primary_key=True),
    Column("id", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

OUTCOMES = Table(
    "outcomes",
    METADATA,
    Column("number", BigInteger, primary_key=True),
    Column("epoch", BigInteger, nullable=False),
    Column("id", Text, nullable=False),
    Column("fate", Text, nullable=False),
    Column("said", Text, nullable=False),
    Column("at", Instant, nullable=False),
    Column("lost_accelerator_h", Float, nullable=False),
)

SERIES = Table(
    "series",
    METADATA,
    Column("number", BigInteger, primary_key=True),
    Column("site", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("quantity", Text, nullable=False),
)

READINGS = Table(
    "readings",
    METADATA,
    Column("series", BigInteger, primary_key=True),
    Column("at", Instant, primary_key=True),
    Column("value", Float),
)
