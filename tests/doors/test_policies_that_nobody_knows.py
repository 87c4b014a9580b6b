"""A policy that nobody knows is said beside every other fault of a command, not after them."""

from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """A case that lacks nearly everything."""
    path = tmp_path / "case.toml"
    path.write_text('[case]\nname = "x"\n')
    return path


@pytest.mark.parametrize("command", ["declare", "offer", "flex", "follow"])
def test_an_unknown_policy_is_said_with_the_instant_and_the_case(
    command: str, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, three faults at once."""
    more = ["--signal", "none.csv"] if command == "follow" else []
    asked = [command, str(broken), *more, "--at", "noon", "--policy", "luck"]
    assert exit_code(asked) == 2
    said = capsys.readouterr().err
    assert "--policy luck" in said and "--at: 'noon'" in said and "case.start" in said


@pytest.mark.parametrize("command", ["energy", "swing"])
def test_an_unknown_policy_is_said_with_the_case(
    command: str, broken: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2, both faults at once."""
    assert exit_code([command, str(broken), "--policy", "luck"]) == 2
    said = capsys.readouterr().err
    assert "--policy luck" in said and "case.start" in said


def test_an_unknown_run_is_said_with_the_files_beside_it(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Terms, calls, awards and the run are each refused in the same round."""
    files = ["--terms", str(broken), "--programme", "luck", "--events", str(tmp_path / "none.csv")]
    awards = ["--awards", str(tmp_path / "gone.csv")]
    asked = ["settle", "7", "--runs", str(tmp_path), *files, *awards]
    assert exit_code(asked) == 2
    said = capsys.readouterr().err
    for part in ("7", "case.toml", "luck", "none.csv", "gone.csv"):
        assert part in said, part


def test_loads_at_fault_are_said_with_the_sags_and_the_rules(
    broken: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rules, a table of sags and the loads are read before anything is refused."""
    asked = ["swing", str(tmp_path / "sags.csv"), "--loads", str(broken)]
    assert exit_code([*asked, "--rules", str(tmp_path / "rules.toml")]) == 2
    said = capsys.readouterr().err
    for part in ("sags.csv", "rules.toml", "case.toml"):
        assert part in said, part
