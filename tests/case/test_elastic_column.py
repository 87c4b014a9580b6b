"""A table of jobs says which of its jobs are elastic, within a group that is."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.simulate.study import Study

SITE = Path(__file__).parents[1] / "fixtures" / "one_site.toml"
CASE = f"""{SITE.read_text()}
[[class]]
name = "train"
value_per_accelerator_h = 1.0
speed_up = [[0.5, 0.6], [1, 1]]

[[jobs]]
name = "mine"
class = "train"
home = "here"
pool = "gpu"
source = "table"
path = "jobs.csv"
elastic = GROUP

[[signal]]
zone = "NORTH"
"""


def study_of(folder: Path, group: str, cells: tuple[str, ...]) -> Study:
    """Jobs of a table with these cells in its column, in a group that is elastic or not."""
    rows = [
        f"2023-03-01T0{hour}:00Z,1800,1,job{hour},{cell}"
        for hour, cell in enumerate(cells, start=1)
    ]
    (folder / "jobs.csv").write_text("\n".join(["submit,duration_s,units,name,elastic", *rows]))
    (folder / "case.toml").write_text(CASE.replace("GROUP", group))
    return load_case(folder / "case.toml")


def test_a_cell_says_for_its_job_and_an_empty_one_leaves_it_to_the_group(tmp_path: Path) -> None:
    """In an elastic group; true, yes and 1 are alike, and so are false, no and 0."""
    study = study_of(tmp_path, "true", ("true", "no", "", "FALSE", "1"))
    assert study.jobs.elastic.tolist() == [True, False, True, False, True]


def test_jobs_of_a_rigid_group_stay_rigid_and_a_note_says_so(tmp_path: Path) -> None:
    """Its class may have no speed-up for them."""
    study = study_of(tmp_path, "false", ("true", "no", ""))
    assert not study.jobs.elastic.any()
    assert any("1 jobs say that they are elastic" in note for note in study.notes)


def test_a_cell_that_is_neither_is_refused_with_its_row(tmp_path: Path) -> None:
    """Never taken for a no."""
    with pytest.raises(BadInput) as refused:
        study_of(tmp_path, "true", ("true", "perhaps"))
    assert "elastic" in refused.value.findings[0].subject
