"""Calls for less power as folders anyone can add: a cluster, and what its events must come out as."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridtide.doors.cli import gridtide

FOLDERS = sorted(path.parent for path in Path(__file__).parent.glob("*/respond.json"))
ROUNDING = 1e-9


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_an_event_comes_out_as_it_must(folder: Path) -> None:
    """Every figure the folder names, through the command a user types."""
    for event, expected in json.loads((folder / "respond.json").read_text())["events"].items():
        words = ["respond", str(folder / "cluster.toml"), "--event", event, "--json"]
        done = CliRunner().invoke(gridtide, words)
        assert done.exit_code == expected["exit_code"], done.output
        found = json.loads(done.stdout)
        for key, value in expected["equal"].items():
            assert found[key] == value, key
        for key, value in expected["at_most"].items():
            assert found[key] <= value + ROUNDING, key
        for key, value in expected["at_least"].items():
            assert found[key] >= value - ROUNDING, key


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_a_folder_says_what_it_is(folder: Path) -> None:
    """A README with a title, and no file beyond the three."""
    assert (folder / "README.md").read_text().startswith("# ")
    assert {path.name for path in folder.iterdir()} == {"README.md", "cluster.toml", "respond.json"}
