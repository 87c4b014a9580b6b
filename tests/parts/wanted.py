"""What becomes of a test whose server is not installed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gridtide.testing.postgres_server import MissingServerError


@contextmanager
def or_skipped() -> Iterator[None]:
    """Skip where a server is missing; fail in CI."""
    try:
        yield
    except MissingServerError as missing:
        if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
            pytest.fail(str(missing))
        pytest.skip(str(missing))
