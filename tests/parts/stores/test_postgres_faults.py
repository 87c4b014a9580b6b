"""What is kept in PostgreSQL survives killed writers, leaders that sleep, and a server that goes away."""

import signal
import time
from functools import partial
from pathlib import Path

import pytest
from postgres import Postgres

from gridtide.doors.cli import exit_code
from gridtide.loop.leadership import Leads
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import Database, open_database
from gridtide.stores.sql.readings import SqlReadings
from gridtide.stores.sql.schema import ENTRIES, METADATA
from gridtide.testing.readings import MIDNIGHT, readings_of, rows_of
from gridtide.testing.store_crashes import rounds_kept, said, writer
from gridtide.trust.audit import broken_link, linked
from gridtide.trust.record import NotLeadingError, StoreLostError

pytestmark = pytest.mark.parts
WAIT_S = 60
POLL_S = 0.05


def led(database: Database, lease_s: float) -> Leads:
    """The lead, as soon as whoever has it lets go or was silent for its lease."""
    end = time.monotonic() + WAIT_S
    while True:
        try:
            return take_lead(database, "the next", lease_s)
        except NotLeadingError:
            assert time.monotonic() < end
            time.sleep(POLL_S)


def rows_by_epoch(database: Database, epoch: int) -> dict[str, int]:
    """How many rows each table has of a leader."""
    with database.reading() as connection:
        return {
            name: len(connection.execute(table.select().where(table.c.epoch == epoch)).all())
            for name, table in METADATA.tables.items()
            if "epoch" in table.c
        }


def test_a_killed_writer_leaves_everything_it_said_was_kept(postgres: Postgres) -> None:
    """At whatever instant it is killed; the server lets go of its lead by itself."""
    url = postgres.fresh()
    for epoch, rounds in enumerate((0, 7), start=1):
        with writer(url) as process:
            heard = [said(process) for _ in range(rounds)]
            process.send_signal(signal.SIGKILL)
            assert process.stdout is not None
            heard += process.stdout.read().split()
        database = open_database(url)
        lead = led(database, WAIT_S)
        assert rounds_kept(database, lead.epoch - 1) >= len(heard)
        assert lead.epoch == 2 * epoch
        lead.resign()
        database.close()


def test_a_leader_that_slept_writes_nothing_after_another_leads(postgres: Postgres) -> None:
    """Paused wherever it stood, also in the middle of writing; woken, it learns it before its next write."""
    url = postgres.fresh()
    database = open_database(url)
    with writer(url) as process:
        assert said(process) == "0"
        with pytest.raises(NotLeadingError, match=r"a writer \(epoch 1\) leads and was heard"):
            take_lead(database, "the next")
        process.send_signal(signal.SIGSTOP)
        lead = led(database, lease_s=0.3)
        assert lead.epoch == 2
        before = rows_by_epoch(database, 1)
        entries = SqlEntries(database, lead)
        entries.append(linked(entries.last(), {"by": "the next"}))
        process.send_signal(signal.SIGCONT)
        assert process.stdout is not None
        told = process.stdout.read().splitlines()
        assert process.wait() == 3
    assert told[-1].startswith("not leading:")
    assert rows_by_epoch(database, 1) == before
    with database.reading() as connection:
        epochs = connection.scalars(ENTRIES.select().with_only_columns(ENTRIES.c.epoch)).all()
    assert epochs == sorted(epochs)
    assert broken_link(entries.read()) is None
    lead.renew()
    lead.resign()
    database.close()


def test_a_server_that_went_away_is_said_and_writing_goes_on_when_it_is_back(
    postgres: Postgres,
) -> None:
    """With what to look at; the same again is kept once; the leader leads on if nobody took over meanwhile."""
    url = postgres.fresh()
    database = open_database(url)
    lead = take_lead(database, "a test")
    entries, readings = SqlEntries(database, lead), SqlReadings(database, lead)
    first = linked(None, {"number": 0})
    entries.append(first)
    second = linked(first, {"number": 1})
    row = (MIDNIGHT, "a", "meter", "import_kw", 1.0)
    postgres.stop()
    try:
        for act in (
            partial(entries.append, second),
            entries.last,
            partial(readings.write, readings_of(row)),
            lead.renew,
        ):
            with pytest.raises(StoreLostError, match="Look whether the database runs"):
                act()
    finally:
        postgres.start()
    entries.append(second)
    entries.append(second)
    readings.write(readings_of(row))
    lead.renew()
    assert lead.epoch == 1
    assert entries.entries() == (first, second)
    assert rows_of(readings.between("a", MIDNIGHT, MIDNIGHT.replace(day=2))) == [row]
    lead.resign()
    database.close()


def test_a_leader_whose_session_was_lost_gives_way_to_one_that_leads_since(
    postgres: Postgres,
) -> None:
    """Its next renewal says so; one whose sessions were cut while nobody waited leads on."""
    url = postgres.fresh()
    first, second = open_database(url), open_database(url)
    lead = take_lead(first, "first")
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
    )
    name = url.rsplit("/", 1)[1]
    postgres.tell(f"{cut} AND pid <> pg_backend_pid()", name)
    lead.renew()
    assert lead.epoch == 1
    postgres.tell(f"{cut} AND pid <> pg_backend_pid()", name)
    other = led(second, WAIT_S)
    with pytest.raises(NotLeadingError, match=r"second|the next"):
        lead.renew()
    other.resign()
    for database in (first, second):
        database.close()


def test_readings_lie_in_partitions_by_month(postgres: Postgres) -> None:
    """Each found by block ranges; one that ended goes when its last reading was moved away."""
    url = postgres.fresh()
    name = url.rsplit("/", 1)[1]
    database = open_database(url)
    lead = take_lead(database, "a test")
    readings = SqlReadings(database, lead)
    days = [MIDNIGHT.replace(month=month, day=day) for month in (3, 12) for day in (1, 31)]
    readings.write(readings_of(*((day, "a", "meter", "import_kw", 1.0) for day in days)))
    parts = "SELECT inhrelid::regclass FROM pg_inherits WHERE inhparent = 'readings'::regclass ORDER BY 1"
    assert postgres.tell(parts, name).split() == ["readings_2026_03", "readings_2026_12"]
    kinds = "SELECT count(*) FROM pg_indexes WHERE tablename LIKE 'readings_2026%' AND indexdef LIKE '%brin%'"
    assert postgres.tell(kinds, name) == "2"
    assert readings.forget("a", days[0], days[0].replace(month=4), 2)
    assert postgres.tell(parts, name).split() == ["readings_2026_12"]
    lead.resign()
    database.close()


def test_a_password_is_never_shown(postgres: Postgres) -> None:
    """Not when the server cannot be reached either."""
    with pytest.raises(StoreLostError) as refused:
        open_database("postgresql://gridtide:secret@127.0.0.1:1/none")
    assert "secret" not in str(refused.value)
    assert "***" in str(refused.value)


def test_a_service_moves_from_sqlite_to_postgresql(postgres: Postgres, tmp_path: Path) -> None:
    """By one command; every row is there, and the chain goes on."""
    url = postgres.fresh()
    with writer(f"sqlite:///{tmp_path / 'gridtide.db'}") as process:
        assert said(process) == "0"
        process.kill()
    assert exit_code(["store", "copy", str(tmp_path / "gridtide.db"), url]) == 0
    database = open_database(url)
    assert rounds_kept(database, 1) >= 1
    lead = take_lead(database, "goes on")
    assert lead.epoch == 3
    entries = SqlEntries(database, lead)
    entries.append(linked(entries.last(), {"round": "after copying"}))
    assert broken_link(entries.read()) is None
    lead.resign()
    database.close()
