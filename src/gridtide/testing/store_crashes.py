"""What a database must hold after a process that wrote into it was killed."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.opening import Database
from gridtide.stores.sql.readings import SqlReadings
from gridtide.testing.intents import NOON
from gridtide.testing.readings import rows_of
from gridtide.testing.store_writer import ROWS
from gridtide.trust.audit import broken_link, contents


@contextmanager
def writer(where: str) -> Iterator["subprocess.Popen[str]"]:
    """A process of `store_writer` that leads by now; gone at the end."""
    words = [sys.executable, "-m", "gridtide.testing.store_writer", where]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert said(process) == "leads"
            yield process
        finally:
            process.kill()


def said(process: "subprocess.Popen[str]") -> str:
    """The next line of a process."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def rounds_kept(database: Database, epoch: int) -> int:
    """How many rounds of a writer are whole; raises AssertionError where anything is half-written or out of order."""
    entries = SqlEntries(database).entries()
    assert broken_link(entries) is None
    named = [str(content["round"]) for content in contents(entries)]
    rounds = [name for name in named if name.startswith(f"{epoch}-")]
    assert rounds == [f"{epoch}-{number}" for number in range(len(rounds))]
    at = [NOON + timedelta(days=epoch + offset) for offset in (0, 1)]
    rows = rows_of(SqlReadings(database).between("a", *at))
    assert len(rows) % ROWS == 0
    whole = len(rows) // ROWS
    assert [row[4] for row in rows] == [number for number in range(whole) for _ in range(ROWS)]
    documents = SqlDocuments(database).versions("round", "newest")
    of_epoch = [one for one in documents if str(one.value["is"]).startswith(f"{epoch}-")]
    unsettled = SqlIntents(database).unsettled()
    assert len(unsettled) <= 1
    told = sum(bool(SqlIntents(database).told(name)) for name in rounds)
    assert len(rounds) >= len(of_epoch) >= told >= whole >= len(rounds) - 1
    return whole
