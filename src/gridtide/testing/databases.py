"""What the schema, its guards and its leaders promise on every database; `tests` inherit this class for each."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import MetaData, Table, inspect, select
from sqlalchemy.exc import DBAPIError

from gridtide.finding import BadInput
from gridtide.fleet.ticket import Fate
from gridtide.loop.leadership import Leads
from gridtide.stores.sql.blocks import SqlBlocks
from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.migrations import NEWEST, STEPS
from gridtide.stores.sql.moving import copy_database
from gridtide.stores.sql.opening import Database, open_database, open_to_read, reached
from gridtide.stores.sql.readings import SqlReadings
from gridtide.stores.sql.schema import EPOCHS, METADATA, SCHEMA_VERSIONS
from gridtide.stores.sql.service import open_for_service
from gridtide.testing.intents import intent_of, outcome_of
from gridtide.testing.readings import MIDNIGHT, Row, readings_of
from gridtide.trust.audit import linked
from gridtide.trust.blocks import hash_of
from gridtide.trust.record import NotLeadingError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ADDED_TO = ("epochs", "entries", "documents", "intents", "outcomes", "series", "blocks")


class DatabasePromises:
    """Give `address()`: of an empty database that lasts as long as the test."""

    def address(self) -> str:
        """A path or URL; the same one however often it is asked."""
        raise NotImplementedError("return the address of an empty database of the kind under test")

    @pytest.mark.parametrize("version", range(1, NEWEST + 1))
    def test_an_older_database_comes_up_with_every_row(self, version: int) -> None:
        """Whatever version wrote it: rows are what they were, and the newest program goes on with it."""
        older = _at_version(self.address(), version)
        written = _some_rows(older, version)
        older.close()
        database = open_database(self.address())
        with database.reading() as connection:
            found = {
                table: connection.execute(_of(database, table).select()).all() for table in written
            }
        assert found == written
        lead = take_lead(database, "the newest")
        entries = SqlEntries(database, lead)
        entries.append(linked(entries.last(), {"number": 1}))
        assert len(entries.entries()) == 2
        _close(database, lead)

    def test_steps_make_the_tables_that_queries_see(self) -> None:
        """Every table with the very columns, and no other table."""
        database = open_database(self.address())
        with database.reading() as connection:
            seen = inspect(connection)
            made = {
                name: [column["name"] for column in seen.get_columns(name)]
                for name in seen.get_table_names()
            }
            wanted = {
                name: [column.name for column in table.columns]
                for name, table in METADATA.tables.items()
            }
        assert {name: made[name] for name in wanted} == wanted
        assert all(name in wanted or name.startswith("readings_") for name in made)
        database.close()

    def test_opening_twice_changes_nothing(self) -> None:
        """Each step is taken once."""
        for _ in range(2):
            database = open_database(self.address())
            with database.reading() as connection:
                steps = connection.scalars(select(SCHEMA_VERSIONS.c.version)).all()
            database.close()
        assert sorted(steps) == list(range(1, NEWEST + 1))

    def test_a_database_newer_than_the_program_is_refused(self) -> None:
        """With both versions and the next step; nothing in it is touched."""
        database = open_database(self.address())
        with database.changing() as connection:
            connection.execute(SCHEMA_VERSIONS.insert().values(version=NEWEST + 1))
        database.close()
        for opened in (open_database, open_to_read):
            with pytest.raises(BadInput, match=f"version {NEWEST + 1}.*knows {NEWEST}.*newer one"):
                opened(self.address())

    def test_who_only_reads_makes_and_changes_nothing(self) -> None:
        """A database that is of an older version is named, not brought up; the newest can be read, not written."""
        _at_version(self.address(), 1).close()
        with pytest.raises(BadInput, match=r"version 1.*Start the service"):
            open_to_read(self.address())
        open_database(self.address()).close()
        database = open_to_read(self.address())
        assert SqlEntries(database).entries() == ()
        with pytest.raises(NotLeadingError, match="opened to be read"):
            SqlEntries(database).append(linked(None, {"a": 1}))
        database.close()

    @pytest.mark.parametrize("table", ADDED_TO)
    def test_the_database_itself_refuses_to_change_a_row(self, table: str) -> None:
        """Neither a mistake of ours nor a hand at the console changes or removes what was written."""
        database = open_database(self.address())
        lead = _filled(database)
        before = _all_rows(database, table)
        assert before
        name = next(iter(METADATA.tables[table].columns)).name
        for statement in (f"UPDATE {table} SET {name} = {name}", f"DELETE FROM {table}"):
            with (
                pytest.raises(DBAPIError, match="never changed"),
                database.engine.begin() as connection,
            ):
                connection.exec_driver_sql(statement)
        assert _all_rows(database, table) == before
        _close(database, lead)

    def test_one_leads_at_a_time_and_each_has_a_higher_epoch(self) -> None:
        """The second is told who leads; when the first has resigned it leads."""
        database = open_database(self.address())
        first = take_lead(database, "first on host 甲")
        with pytest.raises(NotLeadingError, match="first on host 甲"):
            take_lead(database, "second")
        first.renew()
        assert first.epoch == 1
        first.resign()
        second = take_lead(database, "second")
        assert second.epoch == 2
        for act in (lambda: first.epoch, first.renew):
            with pytest.raises(NotLeadingError, match="resigned"):
                act()
        _close(database, second)

    def test_nothing_is_written_with_an_older_epoch(self) -> None:
        """However a newer leader came to be: no entry, document, block, intent, outcome or reading is taken."""
        database = open_database(self.address())
        lead = _filled(database)
        before = {table: _all_rows(database, table) for table in METADATA.tables}
        with database.changing() as connection:
            connection.execute(EPOCHS.insert().values(epoch=lead.epoch + 1, holder="another"))
        entries = SqlEntries(database, lead)
        readings = SqlReadings(database, lead)
        for write in (
            lambda: entries.append(linked(entries.last(), {"late": True})),
            lambda: SqlDocuments(database, lead).keep("autonomy", "fleet", NOON, {"mode": "act"}),
            lambda: SqlIntents(database, lead).intend([intent_of("late")]),
            lambda: SqlIntents(database, lead).came([outcome_of("a", Fate.FAILED)]),
            lambda: SqlBlocks(database, lead).keep({hash_of(b"b"): b"b"}),
            lambda: readings.write(readings_of((NOON, "b", "meter", "import_kw", 1.0))),
            lambda: readings.forget("a", MIDNIGHT, NOON, 1),
            lead.renew,
        ):
            with pytest.raises(NotLeadingError, match=f"epoch {lead.epoch + 1} leads"):
                write()
        after = {table: _all_rows(database, table) for table in METADATA.tables}
        before.pop("epochs"), after.pop("epochs")
        assert after == before
        database.close()

    def test_an_entry_that_does_not_follow_is_refused(self) -> None:
        """Two threads that link to the same entry do not break the chain: the later of them is told."""
        database = open_database(self.address())
        lead = take_lead(database, "a test")
        entries = SqlEntries(database, lead)
        one, other = (linked(None, {"number": number}) for number in range(2))
        entries.append(one)
        with pytest.raises(ValueError, match="does not follow"):
            entries.append(other)
        entries.append(one)
        assert entries.entries() == (one,)
        _close(database, lead)

    def test_readings_are_forgotten_all_or_none(self) -> None:
        """Only where they are exactly those that were counted, of one site and time."""
        database = open_database(self.address())
        lead = take_lead(database, "a test")
        readings = SqlReadings(database, lead)
        rows: list[Row] = [
            (MIDNIGHT.replace(day=day), site, "meter", "import_kw", 1.0)
            for day in (1, 31)
            for site in "ab"
        ]
        readings.write(readings_of(*rows))
        end = MIDNIGHT.replace(month=4)
        assert readings.oldest() == MIDNIGHT
        assert readings.sites_in(MIDNIGHT, MIDNIGHT.replace(day=2)) == ("a", "b")
        assert not readings.forget("a", MIDNIGHT, end, 1)
        assert readings.forget("a", MIDNIGHT, end, 2)
        assert readings.forget("b", MIDNIGHT, end, 2)
        assert readings.oldest() is None
        assert readings.sites_in(MIDNIGHT, end) == ()
        readings.write(readings_of((MIDNIGHT, "a", "meter", "import_kw", 1.0)))
        assert readings.oldest() == MIDNIGHT
        _close(database, lead)

    def test_everything_is_copied_to_sqlite_and_back(self, tmp_path: Path) -> None:
        """Every row of every table, whichever database it comes from; a target that was led before is refused."""
        first, second = open_database(self.address()), open_database(tmp_path / "copy.db")
        _filled(first).resign()
        rows = copy_database(first, second)
        third = open_database(tmp_path / "back.db")
        assert rows["readings"] == rows["entries"] == 1
        for table in set(METADATA.tables) - {"epochs"}:
            assert _all_rows(second, table) == _all_rows(first, table)
        with pytest.raises(BadInput, match="empty database to copy into"):
            copy_database(second, first)
        copy_database(second, third)
        lead = take_lead(third, "goes on")
        assert lead.epoch == 5, "one of the service, one of each copying, one now"
        SqlEntries(third, lead).append(linked(SqlEntries(third).last(), {"after": "copying"}))
        for database in (first, second, third):
            database.close()

    def test_a_service_opens_everything_at_once_or_nothing(self, tmp_path: Path) -> None:
        """What one wrote the next one reads; a second one is refused while the first runs."""
        stores = open_for_service(self.address(), "first", tmp_path)
        with pytest.raises(NotLeadingError, match="first"):
            open_for_service(self.address(), "second", tmp_path)
        stores.entries.append(linked(None, {"a": 1}))
        stores.documents.keep("autonomy", "fleet", NOON, {"mode": "advise"})
        stores.intents.intend([intent_of("a")])
        stores.readings.write(readings_of((MIDNIGHT, "a", "meter", "import_kw", 1.0)))
        stores.readings.move(NOON)
        stores.close()
        again = open_for_service(self.address(), "second", tmp_path)
        assert len(again.entries.entries()) == len(again.intents.unsettled()) == 1
        assert again.documents.newest("autonomy", "fleet") is not None
        assert len(again.readings.between("a", MIDNIGHT, NOON).at) == 1
        again.close()

    def test_nothing_is_copied_while_a_service_runs(self, tmp_path: Path) -> None:
        """It would lack what is written meanwhile."""
        first, second = open_database(self.address()), open_database(tmp_path / "copy.db")
        lead = _filled(first)
        with pytest.raises(NotLeadingError, match="a test"):
            copy_database(first, second)
        assert not any(_all_rows(second, table) for table in ("entries", "readings", "epochs"))
        second.close()
        _close(first, lead)


def _close(database: Database, lead: Leads) -> None:
    lead.resign()
    database.close()


def _of(database: Database, table: str) -> Table:
    """A table as the database has it, whatever its version."""
    return Table(table, MetaData(), autoload_with=database.engine)


def _all_rows(database: Database, table: str) -> list[object]:
    with database.reading() as connection:
        return list(connection.execute(METADATA.tables[table].select()).all())


def _at_version(address: str, version: int) -> Database:
    """A database as the program of that version left it."""
    database = reached(address)
    with database.changing() as connection:
        SCHEMA_VERSIONS.create(connection)
        for number in range(1, version + 1):
            STEPS[number - 1](connection)
            connection.execute(SCHEMA_VERSIONS.insert().values(version=number))
    return database


def _some_rows(database: Database, version: int) -> dict[str, list[object]]:
    """Rows of every table that this version has, as they were written."""
    entry = linked(None, {"number": 0, "name": "消纳"})
    at: object = NOON if database.path is None else 1_772_452_800_000_000
    rows: dict[str, dict[str, object]] = {
        "epochs": {"epoch": 1, "holder": "an older one"},
        "entries": {"number": 0, "epoch": 1, "text": entry.text, "hash": entry.hash},
    }
    if version >= 2:
        rows["documents"] = {
            "kind": "autonomy", "id": "fleet", "version": 1, "epoch": 1, "at": at, "value": "{}"}  # fmt: skip
        rows["intents"] = {
            "epoch": 1, "sequence": 0, "id": "a", "device": "slurm", "decision": "d", "act": "{}",
            "issued_at": at, "expires_at": at}  # fmt: skip
        rows["outcomes"] = {
            "number": 0, "epoch": 1, "id": "a", "fate": "done", "said": "so", "at": at,
            "lost_accelerator_h": 0.5}  # fmt: skip
    if version >= 3:
        rows["series"] = {"number": 1, "site": "a", "subject": "meter", "quantity": "import_kw"}
    if version >= 4:
        rows["blocks"] = {"hash": "ab", "epoch": 1, "content": b"packed"}
    tables = {name: _of(database, name) for name in rows}
    with database.changing() as connection:
        for name, row in rows.items():
            connection.execute(tables[name].insert().values(**row))
    with database.reading() as connection:
        return {name: list(connection.execute(tables[name].select()).all()) for name in rows}


def _filled(database: Database) -> Leads:
    """A leader that has written something into every table."""
    lead = take_lead(database, "a test")
    SqlEntries(database, lead).append(linked(None, {"a": 1}))
    SqlDocuments(database, lead).keep("autonomy", "fleet", NOON, {"mode": "advise"})
    SqlIntents(database, lead).intend([intent_of("a")])
    SqlIntents(database, lead).came([outcome_of("a", Fate.DONE)])
    SqlReadings(database, lead).write(readings_of((MIDNIGHT, "a", "meter", "import_kw", np.nan)))
    SqlBlocks(database, lead).keep({hash_of(b"a"): b"a"})
    return lead
