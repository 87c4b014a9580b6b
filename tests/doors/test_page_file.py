"""A page that cannot be written is refused before the work it would show."""

from pathlib import Path

import click
import pytest

from gridtide.doors.cli import COMMANDS, exit_code, gridtide
from gridtide.doors.cli.page_file import PageFile

SIGNAL = "t_s,signal_pu\n" + "\n".join(f"{4 * k},0.5" for k in range(200)) + "\n"
EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize("place", ["nowhere/page.html", ".", "signal.csv/page.html"])
def test_a_page_that_no_place_takes_is_refused_before_anything_is_run(
    tmp_path: Path, place: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Following a signal takes a minute or more, and what it found was lost with the page."""
    signal = tmp_path / "signal.csv"
    signal.write_text(SIGNAL)
    asked = ["follow", str(EXAMPLES / "regulating.toml"), "--signal", str(signal)]
    assert exit_code([*asked, "--page", str(tmp_path / place)]) == 2
    said = capsys.readouterr()
    assert "a file in a folder that exists and can be written. Check the path." in said.err
    assert "running" not in said.err and said.out == ""
    assert [one.name for one in tmp_path.iterdir()] == ["signal.csv"]


def test_every_command_that_writes_a_page_looks_at_its_place_first() -> None:
    """A new command does not forget it."""
    context = click.Context(gridtide)
    pages = [
        (name, option)
        for name in COMMANDS
        for command in [gridtide.get_command(context, name)]
        if command is not None
        for option in command.params
        if option.name == "page"
    ]
    assert pages
    assert [name for name, option in pages if not isinstance(option.type, PageFile)] == []
