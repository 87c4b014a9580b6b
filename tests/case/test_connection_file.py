"""A file that says what a load asks of its connection names other files as every file of the house does."""

from pathlib import Path

import pytest

from gridtide.case.connection_file import connection_of
from gridtide.finding import BadInput


def test_flexibility_is_found_by_a_variable_or_beside_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Filled in where it is set, named where it is not; what the door names stands for either."""
    file = tmp_path / "connection.toml"
    file.write_text('[flex]\nfile = "flex.json"\n')
    assert connection_of(file, None).flex_file == tmp_path / "flex.json"
    file.write_text('[flex]\nfile = "$FLEX_HERE/flex.json"\n')
    monkeypatch.setenv("FLEX_HERE", str(tmp_path / "away"))
    assert connection_of(file, None).flex_file == tmp_path / "away" / "flex.json"
    monkeypatch.delenv("FLEX_HERE")
    with pytest.raises(BadInput, match="names a variable that is not set"):
        connection_of(file, None)
    assert connection_of(file, Path("other.json")).flex_file == Path("other.json")
