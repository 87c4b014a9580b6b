"""Jobs keep the names their owner gave them, so that a run can be asked about them."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case

SITE = Path(__file__).parents[1] / "fixtures" / "one_site.toml"
CASE = f"""{SITE.read_text()}
[[class]]
name = "train"
value_per_accelerator_h = 1.0

[[jobs]]
name = "mine"
class = "train"
home = "here"
pool = "gpu"
source = "table"
path = "jobs.csv"

[[signal]]
zone = "NORTH"
"""
HOURS = (3, 1, 2)


@pytest.mark.parametrize(
    ("own", "told"),
    [
        (("llama", "eval/7", "b 2"), {"mine-llama", "mine-eval/7", "mine-b 2"}),
        (("4711", "12", "4712_3"), {"mine-04711", "mine-00012", "mine-4712_3"}),
        (("same", "same", "other"), {"mine-00001", "mine-00002", "mine-00003"}),
        (("", "a", "b"), {"mine-00001", "mine-00002", "mine-00003"}),
        (None, {"mine-00001", "mine-00002", "mine-00003"}),
    ],
)
def test_a_job_is_called_as_its_log_calls_it_where_that_is_one_name_a_job(
    own: tuple[str, ...] | None, told: set[str], tmp_path: Path
) -> None:
    """Behind the name of its group; counted through where names repeat or lack."""
    rows = ["submit,duration_s,units" + (",name" if own else "")]
    rows += [
        f"2023-03-01T0{hour}:00Z,1800,1" + (f",{own[number]}" if own else "")
        for number, hour in enumerate(HOURS)
    ]
    (tmp_path / "jobs.csv").write_text("\n".join(rows) + "\n")
    (tmp_path / "case.toml").write_text(CASE)
    assert set(load_case(tmp_path / "case.toml").jobs.name.tolist()) == told


def test_a_log_without_a_job_in_the_period_gives_none(tmp_path: Path) -> None:
    """The case stands, with nothing to do."""
    (tmp_path / "jobs.csv").write_text("submit,duration_s\n2020-01-01T00:00Z,1800\n")
    (tmp_path / "case.toml").write_text(CASE)
    assert len(load_case(tmp_path / "case.toml").jobs) == 0
