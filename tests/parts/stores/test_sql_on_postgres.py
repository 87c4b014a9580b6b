"""Everything kept in PostgreSQL keeps what it promises."""

import pytest
from postgres import Postgres

from gridtide.testing.databases import DatabasePromises
from gridtide.testing.sql_keepers import (
    SqlBlocksPromises,
    SqlDocumentsPromises,
    SqlEntriesPromises,
    SqlIntentsPromises,
    SqlReadingsPromises,
)

pytestmark = pytest.mark.parts


class OnPostgres:
    """An empty database for every test."""

    url: str

    @pytest.fixture(autouse=True)
    def _in_a_database(self, postgres: Postgres) -> None:
        self.url = postgres.emptied("promises")

    def address(self) -> str:
        """Where it is."""
        return self.url


class TestSqlEntriesOnPostgres(OnPostgres, SqlEntriesPromises):
    """The audit chain of a service."""


class TestSqlDocumentsOnPostgres(OnPostgres, SqlDocumentsPromises):
    """Documents of a service."""


class TestSqlBlocksOnPostgres(OnPostgres, SqlBlocksPromises):
    """Blocks of a service."""


class TestSqlIntentsOnPostgres(OnPostgres, SqlIntentsPromises):
    """Intents of a service."""


class TestSqlReadingsOnPostgres(OnPostgres, SqlReadingsPromises):
    """Readings of a service."""


class TestPostgresDatabase(OnPostgres, DatabasePromises):
    """The schema on PostgreSQL."""
