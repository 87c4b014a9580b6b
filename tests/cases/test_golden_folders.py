"""Published cases as folders anyone can add: jobs, signal, arguments of `gridtide shift` and what must come out."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from gridtide.doors.cli import gridtide

FOLDERS = sorted(path.parent for path in Path(__file__).parent.glob("*/case.json"))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_a_published_case_comes_out_as_published(folder: Path) -> None:
    """Every figure the folder names, by its own relative tolerance, through the command a user types."""
    case = json.loads((folder / "case.json").read_text())
    files = ["--jobs", str(folder / "jobs.csv"), "--signal", str(folder / "signal.csv")]
    done = CliRunner().invoke(gridtide, ["shift", *files, *case["arguments"], "--json"])
    assert done.exit_code == 0, done.output
    found = {row["policy"]: row for row in json.loads(done.stdout)["policies"]}
    for policy, figures in case["policies"].items():
        for key, expected in figures.items():
            assert found[policy][key] == pytest.approx(expected, rel=case["tolerance"]), (
                policy,
                key,
            )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: str(folder.name))
def test_a_folder_says_what_it_is(folder: Path) -> None:
    """A README with a title, and no file beyond the four."""
    assert (folder / "README.md").read_text().startswith("# ")
    names = {path.name for path in folder.iterdir()}
    assert names == {"README.md", "jobs.csv", "signal.csv", "case.json"}
