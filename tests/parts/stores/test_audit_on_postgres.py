"""`gridtide audit` on a real PostgreSQL: a row that was tampered with is named, and decisions come out again."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from kept_room import gone_through
from postgres import Postgres

from gridtide.doors.cli import exit_code
from gridtide.loop.clock import WallClock
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database
from gridtide.trust.audit import numbered
from gridtide.trust.checkpoint import Checkpoint, SignedStore, public_bytes, written
from gridtide.trust.modes import Mode

pytestmark = pytest.mark.parts


def test_a_tampered_row_is_named_by_its_number(
    postgres: Postgres, capsys: pytest.CaptureFixture[str]
) -> None:
    """Signed as a service signs; then a row is changed by somebody who may switch its trigger off."""
    url, key, kept = postgres.fresh(), Ed25519PrivateKey.generate(), list[Checkpoint]()
    database = open_database(url)
    lead = take_lead(database, "a test")
    store = SignedStore(SqlEntries(database, lead), key, WallClock().now, kept.append, every=2)
    for value in range(5):
        store.append(numbered(store.last(), {"value": value}))
    store.sign()
    asked = ["audit", "verify", url, "--key", written(public_bytes(key)), "--json"]
    assert exit_code(asked) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["entries"], found["covered"], len(kept)) == (8, 7, 3)
    with database.changing() as connection:
        connection.exec_driver_sql("ALTER TABLE entries DISABLE TRIGGER ALL")
        connection.exec_driver_sql(
            "UPDATE entries SET text = replace(text, '2}', '9}') WHERE number = 3"
        )
    lead.resign()
    database.close()
    assert exit_code(asked) == 2
    found = json.loads(capsys.readouterr().out)
    assert (found["first_broken"], found["fault"], found["covered"]) == (3, "changed", 2)


def test_the_last_decision_of_a_room_comes_out_again_to_the_last_bit(
    postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """From blocks in the database, as from a file; what it cost while it held too."""
    url = postgres.fresh()
    gone_through(url, tmp_path, Mode.ACT, 16)
    assert exit_code(["audit", "recompute", url, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["bit_equal"] is True and found["why"] == "" and found["maker"]["same"] is True
    assert found["same"]["proposal"] is True
    assert found["kept"]["decisions"] > 1


def test_the_shadow_of_a_rooms_past_is_taken_from_there_too(
    postgres: Postgres, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decisions, meters, what jobs went through and what devices said, by a URL."""
    url = postgres.fresh()
    gone_through(url, tmp_path, Mode.OBSERVE, 12)
    capsys.readouterr()
    assert exit_code(["backtest", url, "--shadow", "--last", "2h", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["decisions"]["told"] == 0 and 0.0 < found["metered_h"] == found["hours"] <= 2.0
    assert found["no_harm"]["first_act"] is None and found["did_save"] is None
