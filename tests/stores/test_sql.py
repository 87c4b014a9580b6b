"""Everything kept in SQLite keeps what it promises, through crashes, full disks and damage."""

import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import event

from gridtide.finding import BadInput
from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import history_of, is_database, open_database, open_to_read
from gridtide.stores.sql.readings import SqlReadings
from gridtide.testing.databases import DatabasePromises
from gridtide.testing.intents import NOON, intent_of
from gridtide.testing.readings import readings_of
from gridtide.testing.sql_keepers import (
    SqlBlocksPromises,
    SqlDocumentsPromises,
    SqlEntriesPromises,
    SqlIntentsPromises,
    SqlReadingsPromises,
)
from gridtide.testing.store_crashes import rounds_kept, said, writer
from gridtide.trust.audit import broken_link, linked
from gridtide.trust.record import NotLeadingError, StoreFullError, StoreLostError


class OnSqlite:
    """A file of its own for every test."""

    path: Path

    @pytest.fixture(autouse=True)
    def _in_a_file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "gridtide.db"

    def address(self) -> str:
        """Where it is."""
        return f"sqlite:///{self.path}"


class TestSqlEntries(OnSqlite, SqlEntriesPromises):
    """The audit chain of a service."""


class TestSqlDocuments(OnSqlite, SqlDocumentsPromises):
    """Documents of a service."""


class TestSqlBlocks(OnSqlite, SqlBlocksPromises):
    """Blocks of a service."""


class TestSqlIntents(OnSqlite, SqlIntentsPromises):
    """Intents of a service."""


class TestSqlReadings(OnSqlite, SqlReadingsPromises):
    """Readings of a service."""


class TestSqliteDatabase(OnSqlite, DatabasePromises):
    """The schema on SQLite."""


def test_a_killed_writer_leaves_everything_it_said_was_kept(tmp_path: Path) -> None:
    """At whatever instant it is killed: nothing lost, nothing half, the chain whole; the next one leads at once."""
    where = f"sqlite:///{tmp_path / 'gridtide.db'}"
    for epoch, rounds in enumerate((0, 3, 11), start=1):
        with writer(where) as process:
            heard = [said(process) for _ in range(rounds)]
            process.send_signal(signal.SIGKILL)
            assert process.stdout is not None
            heard += process.stdout.read().split()
        database = open_database(where)
        assert rounds_kept(database, epoch) >= len(heard)
        database.close()


def test_a_second_service_is_told_which_process_leads(tmp_path: Path) -> None:
    """While it lives, also when it is paused; a killed one leaves nothing behind."""
    where = f"sqlite:///{tmp_path / 'gridtide.db'}"
    with writer(where) as process:
        process.send_signal(signal.SIGSTOP)
        database = open_to_read(where)
        with pytest.raises(
            NotLeadingError, match=rf"process {process.pid} \(a writer\).*Stop that"
        ):
            take_lead(database, "second")
        process.kill()
        process.wait()
        lead = take_lead(database, "second")
        assert lead.epoch == 2
        lead.resign()
        database.close()


FORKS = """
import os, signal, sys
from pathlib import Path
from gridtide.stores.file_lock import FileLock
first = FileLock(Path(sys.argv[1]), "parent")
told, telling = os.pipe()
child = os.fork()
if child == 0:
    os.write(telling, b"1")
    signal.pause()
os.read(told, 1)
try:
    first.release()
    FileLock(Path(sys.argv[1]), "again")
    print("parent")
finally:
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
"""


def test_a_worker_that_outlives_its_service_holds_no_lock(tmp_path: Path) -> None:
    """A child of fork lets go of what its parent held."""
    words = [sys.executable, "-c", FORKS, str(tmp_path / "lock")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "parent" in done.stdout


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path: Path) -> None:
    """Every kind of writing is refused with what to do, and goes on when there is room again."""
    database = open_database(tmp_path / "gridtide.db")
    lead = take_lead(database, "a test")
    entries, readings = SqlEntries(database, lead), SqlReadings(database, lead)
    entries.append(linked(None, {"number": 0}))
    before = entries.entries()
    big = {"text": "x" * 100_000}

    def no_room(connection: sqlite3.Connection, _record: object) -> None:
        (pages,) = connection.execute("PRAGMA page_count").fetchone()
        connection.execute(f"PRAGMA max_page_count = {pages}")

    database.engine.dispose()
    event.listen(database.engine, "connect", no_room)
    entry = linked(entries.last(), big)
    rows = [(NOON, "a", f"meter {number}", "import_kw", 1.0) for number in range(3000)]
    for write in (
        lambda: entries.append(entry),
        lambda: SqlDocuments(database, lead).keep("proposal", "p", NOON, big),
        lambda: SqlIntents(database, lead).intend(
            [intent_of(f"{number:0900}") for number in range(50)]
        ),
        lambda: readings.write(readings_of(*rows)),
    ):
        with pytest.raises(StoreFullError, match=r"nothing of this was kept\. Make room"):
            write()
    assert entries.entries() == before
    assert SqlIntents(database).unsettled() == ()
    assert readings.oldest() is None
    database.engine.dispose()
    event.remove(database.engine, "connect", no_room)
    entries.append(entry)
    readings.write(readings_of(*rows))
    assert len(readings.between("a", NOON, NOON.replace(year=2027)).at) == 3000
    assert broken_link(entries.read()) is None
    lead.resign()
    database.close()


BIG_ENTRIES = """
import resource, sys
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database
from gridtide.trust.audit import linked
database = open_database(sys.argv[1])
entries = SqlEntries(database, take_lead(database, "a test"))
hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, hard))
kept = 0
try:
    while True:
        entries.append(linked(entries.last(), {"number": kept, "text": "x" * 20_000}))
        kept += 1
except OSError as fault:
    print(type(fault).__name__, kept)
assert len(entries.entries()) == kept
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
entries.append(linked(entries.last(), {"number": kept}))
"""


def test_a_disk_that_takes_no_more_keeps_what_it_took(tmp_path: Path) -> None:
    """The system itself refuses to let the file grow: what was said to be kept is there, and writing goes on."""
    where = tmp_path / "gridtide.db"
    words = [sys.executable, "-c", BIG_ENTRIES, str(where)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    name, kept = done.stdout.split()
    assert name in {StoreFullError.__name__, StoreLostError.__name__}
    entries = SqlEntries(open_to_read(where)).entries()
    assert len(entries) == int(kept) + 1 > 1
    assert broken_link(entries) is None


@pytest.mark.parametrize("place", [0, 1])
def test_a_damaged_file_is_refused_with_what_to_do(tmp_path: Path, place: int) -> None:
    """Whether its head or a page in its middle cannot be read."""
    where = tmp_path / "gridtide.db"
    database = open_database(where)
    lead = take_lead(database, "a test")
    entries = SqlEntries(database, lead)
    for number in range(60):
        entries.append(linked(entries.last(), {"number": number, "text": "x" * 1000}))
    lead.resign()
    database.close()
    content = bytearray(where.read_bytes())
    pages = range(2, len(content) // 4096) if place else [0]
    for page in pages:
        content[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    where.write_bytes(content)
    for opened in (open_database, open_to_read):
        with pytest.raises(BadInput, match=r"gridtide\.db.*restore a copy"):
            opened(where)


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("mysql://u:secret@h/d", "postgresql\\+psycopg"),
        ("postgresql://u:secret@h", "postgresql\\+psycopg"),
        ("sqlite://", "sqlite:///path"),
        ("sqlite:///nowhere/at/all.db", "is no folder"),
        ("http://[", "sqlite:///path"),
    ],
)
def test_an_address_that_is_none_is_refused(where: str, said: str) -> None:
    """With what would be one, and never with a password."""
    with pytest.raises(BadInput, match=said) as refused:
        open_database(where)
    assert "secret" not in str(refused.value)


def test_who_reads_is_told_that_nothing_is_there(tmp_path: Path) -> None:
    """And nothing is made by asking."""
    with pytest.raises(BadInput, match="is not there"):
        open_to_read(tmp_path / "gridtide.db")
    assert list(tmp_path.iterdir()) == []


def test_a_database_is_told_from_other_files(tmp_path: Path) -> None:
    """By its address or its first bytes."""
    where = tmp_path / "kept"
    assert not is_database(str(where))
    open_database(where).close()
    (tmp_path / "audit.jsonl").write_text("{}")
    assert is_database(str(where))
    assert is_database("postgresql://somewhere/x")
    assert not is_database(str(tmp_path / "audit.jsonl"))


@pytest.mark.parametrize(
    ("store", "folder"),
    [
        ("kept/gridtide.db", "kept/gridtide.db.readings"),
        ("sqlite:///kept/gridtide.db", "kept/gridtide.db.readings"),
        ("postgresql://me:secret@host/rooms", "cases/my.toml.readings"),
        ("postgresql+psycopg://me@host/rooms", "cases/my.toml.readings"),
    ],
)
def test_readings_of_past_days_lie_in_a_folder_that_no_address_names(
    store: str, folder: str
) -> None:
    """Next to the file of a database, or the case: never in one that is called like an address with its password."""
    assert history_of(store, Path("cases/my.toml")) == Path(folder)
