"""Everything kept in SQLite keeps what it promises, through crashes, full disks and damage."""

from pathlib import Path

import pytest

from gridtide.loop.intents import KeepsIntents
from gridtide.loop.leadership import Leads
from gridtide.loop.measured import KeepsReadings
from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import Database, open_database
from gridtide.stores.sql.readings import SqlReadings
from gridtide.testing.databases import DatabasePromises
from gridtide.testing.documents import DocumentPromises
from gridtide.testing.intents import IntentPromises
from gridtide.testing.readings import ReadingPromises
from gridtide.testing.stores import StorePromises
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.record import Archive


class OnSqlite:
    """A file of its own for every test, and a leader of it."""

    path: Path
    database: Database
    lead: Leads

    @pytest.fixture(autouse=True)
    def _in_a_file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "gridtide.db"

    def opened(self) -> tuple[Database, Leads]:
        self.database = open_database(self.path)
        self.lead = take_lead(self.database, "a test")
        return self.database, self.lead

    def opened_again(self) -> tuple[Database, Leads]:
        self.lead.resign()
        self.database.close()
        return self.opened()


class TestSqlEntries(OnSqlite, StorePromises):
    """The audit chain of a service."""

    def new_store(self) -> Archive:
        return SqlEntries(*self.opened())

    def reopened(self, store: Archive) -> Archive:
        return SqlEntries(*self.opened_again())


class TestSqlDocuments(OnSqlite, DocumentPromises):
    """Documents of a service."""

    def new_documents(self) -> KeepsDocuments:
        return SqlDocuments(*self.opened())

    def reopened(self, documents: KeepsDocuments) -> KeepsDocuments:
        return SqlDocuments(*self.opened_again())


class TestSqlIntents(OnSqlite, IntentPromises):
    """Intents of a service."""

    def new_intents(self) -> KeepsIntents:
        return SqlIntents(*self.opened())

    def reopened(self, intents: KeepsIntents) -> KeepsIntents:
        return SqlIntents(*self.opened_again())


class TestSqlReadings(OnSqlite, ReadingPromises):
    """Readings of a service."""

    def new_readings(self) -> KeepsReadings:
        return SqlReadings(*self.opened())

    def reopened(self, readings: KeepsReadings) -> KeepsReadings:
        return SqlReadings(*self.opened_again())


class TestSqliteDatabase(DatabasePromises):
    """The schema on SQLite."""

    @pytest.fixture(autouse=True)
    def _in_a_file(self, tmp_path: Path) -> None:
        self.path = tmp_path / "gridtide.db"

    def address(self) -> str:
        return f"sqlite:///{self.path}"
