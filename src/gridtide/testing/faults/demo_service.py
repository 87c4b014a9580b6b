"""The bundled week, served over a store by a process of its own, and what its store holds."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.opening import Database, open_to_read
from gridtide.testing.faults.trial import kept, until
from gridtide.testing.served import Running, running
from gridtide.trust.audit import broken_link, contents

PEOPLE = ("first", "second")
SPEED = "3600"
"""A step of a quarter of an hour lasts a quarter of a second."""


def words(store: str) -> list[str]:
    """The command that serves it."""
    command = [sys.executable, "-u", "-m", "gridtide", "serve", "--demo", "--port", "0"]
    return [*command, "--speed", SPEED, "--store", store]


@contextmanager
def served(store: str, log: Path) -> Iterator[Running]:
    """A service that answers, with a token for each of the two people of the demonstration."""
    tokens: dict[str, str] = {}
    with running(words(store), tokens, log) as found:
        assert found.process.stdout is not None
        for person in PEOPLE:
            tokens[person] = found.process.stdout.readline().strip().partition("#token=")[2]
        kept(found.url.startswith("http"), f"it says its address first: {log.read_text()[-400:]}")
        yield found


def chain(store: str) -> list[dict[str, Any]]:
    """What every entry says, oldest first. Raises BrokenPromise where the chain is not whole."""
    database = open_to_read(store)
    try:
        return sound(database)
    finally:
        database.close()


def sound(database: Database) -> list[dict[str, Any]]:
    """What every entry of an open database says. Raises BrokenPromise where the chain is not whole."""
    entries = SqlEntries(database).entries()
    broken = broken_link(entries)
    kept(broken is None, f"the chain is broken at {broken}")
    return [dict(one) for one in contents(entries)]


def decisions(said: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The decisions among entries that the guard let through."""
    return [one for one in said if one.get("stage") == "proposed" and one["rung"]]


def next_decision_s(store: str, before: int) -> float:
    """Seconds until the chain holds more decisions than before."""
    database = open_to_read(store)
    try:
        waited_s = until(lambda: len(SqlEntries(database).entries()) > before, "an entry")
        return waited_s + until(lambda: len(decisions(sound(database))) > before, "a decision")
    finally:
        database.close()


def verified(store: str) -> None:
    """What `gridtide audit verify` says of it: whole."""
    command = [sys.executable, "-m", "gridtide", "audit", "verify", store]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    kept(done.returncode == 0, f"audit verify ends {done.returncode}: {done.stdout}{done.stderr}")
