"""What a service keeps in a database, under the promises of each keeper; `tests` inherit these for every database."""

from gridtide.loop.intents import KeepsIntents
from gridtide.loop.leadership import Leads
from gridtide.loop.measured import KeepsReadings
from gridtide.stores.sql.blocks import SqlBlocks
from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import Database, open_database
from gridtide.stores.sql.readings import SqlReadings
from gridtide.testing.blocks import BlockPromises
from gridtide.testing.documents import DocumentPromises
from gridtide.testing.intents import IntentPromises
from gridtide.testing.readings import ReadingPromises
from gridtide.testing.stores import StorePromises
from gridtide.trust.blocks import KeepsBlocks
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.record import Archive


class OnDatabase:
    """Give `address()`: of an empty database that lasts as long as the test."""

    database: Database
    lead: Leads

    def address(self) -> str:
        """A path or URL; the same one however often it is asked."""
        raise NotImplementedError("return the address of an empty database of the kind under test")

    def opened(self) -> tuple[Database, Leads]:
        """The database and a leader of it."""
        self.database = open_database(self.address())
        self.lead = take_lead(self.database, "a test")
        return self.database, self.lead

    def opened_again(self) -> tuple[Database, Leads]:
        """The same database, after its leader resigned."""
        self.lead.resign()
        self.database.close()
        return self.opened()


class SqlEntriesPromises(OnDatabase, StorePromises):
    """The audit chain of a service."""

    def new_store(self) -> Archive:
        """An empty chain."""
        return SqlEntries(*self.opened())

    def reopened(self, store: Archive) -> Archive:
        """The same one under another leader."""
        return SqlEntries(*self.opened_again())


class SqlDocumentsPromises(OnDatabase, DocumentPromises):
    """Documents of a service."""

    def new_documents(self) -> KeepsDocuments:
        """None yet."""
        return SqlDocuments(*self.opened())

    def reopened(self, documents: KeepsDocuments) -> KeepsDocuments:
        """The same ones under another leader."""
        return SqlDocuments(*self.opened_again())


class SqlBlocksPromises(OnDatabase, BlockPromises):
    """Blocks of a service."""

    def new_blocks(self) -> KeepsBlocks:
        """None yet."""
        return SqlBlocks(*self.opened())

    def blocks_again(self, blocks: KeepsBlocks) -> KeepsBlocks:
        """The same ones under another leader."""
        return SqlBlocks(*self.opened_again())


class SqlIntentsPromises(OnDatabase, IntentPromises):
    """Intents of a service."""

    def new_intents(self) -> KeepsIntents:
        """None yet."""
        return SqlIntents(*self.opened())

    def reopened(self, intents: KeepsIntents) -> KeepsIntents:
        """The same ones under another leader."""
        return SqlIntents(*self.opened_again())


class SqlReadingsPromises(OnDatabase, ReadingPromises):
    """Readings of a service."""

    def new_readings(self) -> KeepsReadings:
        """None yet."""
        return SqlReadings(*self.opened())

    def reopened(self, readings: KeepsReadings) -> KeepsReadings:
        """The same ones under another leader."""
        return SqlReadings(*self.opened_again())
