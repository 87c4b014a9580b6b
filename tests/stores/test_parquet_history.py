"""Readings of older days lie in files; nothing is lost or doubled, whenever the moving ends."""

import errno
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest

from gridtide.finding import BadInput
from gridtide.loop.leadership import Leads
from gridtide.loop.measured import KeepsReadings
from gridtide.stores.file_lock import FileLock
from gridtide.stores.parquet_history import ParquetHistory
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import Database, open_database
from gridtide.stores.sql.readings import SqlReadings
from gridtide.testing.readings import MIDNIGHT, ReadingPromises, Row, readings_of, rows_of
from gridtide.trust.record import NotLeadingError, StoreFullError

DAY = timedelta(days=1)
ALWAYS = (MIDNIGHT - DAY, MIDNIGHT + 400 * DAY)


def rows_over(days: int, site: str, each: int = 3) -> list[Row]:
    """Readings at the begin of days, and through them."""
    return [
        (MIDNIGHT + day * DAY + DAY * number / each, site, "meter", "import_kw", day + number / 8)
        for day in range(days)
        for number in range(each)
    ]


class Kept:
    """A database with a leader, and the files beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.open()

    def open(self) -> None:
        self.database: Database = open_database(self.folder / "gridtide.db")
        self.lead: Leads = take_lead(self.database, "a test")
        self.hot = SqlReadings(self.database, self.lead)
        self.history = ParquetHistory(self.hot, self.folder / "history")

    def close(self) -> None:
        self.lead.resign()
        self.database.close()

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.folder)) for path in self.folder.rglob("*.parquet"))


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    """An empty one."""
    found = Kept(tmp_path)
    yield found
    found.close()


class Moving(ParquetHistory):
    """A history that moves all it can after every batch."""

    def write(self, readings: object) -> None:
        super().write(readings)  # type: ignore[arg-type]
        self.move(MIDNIGHT + 3 * DAY)


class TestParquetHistory(ReadingPromises):
    """The history of a service, part of it moved."""

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, kept: Kept) -> None:
        self.kept = kept

    def new_readings(self) -> KeepsReadings:
        return Moving(self.kept.hot, self.kept.folder / "history")

    def reopened(self, readings: KeepsReadings) -> KeepsReadings:
        self.kept.close()
        self.kept.open()
        return ParquetHistory(self.kept.hot, self.kept.folder / "history")


def test_whole_days_are_moved_a_file_a_day_and_site(kept: Kept) -> None:
    """Those that ended by then; anybody can read the files, and the database holds the rest alone."""
    rows = {site: rows_over(3, site) for site in ("a", "../乙")}
    kept.history.write(readings_of(*rows["a"], *rows["../乙"]))
    assert kept.history.move(MIDNIGHT + 2 * DAY + timedelta(hours=23)) == 4
    assert kept.files() == [
        f"history/site={site}/2026-03-0{day}.parquet"
        for site in ("..%2F%E4%B9%99", "a")
        for day in (1, 2)
    ]
    frame = pl.read_parquet(kept.folder / "history" / "site=a" / "2026-03-01.parquet")
    assert frame.columns == ["time_utc", "site", "subject", "quantity", "value"]
    assert kept.hot.oldest() == MIDNIGHT + 2 * DAY
    for site, wanted in rows.items():
        assert rows_of(kept.history.between(site, *ALWAYS)) == wanted
    assert kept.history.move(MIDNIGHT + 2 * DAY) == 0


def test_late_readings_join_the_file_of_their_day(kept: Kept) -> None:
    """Each once, what was first kept standing."""
    kept.history.write(readings_of(*rows_over(1, "a")))
    kept.history.move(MIDNIGHT + DAY)
    late: Row = (MIDNIGHT + timedelta(hours=1), "a", "meter", "import_kw", 9.0)
    again: Row = (MIDNIGHT, "a", "meter", "import_kw", 9.0)
    kept.history.write(readings_of(late, again))
    wanted = sorted([*rows_over(1, "a"), late])
    assert rows_of(kept.history.between("a", *ALWAYS)) == wanted
    assert kept.history.move(MIDNIGHT + DAY) == 1
    assert kept.hot.oldest() is None
    assert rows_of(kept.history.between("a", *ALWAYS)) == wanted


@pytest.mark.parametrize("step", ["replace", "forget"])
def test_a_moving_that_ends_between_two_steps_loses_and_doubles_nothing(
    kept: Kept, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before the file is in its place, and before the database has forgotten; the next moving goes on."""

    def ends(*_: object) -> None:
        raise KeyboardInterrupt

    kept.history.write(readings_of(*rows_over(2, "a")))
    with monkeypatch.context() as patch:
        patch.setattr(Path if step == "replace" else SqlReadings, step, ends)
        with pytest.raises(KeyboardInterrupt):
            kept.history.move(MIDNIGHT + 2 * DAY)
    assert rows_of(kept.history.between("a", *ALWAYS)) == rows_over(2, "a")
    assert kept.history.move(MIDNIGHT + 2 * DAY) == 2
    assert kept.hot.oldest() is None
    assert rows_of(kept.history.between("a", *ALWAYS)) == rows_over(2, "a")


def test_readings_that_come_while_their_day_is_moved_are_not_lost(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database forgets only what is in the file: the day is moved again."""
    late: Row = (MIDNIGHT + timedelta(minutes=1), "a", "meter", "import_kw", 9.0)
    still_to_come = [late]
    forget = SqlReadings.forget

    def after_a_late_one(self: SqlReadings, *words: object) -> bool:
        while still_to_come:
            self.write(readings_of(still_to_come.pop()))
        return forget(self, *words)  # type: ignore[arg-type]

    kept.history.write(readings_of(*rows_over(1, "a")))
    monkeypatch.setattr(SqlReadings, "forget", after_a_late_one)
    assert kept.history.move(MIDNIGHT + DAY) == 2
    assert rows_of(kept.history.between("a", *ALWAYS)) == sorted([*rows_over(1, "a"), late])


MOVES = """
import sys
from datetime import timedelta
from pathlib import Path
from gridtide.stores.parquet_history import ParquetHistory
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database
from gridtide.stores.sql.readings import SqlReadings
from gridtide.testing.readings import MIDNIGHT
folder = Path(sys.argv[1])
database = open_database(folder / "gridtide.db")
history = ParquetHistory(SqlReadings(database, take_lead(database, "moving")), folder / "history")
print("moves", flush=True)
history.move(MIDNIGHT + timedelta(days=400))
"""


def test_a_killed_moving_loses_and_doubles_nothing(kept: Kept) -> None:
    """A real process, killed at two instants, moved to the end by the last."""
    wanted = {site: rows_over(8, site, each=40) for site in "ab"}
    for rows in wanted.values():
        kept.history.write(readings_of(*rows))
    kept.close()
    for after_s in (0.01, 0.1, None):
        words = [sys.executable, "-c", MOVES, str(kept.folder)]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "moves\n"
            if after_s is not None:
                time.sleep(after_s)
                process.send_signal(signal.SIGKILL)
        assert after_s is not None or process.returncode == 0
        kept.open()
        for site, rows in wanted.items():
            assert rows_of(kept.history.between(site, *ALWAYS)) == rows
        kept.close()
    kept.open()
    assert kept.hot.oldest() is None


def test_one_process_moves_at_a_time(kept: Kept) -> None:
    """Another is told so; the days stay where they are."""
    kept.history.write(readings_of(*rows_over(1, "a")))
    kept.history.move(MIDNIGHT)
    lock = FileLock(kept.folder / "history" / ".moving", "another")
    with pytest.raises(NotLeadingError, match="another"):
        kept.history.move(MIDNIGHT + DAY)
    lock.release()
    assert kept.history.move(MIDNIGHT + DAY) == 1


def test_a_full_disk_leaves_the_day_in_the_database(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Said with the next step, and no half of a file beside."""

    def full(file: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    kept.history.write(readings_of(*rows_over(1, "a")))
    with monkeypatch.context() as patch:
        patch.setattr("gridtide.stores.parquet_history.os.fsync", full)
        with pytest.raises(StoreFullError, match="stays in the database"):
            kept.history.move(MIDNIGHT + DAY)
    assert [path.name for path in (kept.folder / "history").rglob("*") if path.is_file()] == [
        ".moving"
    ]
    assert kept.history.move(MIDNIGHT + DAY) == 1


def test_a_damaged_file_is_named_and_never_written_over(kept: Kept) -> None:
    """Other days can be read; late readings stay in the database until the file is whole again."""
    kept.history.write(readings_of(*rows_over(2, "a")))
    kept.history.move(MIDNIGHT + 2 * DAY)
    broken = kept.folder / "history" / "site=a" / "2026-03-01.parquet"
    broken.write_bytes(broken.read_bytes()[:-40])
    with pytest.raises(BadInput, match=r"2026-03-01.*Restore"):
        kept.history.between("a", *ALWAYS)
    assert rows_of(kept.history.between("a", MIDNIGHT + DAY, ALWAYS[1])) == rows_over(2, "a")[3:]
    late: Row = (MIDNIGHT + timedelta(minutes=1), "a", "meter", "import_kw", 9.0)
    kept.history.write(readings_of(late))
    with pytest.raises(BadInput, match="2026-03-01"):
        kept.history.move(MIDNIGHT + 2 * DAY)
    assert kept.hot.oldest() == late[0]
