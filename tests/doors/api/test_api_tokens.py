"""Files of tokens: made by a command, read whole or not at all, and never with a token in them."""

import json
import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest
from room_stand_in import START

from gridtide.doors.api.logs import JsonLines
from gridtide.doors.api.tokens import add_token, new_token, read_tokens, token_of
from gridtide.finding import BadInput
from gridtide.trust.people import Role

GOOD = f"""
[[token]]
name = "li.wei"
role = "operator"
sha256 = "{"a" * 64}"
expires_at = 2027-01-31T00:00:00+08:00
"""


def written(folder: Path, text: str) -> Path:
    """A file that its owner alone may write."""
    path = folder / "tokens.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_a_token_that_was_made_is_known_by_its_digest_alone(tmp_path: Path) -> None:
    """It is in no file; the file is for its owner alone."""
    path = tmp_path / "tokens.toml"
    made = [new_token(), new_token()]
    for name, role, text in zip(["赵敏", "li"], [Role.APPROVER, Role.OPERATOR], made, strict=True):
        add_token(path, token_of(name, role, text, START))
    tokens = read_tokens(path)
    for text, name in zip(made, ["赵敏", "li"], strict=True):
        found = tokens.find(text)
        assert found is not None
        assert found.person.name == name
        assert found.expires_at == START
        assert text not in path.read_text()
        assert text not in repr(tokens)
    assert tokens.find(made[0][:-1]) is None
    assert path.stat().st_mode & 0o777 == 0o600
    assert [one.name for one in tmp_path.iterdir()] == ["tokens.toml"]


def test_a_name_that_is_taken_or_unfit_is_refused_and_the_file_stays(tmp_path: Path) -> None:
    """Two people of one name would count as one; a name is no TOML."""
    path = written(tmp_path, GOOD)
    for name in ("li.wei", 'x"\nrole = "admin', "", "a" * 65, "a\u202eb"):
        with pytest.raises(BadInput):
            add_token(path, token_of(name, Role.VIEWER, new_token(), START))
        assert path.read_text() == GOOD


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "names no token"),
        ("token = 3", "names no token"),
        (GOOD + GOOD, "stands twice"),
        (GOOD + GOOD.replace("li.wei", "other"), "is of two"),
        (GOOD.replace("operator", "king"), "king"),
        (GOOD.replace("a" * 64, "A" * 64), "64 hexadecimal"),
        (GOOD.replace("+08:00", ""), "its zone"),
        (GOOD.replace("expires_at = 2027-01-31T00:00:00+08:00", ""), "expires_at"),
        (GOOD + "secret = 'x'", "secret: is not known"),
        ("x = 1\n" + GOOD, "x: is not known"),
        ("[[token", "a TOML file of tokens"),
    ],
)
def test_a_file_with_a_fault_lets_nobody_in(tmp_path: Path, text: str, said: str) -> None:
    """Every fault is said."""
    with pytest.raises(BadInput) as fault:
        read_tokens(written(tmp_path, text))
    assert said in str(fault.value)


def test_a_file_that_others_may_write_is_refused(tmp_path: Path) -> None:
    """Who can write it can make himself an approver."""
    path = written(tmp_path, GOOD)
    path.chmod(0o666)
    with pytest.raises(BadInput, match="chmod 600"):
        read_tokens(path)


def test_a_line_of_the_log_is_one_document_whatever_stands_in_it() -> None:
    """Line ends and marks of terminals are written out."""
    record = logging.LogRecord("gridtide.api", 20, "", 0, "answered", (), None)
    record.__dict__["path"] = '/x\n{"level": "error"}\x1b[2J'
    record.created = datetime(2026, 11, 22, 9, tzinfo=UTC).timestamp()
    line = JsonLines().format(record)
    assert "\n" not in line
    assert "\x1b" not in line
    assert json.loads(line) == {
        "at": "2026-11-22T09:00:00.000+00:00",
        "level": "info",
        "from": "gridtide.api",
        "said": "answered",
        "path": record.__dict__["path"],
    }
