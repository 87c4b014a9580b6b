"""Servers that tests of several folders share."""

from collections.abc import Iterator

import pytest
from postgres import Postgres, served


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL for the whole run; `fresh()` gives a test a database of its own."""
    with served() as server:
        yield server
