"""Readings of older days in Parquet, one file a day and site, beside a store that keeps the newest ones.

A day is moved in three steps: written beside, renamed, then forgotten by the store; a process that ends between two of
them leaves some of a day in both, which is read once and moved again. Rows that come late join the file of their day.
"""

import errno
import os
from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote

from gridtide.finding import BadInput, Finding
from gridtide.loop.measured import KeepsReadings, Readings
from gridtide.stores.file_lock import FileLock
from gridtide.trust.record import StoreFullError

if TYPE_CHECKING:
    import polars as pl

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
KEY = ["time_utc", "subject", "quantity"]


class HoldsNewest(KeepsReadings, Protocol):
    """A store whose older days can be moved away."""

    def oldest(self) -> datetime | None:
        """The instant of the oldest reading; None where there is none."""
        ...

    def sites_in(self, start: datetime, end: datetime) -> tuple[str, ...]:
        """Sites with a reading in [start, end), by name."""
        ...

    def forget(self, site: str, start: datetime, end: datetime, rows: int) -> bool:
        """Remove the readings of a site in [start, end) if they are so many; whether it did."""
        ...


class ParquetHistory:
    """Keeps readings: the newest days in `hot`, moved ones in files under `folder` (`site=NAME/2026-03-02.parquet`)."""

    def __init__(self, hot: HoldsNewest, folder: Path) -> None:
        self._hot = hot
        self._folder = folder

    def write(self, readings: Readings) -> None:
        """Keep a batch, all of it or nothing, where the newest days are."""
        self._hot.write(readings)

    def between(self, site: str, start: datetime, end: datetime) -> Readings:
        """Readings of a site in [start, end) from both places, each once. Raises BadInput for a damaged file."""
        newest = _frame(self._hot.between(site, start, end))
        files = [path for day in _days(start, end) if (path := self._file(site, day)).is_file()]
        if not files:
            return _readings(site, newest.sort(KEY))
        import polars as pl

        inside = (pl.col("time_utc") >= start) & (pl.col("time_utc") < end)
        older = [_read(path).filter(inside) for path in files]
        return _readings(site, _once([*older, newest]))

    def move(self, before: datetime) -> int:
        """Move every day that ended by an instant into its file; how many files were written.

        Raises StoreFullError, after which the day stands where it was, NotLeadingError where another process moves.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(self._folder / ".moving", "moves readings into files")
        try:
            return self._moved(before)
        finally:
            lock.release()

    def _moved(self, before: datetime) -> int:
        written = 0
        while (oldest := self._hot.oldest()) is not None:
            day = _midnight(oldest)
            if day + DAY > before:
                break
            for site in self._hot.sites_in(day, day + DAY):
                written += self._moved_day(site, day)
        return written

    def _moved_day(self, site: str, day: datetime) -> int:
        """Write a day again until nothing came to it between reading and forgetting."""
        written = 0
        while True:
            found = self._hot.between(site, day, day + DAY)
            if len(found.at):
                path = self._file(site, day)
                older = [_read(path)] if path.is_file() else []
                _write(path, _once([*older, _frame(found)]))
                written += 1
            if self._forgotten(site, day, found):
                return written

    def _forgotten(self, site: str, day: datetime, found: Readings) -> bool:
        """Whether the store forgot a day, hour by hour: nothing else that is written waits for long."""
        edges = [day + hour * HOUR for hour in range(25)]
        at = found.at.astype(object).tolist()
        places = [bisect_left(at, edge.replace(tzinfo=None)) for edge in edges]
        hours = zip(pairwise(edges), pairwise(places), strict=True)
        return all(
            self._hot.forget(site, start, end, after - before)
            for (start, end), (before, after) in hours
            if after > before or end == edges[-1]
        )

    def _file(self, site: str, day: datetime) -> Path:
        return self._folder / f"site={quote(site, safe='')}" / f"{day:%Y-%m-%d}.parquet"


def _midnight(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _days(start: datetime, end: datetime) -> Iterator[datetime]:
    day = _midnight(start)
    while day < end:
        yield day
        day += DAY


def _frame(readings: Readings) -> "pl.DataFrame":
    import polars as pl

    return pl.DataFrame(
        {
            "time_utc": pl.Series(readings.at, dtype=pl.Datetime("us")).dt.replace_time_zone("UTC"),
            "site": pl.Series(readings.site, dtype=pl.String),
            "subject": pl.Series(readings.subject, dtype=pl.String),
            "quantity": pl.Series(readings.quantity, dtype=pl.String),
            "value": pl.Series(readings.value, dtype=pl.Float64),
        }
    )


def _readings(site: str, frame: "pl.DataFrame") -> Readings:
    return Readings(
        at=frame["time_utc"].dt.replace_time_zone(None).to_numpy(),
        site=(site,) * frame.height,
        subject=tuple(frame["subject"].to_list()),
        quantity=tuple(frame["quantity"].to_list()),
        value=frame["value"].to_numpy(),
    )


def _once(frames: "list[pl.DataFrame]") -> "pl.DataFrame":
    """All rows in order, what stands in several frames as the first of them has it."""
    import polars as pl

    return pl.concat(frames).unique(subset=KEY, keep="first", maintain_order=True).sort(KEY)


def _read(path: Path) -> "pl.DataFrame":
    import polars as pl
    from polars.exceptions import PolarsError

    try:
        return pl.read_parquet(path, use_pyarrow=False)
    except (PolarsError, OSError) as fault:
        said = str(fault).splitlines()[0]
        mend = "Restore the file from a copy; until then ask for other days."
        limit = "a Parquet file as it was written"
        raise BadInput([Finding(subject=str(path), value=said, limit=limit, mend=mend)]) from fault


def _write(path: Path, frame: "pl.DataFrame") -> None:
    """Write a file beside and put it in its place once the disk has it."""
    from polars.exceptions import PolarsError

    path.parent.mkdir(exist_ok=True)
    beside = path.with_name(f".{path.name}.part")
    try:
        with beside.open("wb") as file:
            frame.write_parquet(file)
            file.flush()
            os.fsync(file.fileno())
    except (OSError, PolarsError) as fault:
        beside.unlink(missing_ok=True)
        if isinstance(fault, PolarsError) or fault.errno in (
            errno.ENOSPC,
            errno.EFBIG,
            errno.EDQUOT,
        ):
            said = f"{path}: {fault}; the day stays in the database. Make room on its disk and move again."
            raise StoreFullError(said) from fault
        raise
    beside.replace(path)
    for folder in (path.parent, path.parent.parent):
        _through(folder)


def _through(folder: Path) -> None:
    """Have the disk know what stands in a folder."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
