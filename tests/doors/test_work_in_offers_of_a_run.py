"""A run whose offers rest on running work says what work could move, and settles from its folder to the last bit."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from gridtide.doors.cli import gridtide

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
POINT = """
[[site.pool.point]]
name = "slow"
speed = 0.8
busy_kw_per_accelerator = 0.7

[[site.offer]]
product = "reserve"
direction = "up"
price_per_mw_h = 90.0
offered_max_kw = 200
hold_h = 0.5
gate_closure_h = 0.0
carried_by_work = true

[[class]]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a run of the small case without a battery whose work is a reserve was written."""
    root = tmp_path_factory.mktemp("work_in_offers")
    text = FIXTURE.read_text().replace("[[class]]\n", POINT.lstrip("\n"), 1)
    text = text.replace("plan_h = 24", "plan_h = 24\nreplan_h = 3")
    text = text.replace("count = 12", "count = 60")
    (root / "case.toml").write_text(text)
    arguments = ["run", str(root / "case.toml"), "--runs", str(root / "runs"), "--json"]
    done = CliRunner().invoke(gridtide, arguments)
    assert done.exit_code == 0, done.output
    (root / "said.json").write_text(done.stdout)
    return root


def test_a_site_without_a_battery_earns_by_work_that_could_have_drawn_less(folder: Path) -> None:
    """What is paid for is no more than what the table of power says work could have drawn less."""
    run = json.loads((folder / "said.json").read_text())["runs"][1]
    (earned,) = run["capacity_by_site"].values()
    (path,) = (folder / "runs").glob("*/power-coordinated.parquet")
    power = pl.read_parquet(path)
    assert power["work_less_kw"].to_numpy().max() > 1.0 and (power["work_more_kw"] >= 0.0).all()
    there_kw = np.minimum(power["offered_reserve_up_kw"], power["work_less_kw"])
    assert 0.0 < earned["revenue"] <= 0.09 * 0.25 * float(there_kw.sum()) + 1e-9


@pytest.mark.parametrize("policy", ["coordinated", "perfect-foresight"])
def test_it_settles_to_the_last_bit(folder: Path, policy: str) -> None:
    """From its tables alone."""
    arguments = ["settle", "last", "--runs", str(folder / "runs"), "--policy", policy, "--json"]
    done = CliRunner().invoke(gridtide, arguments)
    assert done.exit_code == 0, done.output
    lines = json.loads(done.stdout)["lines"]
    (capacity,) = [one["amount"] for one in lines if one["formula"] == "capacity-held"]
    runs = json.loads((folder / "said.json").read_text())["runs"]
    (run,) = [one for one in runs if one["policy"] == policy]
    assert capacity == run["cost_parts"]["capacity revenue"]
