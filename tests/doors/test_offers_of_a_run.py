"""A run of a case with offers says what they earned: in the table, in the document and step by step."""

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from gridtide.doors.cli import gridtide

FIXTURE = Path(__file__).parents[1] / "fixtures" / "one_day.toml"
OFFER = """
[site.battery]
energy_kwh = 60
charge_max_kw = 15
discharge_max_kw = 15

[[site.offer]]
product = "regulation"
price_per_mw_h = 25.0
offered_max_kw = 15
hold_h = 0.5

[[class]]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a run of the small case with a battery that regulates was written."""
    root = tmp_path_factory.mktemp("offers")
    text = FIXTURE.read_text().replace("[[class]]\n", OFFER.lstrip("\n"), 1)
    text = text.replace("plan_h = 24", "plan_h = 24\nreplan_h = 6")
    (root / "case.toml").write_text(text)
    arguments = ["run", str(root / "case.toml"), "--runs", str(root / "runs"), "--json"]
    done = CliRunner().invoke(gridtide, arguments)
    assert done.exit_code == 0, done.output
    (root / "said.json").write_text(done.stdout)
    return root


def test_the_document_says_what_each_site_earned(folder: Path) -> None:
    """Revenue, offered and not held by site; the revenue is a part of the total, below 0."""
    at_once, coordinated, _ = json.loads((folder / "said.json").read_text())["runs"]
    (earned,) = coordinated["capacity_by_site"].values()
    assert earned["revenue"] > 0 and earned["not_held_kw_h"] == 0
    assert coordinated["cost_parts"]["capacity revenue"] == pytest.approx(-earned["revenue"])
    assert sum(coordinated["cost_parts"].values()) == pytest.approx(coordinated["total_cost"])
    assert at_once["capacity_by_site"]["here"]["offered_kw_h"] == 0


def test_the_table_of_power_holds_what_was_offered(folder: Path) -> None:
    """Kilowatts in every step, which the price makes the revenue."""
    (path,) = (folder / "runs").glob("*/power-coordinated.parquet")
    offered_kw = pl.read_parquet(path)["offered_regulation_symmetric_kw"].to_numpy()
    run = json.loads((folder / "said.json").read_text())["runs"][1]
    (earned,) = run["capacity_by_site"].values()
    assert float(np.sum(offered_kw)) * 0.25 * 25.0 / 1000.0 == pytest.approx(earned["revenue"])
