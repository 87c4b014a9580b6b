"""A service that begins over a chain which somebody tampered with says so in the chain, or does not begin."""

import sqlite3
from pathlib import Path

import pytest

from gridtide.doors.results.maker import gone_on
from gridtide.finding import BadInput
from gridtide.stores.memory import MemoryStore
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database
from gridtide.trust.audit import contents, numbered
from gridtide.trust.verify import Fault, verified


def began(path: Path) -> list[dict[str, object]]:
    """What a chain says once a service has begun over it, all broken links passed over."""
    database = open_database(path)
    lead = take_lead(database, "a test")
    entries = SqlEntries(database, lead)
    try:
        gone_on(entries, "db")
        return contents(entries.entries())
    finally:
        lead.resign()
        database.close()


@pytest.fixture
def tampered(tmp_path: Path) -> Path:
    """A chain of four records, of which a hand may change any."""
    path = tmp_path / "db"
    database = open_database(path)
    lead = take_lead(database, "a test")
    entries = SqlEntries(database, lead)
    for value in range(4):
        entries.append(numbered(entries.last(), {"value": value}))
    lead.resign()
    database.close()
    with sqlite3.connect(path) as connection:
        connection.execute("DROP TRIGGER entries_stay_update")
    return path


def test_a_chain_that_is_whole_goes_on_with_who_writes() -> None:
    """And nothing else is said."""
    store = gone_on(gone_on(MemoryStore(), "chain"), "chain")
    assert [one["kind"] for one in contents(store.entries())] == ["maker", "maker"]
    assert verified(store.entries()).broken is None


def test_a_record_that_was_changed_is_written_down_once_however_often_a_service_begins(
    tampered: Path,
) -> None:
    """By its number; what stands behind it is a chain."""
    with sqlite3.connect(tampered) as connection:
        connection.execute("UPDATE entries SET text = replace(text, '1', '7') WHERE number = 1")
    for _ in range(3):
        says = began(tampered)
    found = [one for one in says if one.get("kind") == "record broken"]
    assert [(one["record"], one["fault"]) for one in found] == [(1, Fault.CHANGED)]
    assert "record 1 is not as it was written" in str(found[0]["said"])


@pytest.mark.parametrize("text", ["", "[]", "{'a'", '"text"'])
def test_nothing_is_put_behind_a_last_record_that_is_none(tampered: Path, text: str) -> None:
    """It does not begin, and says which record and what to do."""
    with sqlite3.connect(tampered) as connection:
        connection.execute("UPDATE entries SET text = ? WHERE number = 3", (text,))
    with pytest.raises(BadInput, match=r"db record 3: .*Restore the store"):
        began(tampered)
