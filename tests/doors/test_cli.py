"""The command line as a whole: quick to start, one place for exit codes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from gridtide.doors import cli
from gridtide.finding import BadInput, Finding, Infeasible, Stale

HEAVY = {
    "numpy",
    "numba",
    "highspy",
    "polars",
    "pydantic",
    "fastapi",
    "sqlalchemy",
    "httpx2",
    "rich",
}
FAULT = Finding(subject="s", value="v", limit="l", mend="m")


@pytest.mark.parametrize("words", [["--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    """A person who asks for help does not wait for libraries."""
    seen = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "gridtide", *words],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    imported = {line.rsplit("|", 1)[-1].strip().split(".")[0] for line in seen.stderr.splitlines()}
    assert "gridtide" in imported
    assert not imported & HEAVY


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadInput([FAULT]), 2),
        (Infeasible([FAULT]), 3),
        (Stale([FAULT]), 4),
        (ZeroDivisionError("x"), 1),
    ],
)
def test_faults_become_exit_codes(
    error: Exception, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """2 input, 3 infeasible, 4 stale, 1 ours; never a traceback."""

    def fail(**_: object) -> None:
        raise error

    monkeypatch.setattr(cli.gridtide, "main", fail)
    assert cli.exit_code([]) == code
    assert "Traceback" not in capsys.readouterr().err


def test_our_own_failure_can_be_looked_into(monkeypatch: pytest.MonkeyPatch) -> None:
    """GRIDTIDE_DEBUG=1 shows what happened."""

    def fail(**_: object) -> None:
        raise ZeroDivisionError("x")

    monkeypatch.setattr(cli.gridtide, "main", fail)
    monkeypatch.setenv("GRIDTIDE_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        cli.exit_code([])


def test_every_command_of_the_table_can_be_loaded() -> None:
    """A line in the list is a command that works."""
    for name in cli.COMMANDS:
        context = click.Context(cli.gridtide)
        assert cli.gridtide.get_command(context, name) is not None


def test_an_unknown_command_is_a_usage_fault(capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 2, with the way to help."""
    assert cli.exit_code(["bogus"]) == 2
    assert "--help" in capsys.readouterr().err


def test_linear_algebra_runs_on_one_thread_unless_the_environment_says_otherwise(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same digits on every machine, and no threads that wait for each other."""
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    with pytest.raises(SystemExit):
        cli.main(["--version"])
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
    assert os.environ["OMP_NUM_THREADS"] == "3"


def every_command() -> Iterator[tuple[str, click.Command]]:
    """All commands and the subjects of `bench`, each with its words."""
    context = click.Context(cli.gridtide)
    for name in cli.gridtide.list_commands(context):
        command = cli.gridtide.get_command(context, name)
        assert command is not None
        yield name, command
        if isinstance(command, click.Group):
            for subject in command.list_commands(context):
                found = command.get_command(context, subject)
                assert found is not None
                yield f"{name} {subject}", found


def test_no_option_takes_a_number_that_is_not_finite() -> None:
    """`--nominal nan` once made every rule of a grid one that does not apply, which was a pass."""
    seen, context = 0, click.Context(cli.gridtide)
    for name, command in every_command():
        for option in command.params:
            if isinstance(option.type, click.types.FloatParamType):
                for word in ("nan", "inf", "-inf"):
                    with pytest.raises(click.BadParameter):
                        option.type_cast_value(context, word)
                        pytest.fail(f"{name} {option.name} takes {word}")
                seen += 1
    assert seen >= 20


def test_a_page_that_cannot_be_written_is_bad_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A folder in its place, or no folder to stand in: the path is said, and nothing is left behind."""
    flat = tmp_path / "flat.csv"
    flat.write_text("t_s,power_kw\n0,100\n10,100\n20,100\n")
    words = ["swing", str(flat), "--rule", "ieso-15s", "--page"]
    for path in (tmp_path / "absent" / "page.html", tmp_path):
        assert cli.exit_code([*words, str(path)]) == 2
        said = capsys.readouterr().err
        assert f"{path}: " in said and "Check the path." in said
    assert not list(tmp_path.parent.glob("*.part"))


def test_a_reader_that_has_seen_enough_is_no_failure() -> None:
    """`gridtide … | head -1` with pipefail: long tables are told by rich, which leaves in its own way."""
    for words in (["settle", "--formulas"], ["settle", "--formulas", "--json"]):
        process = subprocess.Popen(
            [sys.executable, "-m", "gridtide", *words], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(timeout=120) == 0
