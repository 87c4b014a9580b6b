"""The RTS-GMLC system from its published tables: network, units and a year of hours."""

import gzip
import shutil
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.finding import BadInput
from gridtide.grid.network import injected_kw
from gridtide.grid.system_year import bus_load_kw, most_kw
from gridtide.grid.units import cost_per_h
from gridtide.sources.rts_gmlc import RtsGmlc, RtsGmlcFolder

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    """The published tables."""
    return data_dir / "rts_gmlc"


@pytest.fixture(scope="module")
def system(folder: Path) -> RtsGmlc:
    """What is read of them."""
    return RtsGmlcFolder(path=folder).read()


def changed(folder: Path, into: Path, table: str, old: str, new: str) -> Path:
    """A copy of the folder with the first `old` of one table's text changed."""
    copy = into / "rts"
    shutil.copytree(folder, copy)
    copy.chmod(0o755)
    path = copy / f"{table}.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode()
    assert old in text
    path.unlink()
    path.write_bytes(gzip.compress(text.replace(old, new, 1).encode()))
    return copy


def test_tables_have_the_published_sizes_and_sums(system: RtsGmlc) -> None:
    """73 buses, 120 branches, 158 units; 8,550 MW of load; a year of 8,784 hours between 2,729 and 8,192 MW."""
    grid, year = system.network, system.year
    assert (len(grid.buses), len(grid.branches), len(system.units)) == (73, 120, 158)
    assert grid.buses.load_kw.sum() == pytest.approx(8_550_000.0)
    assert len(year) == 8784
    total = year.load_kw.sum(axis=1)
    assert total.min() == pytest.approx(2_729e3, abs=1e3)
    assert total.max() == pytest.approx(8_192e3, abs=1e3)
    assert np.isfinite(year.available_kw).all(axis=0).sum() == 4 + 25 + 31 + 20 + 1
    assert bus_load_kw(year, slice(0, 3)).sum(axis=1) == pytest.approx(total[:3])
    assert (most_kw(year, system.units.max_kw, slice(0, 24)) <= system.units.max_kw).all()


def test_the_line_of_direct_current_draws_at_one_end_what_it_feeds_in_and_loses(
    system: RtsGmlc,
) -> None:
    """100 MW at 500 kV over 5 ohm lose 0.2 MW: 100.2 drawn at 113, 100 fed in at 316."""
    grid = system.network
    assert grid.direct.names == ("DC1",)
    fed = injected_kw(grid)
    for bus, more in (("113", -100_200.0), ("316", 100_000.0)):
        at = grid.buses.names.index(bus)
        alone = grid.machines.fed_kw[grid.machines.bus == at].sum() - grid.buses.load_kw[at]
        assert fed[at] - alone == pytest.approx(more)


def test_a_coal_unit_costs_what_its_heat_rates_say(system: RtsGmlc) -> None:
    """101_STEAM_3: 30 MW at 13,270 BTU/kWh and 2.11399 USD per million BTU are 841.6 USD an hour; the next 15.3 MW at
    6,713 BTU/kWh; a cold start takes 5,284.8 million BTU."""
    units = system.units
    at = units.names.index("101_STEAM_3")
    power = np.zeros(len(units))
    power[at] = 30_000.0
    assert cost_per_h(units, power)[at] == pytest.approx(13.270 * 2.11399 * 30.0, rel=1e-6)
    power[at] = 76_000.0 * 0.596491228
    further = 6.713 * 2.11399 * 76.0 * (0.596491228 - 0.394736842)
    assert cost_per_h(units, power)[at] == pytest.approx(
        13.270 * 2.11399 * 30.0 + further, rel=1e-6
    )
    assert units.start_cost[at] == pytest.approx(5284.8 * 2.11399)
    assert (units.outage_rate[at], units.repair_h[at], units.ramp_kw_per_min[at]) == (
        0.02,
        40,
        2000,
    )
    full_btu = (
        13_270 * 0.394736842 + 6_713 * 0.201754386 + 8_028 * 0.201754387 + 8_549 * 0.201754385
    )
    assert units.carbon_g_per_kwh[at] == pytest.approx(210 * 453.59237 * full_btu / 1e6, rel=1e-6)


def test_a_unit_whose_further_heat_rates_are_nought_costs_its_average_and_is_named(
    system: RtsGmlc,
) -> None:
    """The nuclear one: 10,000 BTU/kWh at 0.81035 USD, on every kW."""
    units = system.units
    at = units.names.index("121_NUCLEAR_1")
    assert units.block_price_per_mwh[at] == pytest.approx(8.1035)
    assert any(note.startswith("121_NUCLEAR_1") for note in system.notes)
    assert (np.diff(units.block_price_per_mwh, axis=1) >= 0.0).all()
    assert units.block_kw.sum(axis=1) == pytest.approx(units.max_kw)


def test_stores_and_reserves_are_told(system: RtsGmlc) -> None:
    """The battery of 50 MW and 150 MWh, the tank of the solar thermal plant, seven products."""
    stores, units = system.stores, system.units
    assert [units.names[unit] for unit in stores.unit] == ["212_CSP_1", "313_STORAGE_1"]
    assert stores.energy_kwh.tolist() == [1_200_000.0, 150_000.0]
    assert stores.charge_kw.tolist() == [0.0, 50_000.0]
    assert stores.round_trip[1] == 0.85
    assert len(system.reserves) == 7
    assert system.reserves.areas[3] == ("1", "2", "3")
    assert system.reserves.required_kw[3] == 96_000.0


def test_all_faults_of_all_tables_come_at_once(folder: Path, tmp_path: Path) -> None:
    """A heat rate below 0, a rating of 0, a stranger bus and a year that lacks hours: each by its row."""
    copy = changed(folder, tmp_path, "gen", ",13114,9456,", ",13114,-9456,")
    path = copy / "branch.csv.gz"
    text = gzip.decompress(path.read_bytes()).decode()
    text = text.replace("A1,101,102,0.003,0.014,0.461,175", "A1,101,999,0.003,0.014,0.461,0")
    path.unlink()
    path.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(BadInput) as told:
        RtsGmlcFolder(path=copy).read()
    said = str(told.value)
    assert "gen.csv.gz line 2: a heat rate below 0" in said
    assert "branch.csv.gz line 2: bus 999" in said
    assert "branch.csv.gz line 2: Cont Rating is not above 0" in said


@pytest.mark.parametrize(
    ("table", "old", "new", "said"),
    [
        ("branch", "0.461,175,193,", "0.461,175,,", "LTE Rating is not above 0"),
        ("branch", "0.24,16,0,0,3", "0.24,16,,0,3", "Tr Ratio is below 0 or no number"),
        ("bus", "PV,108.0,", "PV,,", "MW Load is no number"),
        ("bus", "1.04777,-7.74152,0.0,", "1.04777,-7.74152,,", "MW Shunt G is no number"),
        ("gen", "Oil CT,Oil,8,", "Oil CT,Oil,,", "MW Inj is no number"),
        ("gen", "50,2,10.3494,", "50,2,NA,", "Fuel Price $/MMBTU is no number"),
        ("dc_branch", "Power,5,100,500,", "Power,5,,500,", "MW Load is no number"),
    ],
)
def test_a_cell_that_is_needed_and_empty_is_named(
    folder: Path, tmp_path: Path, table: str, old: str, new: str, said: str
) -> None:
    """Not taken as a number: one blank rating would leave every outage of the grid unwatched."""
    with pytest.raises(BadInput) as told:
        RtsGmlcFolder(path=changed(folder, tmp_path, table, old, new)).read()
    (finding,) = told.value.findings
    assert finding.subject.endswith(f"{table}.csv.gz line 2") and finding.value == said


def test_a_year_that_lacks_an_hour_is_named(folder: Path, tmp_path: Path) -> None:
    """Where it is missing, and how many there are."""
    copy = tmp_path / "rts"
    shutil.copytree(folder, copy)
    copy.chmod(0o755)
    path = copy / "day_ahead_hourly.parquet"
    hours = pl.read_parquet(path)
    path.unlink()
    pl.concat([hours[:100], hours[101:]]).write_parquet(path)
    with pytest.raises(BadInput, match="an hour after the one before") as told:
        RtsGmlcFolder(path=copy).read()
    assert "8,783 hours" in str(told.value)


def test_a_bus_without_a_way_to_the_one_that_feeds_is_named(folder: Path, tmp_path: Path) -> None:
    """Bus 207 hangs on one line; to another bus instead, nothing leads there."""
    copy = changed(folder, tmp_path, "branch", "B11,207,208,", "B11,206,208,")
    with pytest.raises(BadInput, match="no branch leads from it to the bus of type Ref") as told:
        RtsGmlcFolder(path=copy).read()
    (finding,) = told.value.findings
    assert "bus.csv.gz line" in finding.subject


def test_a_folder_without_a_table_names_it(tmp_path: Path) -> None:
    """Every missing table at once."""
    with pytest.raises(BadInput) as told:
        RtsGmlcFolder(path=tmp_path).read()
    assert len(told.value.findings) == 6
