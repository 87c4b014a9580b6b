"""`gridtide store copy` takes everything along, and says what stands in its way."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database, open_to_read
from gridtide.trust.audit import linked


def test_a_store_is_copied_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Rows by table, in words and as a document; while a service runs it is refused with who runs it."""
    source, target = tmp_path / "gridtide.db", tmp_path / "copy.db"
    database = open_database(source)
    lead = take_lead(database, "a service")
    SqlEntries(database, lead).append(linked(None, {"a": 1}))
    assert exit_code(["store", "copy", str(source), str(target)]) == 2
    assert "a service" in capsys.readouterr().err
    lead.resign()
    database.close()
    assert exit_code(["store", "copy", str(source), str(target), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["rows"]["entries"] == 1
    assert len(SqlEntries(open_to_read(target)).entries()) == 1
    assert exit_code(["store", "copy", str(source), str(tmp_path / "again.db")]) == 0
    assert "1 entries" in capsys.readouterr().out
    assert exit_code(["store", "copy", str(tmp_path / "nothing.db"), str(target)]) == 2
    assert "is not there" in capsys.readouterr().err
