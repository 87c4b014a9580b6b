"""Fixtures every test may use: where the real data and a real browser lie, and what to do when they are absent."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from postgres import Postgres

settings.register_profile(
    "gridtide",
    deadline=None,
    derandomize=True,
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("gridtide")

ROOT = Path(__file__).resolve().parent.parent
LONGEST = ("test_docs_blocks.py", "test_run.py", "test_bench_shift.py", "test_bench_twin.py")
"""Files that take longest: where processes work side by side they begin with these, so that none ends alone."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest files first, where processes share the files."""
    if hasattr(config, "workerinput"):
        place = {name: number for number, name in enumerate(LONGEST)}
        items.sort(key=lambda item: place.get(item.path.name, len(LONGEST)))


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data; a test that needs it is skipped, or fails in CI, when it is absent."""
    place = Path(os.environ.get("GRIDTIDE_DATA", ROOT.parent / "shared" / "data")).resolve()
    if place.is_dir():
        return place
    reason = f"no real data at {place}; set GRIDTIDE_DATA to its folder"
    if os.environ.get("GRIDTIDE_REQUIRE_DATA") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser() -> str:
    """Path of a Chromium; skipped, or failed in CI, without one."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found:
        return found
    reason = "no chromium on this machine; .ci/parts installs it"
    if os.environ.get("GRIDTIDE_REQUIRE_PARTS") == "1":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def postgres() -> "Iterator[Postgres]":
    """A PostgreSQL for the whole run; `fresh()` gives a test a database of its own."""
    from postgres import served

    with served() as server:
        yield server
