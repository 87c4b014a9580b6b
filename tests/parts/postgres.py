"""The PostgreSQL of a run of tests: skipped, or failed in CI, where none is installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from wanted import or_skipped

from gridtide.testing.postgres_server import Postgres as Postgres
from gridtide.testing.postgres_server import postgres_server, programs


@contextmanager
def served() -> Iterator[Postgres]:
    """A server that runs until the end."""
    with or_skipped():
        programs()
    with postgres_server() as server:
        yield server
