"""Readings in a database: a row each, named by the number of their series, the newest days only."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    cast,
    extract,
    func,
    select,
    text,
    type_coerce,
)

from gridtide.finding import Finding, refuse_if_any
from gridtide.loop.leadership import Leads
from gridtide.loop.measured import Readings
from gridtide.stores.sql.opening import Database
from gridtide.stores.sql.schema import READINGS, SERIES
from gridtide.trust.names import unkeepable

Name = tuple[str, str, str]
INTO_SQLITE = "INSERT OR IGNORE INTO readings (series, at, value) VALUES (?, ?, ?)"
INTO_POSTGRES = (
    "INSERT INTO readings (series, at, value)"
    " SELECT * FROM unnest(%s::bigint[], %s::timestamptz[], %s::float8[]) ON CONFLICT DO NOTHING"
)


class SqlReadings:
    """Keeps readings. lead: of who writes; None for one who only reads."""

    def __init__(self, database: Database, lead: Leads | None = None) -> None:
        self._database = database
        self._lead = lead
        self._numbers: dict[Name, int] = {}
        self._months: set[datetime] = set()
        self._one_at_a_time = threading.Lock()

    def write(self, readings: Readings) -> None:
        """Keep a batch, all of it or nothing; on the disk when this returns."""
        names = list(zip(readings.site, readings.subject, readings.quantity, strict=True))
        _refuse_unkeepable(readings, set(names))
        if not names:
            return
        with self._one_at_a_time:
            with self._database.writing(self._lead) as connection:
                new = _numbered(connection, sorted(set(names) - self._numbers.keys()))
                numbers = self._numbers | new
                months = set() if self._database.path else set(_months(readings.at)) - self._months
                for month in sorted(months):
                    make_partition(connection, month)
                _insert(connection, readings, [numbers[name] for name in names])
            self._numbers = numbers
            self._months |= months

    def between(self, site: str, start: datetime, end: datetime) -> Readings:
        """Readings of a site in [start, end), by instant, subject and quantity."""
        with self._database.reading() as connection:
            series = connection.execute(select(SERIES).where(SERIES.c.site == site)).all()
            query = (
                select(READINGS.c.series, _microseconds(connection), READINGS.c.value)
                .join(SERIES, SERIES.c.number == READINGS.c.series)
                .where(SERIES.c.site == site, READINGS.c.at >= start, READINGS.c.at < end)
            )
            rows = connection.execute(query).all()
        ordered = sorted(series, key=lambda one: (one.subject, one.quantity))
        place = {one.number: number for number, one in enumerate(ordered)}
        places = np.array([place[row[0]] for row in rows], dtype=np.int64)
        at_us = np.array([row[1] for row in rows], dtype=np.int64)
        value = np.array([row[2] for row in rows], dtype=np.float64)
        by = np.lexsort((places, at_us))
        return Readings(
            at=at_us[by].astype("datetime64[us]"),
            site=(site,) * len(by),
            subject=tuple(ordered[number].subject for number in places[by]),
            quantity=tuple(ordered[number].quantity for number in places[by]),
            value=value[by],
        )

    def oldest(self) -> datetime | None:
        """The instant of the oldest reading; None where there is none."""
        of_one = select(func.min(READINGS.c.at)).where(READINGS.c.series == SERIES.c.number)
        with self._database.reading() as connection:
            oldest: datetime | None = connection.scalar(select(func.min(of_one.scalar_subquery())))
            return oldest

    def sites_in(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Sites with a reading in [start, end), by name."""
        inside = select(READINGS.c.at).where(
            READINGS.c.series == SERIES.c.number, READINGS.c.at >= start, READINGS.c.at < end
        )
        with self._database.reading() as connection:
            found = connection.scalars(select(SERIES.c.site).where(inside.exists()).distinct())
            return tuple(sorted(found))

    def forget(self, site: str, start: datetime, end: datetime, rows: int) -> bool:
        """Remove the readings of a site in [start, end) if they are so many, all of them or none; whether it did."""
        of_site = select(SERIES.c.number).where(SERIES.c.site == site)
        inside = READINGS.c.series.in_(of_site) & (READINGS.c.at >= start) & (READINGS.c.at < end)
        with self._one_at_a_time, self._database.writing(self._lead) as connection:
            if connection.scalar(select(func.count()).select_from(READINGS).where(inside)) != rows:
                return False
            connection.execute(READINGS.delete().where(inside))
            if self._database.path is None and end == month_of(end):
                self._drop_if_empty(connection, month_of(start))
        return True

    def _drop_if_empty(self, connection: Connection, month: datetime) -> None:
        """Let go of a partition that ended and holds nothing any more."""
        name = f"readings_{month:%Y_%m}"
        if connection.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first() is None:
            connection.execute(text(f"DROP TABLE {name}"))
            self._months.discard(month)


def _refuse_unkeepable(readings: Readings, names: set[Name]) -> None:
    parts = sorted({part for name in names for part in name})
    unbounded = sorted({readings.quantity[row] for row in np.flatnonzero(np.isinf(readings.value))})
    refuse_if_any(
        [
            *unkeepable("site, subject or quantity of a reading", parts),
            *(
                Finding(
                    subject=f"a reading of {quantity}",
                    value="without bound",
                    limit="a finite number, or NaN where it is unknown",
                    mend="Mark what is not known as unknown where it is read.",
                )
                for quantity in unbounded
            ),
            *([_no_instant()] if np.isnat(readings.at).any() else []),
        ]
    )


def _no_instant() -> Finding:
    return Finding(
        subject="a reading",
        value="without an instant",
        limit="an instant in UTC",
        mend="Leave out what nobody knows the time of.",
    )


def _numbered(connection: Connection, names: list[Name]) -> dict[Name, int]:
    """Numbers of series, those that are new given the next ones."""
    if not names:
        return {}
    known = {
        (one.site, one.subject, one.quantity): one.number
        for one in connection.execute(select(SERIES))
    }
    first = 1 + max(known.values(), default=0)
    new = [name for name in names if name not in known]
    rows = [
        {"number": first + place, "site": name[0], "subject": name[1], "quantity": name[2]}
        for place, name in enumerate(new)
    ]
    if rows:
        connection.execute(SERIES.insert(), rows)
    return known | {name: first + place for place, name in enumerate(new)}


def _insert(connection: Connection, readings: Readings, numbers: list[int]) -> None:
    values: list[float | None] = [None if one != one else one for one in readings.value.tolist()]
    if connection.dialect.name == "postgresql":
        columns = (numbers, readings.at.astype(object).tolist(), values)
        connection.exec_driver_sql(INTO_POSTGRES, columns)
        return
    rows = list(zip(numbers, readings.at.astype(np.int64).tolist(), values, strict=True))
    connection.exec_driver_sql(INTO_SQLITE, rows)


def _microseconds(connection: Connection) -> ColumnElement[Any]:
    if connection.dialect.name == "postgresql":
        return cast(extract("epoch", READINGS.c.at) * 1_000_000, BigInteger)
    return type_coerce(READINGS.c.at, BigInteger)


def _months(at: NDArray[np.datetime64]) -> Iterator[datetime]:
    """The months that hold some instants, each by its begin."""
    for month in np.unique(at.astype("datetime64[M]")):
        yield month.astype("datetime64[us]").item().replace(tzinfo=UTC)


def month_of(at: datetime) -> datetime:
    """The begin of the month of an instant, in UTC."""
    return at.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def make_partition(connection: Connection, month: datetime) -> None:
    """Make the part of the table on PostgreSQL that holds a month, unless it is there."""
    after = month_of(month + timedelta(days=32))
    connection.exec_driver_sql(
        f"CREATE TABLE IF NOT EXISTS readings_{month:%Y_%m} PARTITION OF readings"
        f" FOR VALUES FROM ('{month.isoformat()}') TO ('{after.isoformat()}')"
    )
