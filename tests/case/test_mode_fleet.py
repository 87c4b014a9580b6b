"""A fleet on a network is read from a file, from numbers or from what a run's meters saw; every fault at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.case.mode_fleet import read_mode_fleet
from gridtide.finding import BadInput

SITE = """
[[sites]]
name = "{name}"
bus = "{bus}"
{drawn}
least_kw = 10
most_kw = 90
ramp_kw_per_min = 5
"""


def written(folder: Path, *sites: str) -> Path:
    """A file of sites."""
    path = folder / "fleet.toml"
    path.write_text("".join(sites))
    return path


def run_table(folder: Path) -> None:
    """Two days of two sites in half hours: north draws its hour of the day plus 20, and 4 more on the second."""
    rows = [
        {"time_utc": datetime(2026, 3, 2, tzinfo=UTC) + timedelta(minutes=30 * k), "site": site,
         "import_kw": 20.0 + (k // 2) % 24 + 4.0 * (k >= 48) if site == "north" else 50.0}
        for site in ("north", "south")
        for k in range(96)
    ]  # fmt: skip
    pl.DataFrame(rows).write_parquet(folder / "power-coordinated.parquet")


def test_a_run_is_drawn_as_its_mean_day(tmp_path: Path) -> None:
    """By hour of the day, over all its days."""
    run_table(tmp_path)
    drawn = 'run = { table = "power-coordinated.parquet", site = "north" }'
    path = written(
        tmp_path,
        SITE.format(name="a", bus="1", drawn=drawn),
        SITE.format(name="b", bus="2", drawn="power_kw = 40"),
    )
    found = read_mode_fleet(path, ("1", "2"))
    assert found.site_kw[:, 0] == pytest.approx(np.arange(24) + 22.0)
    assert (found.site_kw[:, 1] == 40.0).all()
    assert found.sites.bus.tolist() == [0, 1]


def test_a_run_is_found_by_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As files of cases are: a table of a run need not lie beside the file."""
    away = tmp_path / "away"
    away.mkdir()
    run_table(away)
    monkeypatch.setenv("RUN_HERE", str(away))
    drawn = 'run = { table = "$RUN_HERE/power-coordinated.parquet", site = "south" }'
    path = written(tmp_path, SITE.format(name="a", bus="1", drawn=drawn))
    assert read_mode_fleet(path, ("1",)).site_kw[:, 0] == pytest.approx(np.full(24, 50.0))


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """No such bus, two ways to draw, beyond its limits, a site that the run does not have, a name twice."""
    run_table(tmp_path)
    strange = 'run = { table = "power-coordinated.parquet", site = "west" }'
    path = written(
        tmp_path,
        SITE.format(name="a", bus="9", drawn="power_kw = 40"),
        SITE.format(name="a", bus="1", drawn="power_kw = 4"),
        SITE.format(name="b", bus="1", drawn=f"power_kw = 40\nhours_kw = {[40] * 24}"),
        SITE.format(name="c", bus="1", drawn=strange),
    )
    with pytest.raises(BadInput) as told:
        read_mode_fleet(path, ("1", "2"))
    said = str(told.value)
    for words in (
        "9 is no bus",
        "draws 4 to 4 kW",
        "one of them",
        "west has no rows",
        "more than once",
    ):
        assert words in said


def test_without_a_file_there_is_no_fleet() -> None:
    """And the set is chosen by rule."""
    found = read_mode_fleet(None, ("1",))
    assert len(found.sites) == 0 and found.site_kw.shape == (24, 0) and found.maintenance == ()
