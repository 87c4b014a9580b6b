"""Everything kept in PostgreSQL keeps what it promises."""

import pytest
from postgres import Postgres

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

pytestmark = pytest.mark.parts


class OnPostgres:
    """An empty database for every test, and a leader of it."""

    url: str
    database: Database
    lead: Leads

    @pytest.fixture(autouse=True)
    def _in_a_database(self, postgres: Postgres) -> None:
        self.url = postgres.emptied("promises")

    def opened(self) -> tuple[Database, Leads]:
        self.database = open_database(self.url)
        self.lead = take_lead(self.database, "a test")
        return self.database, self.lead

    def opened_again(self) -> tuple[Database, Leads]:
        self.lead.resign()
        self.database.close()
        return self.opened()


class TestSqlEntriesOnPostgres(OnPostgres, StorePromises):
    """The audit chain of a service."""

    def new_store(self) -> Archive:
        return SqlEntries(*self.opened())

    def reopened(self, store: Archive) -> Archive:
        return SqlEntries(*self.opened_again())


class TestSqlDocumentsOnPostgres(OnPostgres, DocumentPromises):
    """Documents of a service."""

    def new_documents(self) -> KeepsDocuments:
        return SqlDocuments(*self.opened())

    def reopened(self, documents: KeepsDocuments) -> KeepsDocuments:
        return SqlDocuments(*self.opened_again())


class TestSqlIntentsOnPostgres(OnPostgres, IntentPromises):
    """Intents of a service."""

    def new_intents(self) -> KeepsIntents:
        return SqlIntents(*self.opened())

    def reopened(self, intents: KeepsIntents) -> KeepsIntents:
        return SqlIntents(*self.opened_again())


class TestSqlReadingsOnPostgres(OnPostgres, ReadingPromises):
    """Readings of a service."""

    def new_readings(self) -> KeepsReadings:
        return SqlReadings(*self.opened())

    def reopened(self, readings: KeepsReadings) -> KeepsReadings:
        return SqlReadings(*self.opened_again())


class TestPostgresDatabase(DatabasePromises):
    """The schema on PostgreSQL."""

    @pytest.fixture(autouse=True)
    def _in_a_database(self, postgres: Postgres) -> None:
        self.url = postgres.emptied("promises")

    def address(self) -> str:
        return self.url
