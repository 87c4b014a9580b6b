"""Client rates add up to the family's; what was not collected stays unknown, what stands in is said."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.fleet.demand import DemandTrace
from gridtide.sources.servegen import ServeGenRates
from gridtide.testing.sources import DemandSourcePromises

FOLDER = Path(__file__).parents[1] / "fixtures" / "sources" / "servegen"
TABLES = ServeGenRates(
    path=FOLDER.parent / "servegen_rates.csv", tokens=FOLDER.parent / "servegen_tokens.csv"
)


class TestServeGenRates(DemandSourcePromises):
    source = TABLES


def test_rates_add_up_and_a_window_without_any_client_is_unknown() -> None:
    """A client absent from a window sends nothing; all absent is a gap of collection."""
    demand = ServeGenRates(path=FOLDER).read()
    np.testing.assert_allclose(demand.requests_per_s, [40.0, 20.0, np.nan, 40.0])
    assert demand.window_s == 600
    assert "1 of 4 windows have no client at all" in " ".join(demand.notes)
    assert not demand.anchored


def test_a_missing_histogram_is_replaced_by_the_pooled_one_and_said() -> None:
    """Client 1 has none: the family's mean of 200 in and 50 out stands in for 40 % of the requests."""
    demand = ServeGenRates(path=FOLDER).read()
    np.testing.assert_allclose(demand.input_tokens_per_s, [8_000.0, 4_000.0, np.nan, 8_000.0])
    np.testing.assert_allclose(demand.output_tokens_per_s, [2_000.0, 1_000.0, np.nan, 2_000.0])
    assert "1 clients (40% of the requests) have no input histogram" in " ".join(demand.notes)


def test_burstiness_is_weighted_by_rate_and_outliers_are_clipped() -> None:
    """(10 x 4 + 30 x 1)/40 = 1.75; a variation of 100 counts as 30: (30 x 900 + 10)/40."""
    demand = ServeGenRates(path=FOLDER).read()
    np.testing.assert_allclose(demand.burstiness, [1.75, 1.0, np.nan, 675.25])
    assert "1 of 5 variations of a client are clipped to 30" in demand.notes


def test_folder_and_tables_say_the_same() -> None:
    """Two layouts, one family."""
    folder = replace(ServeGenRates(path=FOLDER).read(), source="", notes=())
    assert digest(folder) == digest(replace(TABLES.read(), source="", notes=()))


def test_both_files_faults_show_at_once(tmp_path: Path) -> None:
    """Two missing files are two findings."""
    with pytest.raises(BadInput) as error:
        ServeGenRates(path=tmp_path / "r.parquet", tokens=tmp_path / "t.parquet").read()
    assert len(error.value.findings) == 2


def test_rates_without_tokens_are_refused() -> None:
    """Token demand is not guessed from nothing."""
    with pytest.raises(BadInput, match="no tokens file given"):
        replace(TABLES, tokens=None).read()


def test_windows_off_the_grid_and_told_twice_are_refused(tmp_path: Path) -> None:
    """Ten-minute windows, one row for each client."""
    more = "1,1800,10.0,1.0,Gamma,1.0,0.1\n1,1900,1,1,Gamma,1,1\n"
    (tmp_path / "rates.csv").write_text(TABLES.path.read_text() + more)
    with pytest.raises(BadInput) as error:
        replace(TABLES, path=tmp_path / "rates.csv").read()
    assert len(error.value.findings) == 3


def test_a_cut_dataset_names_its_chunk(tmp_path: Path) -> None:
    """Broken JSON in one chunk is a fault of that file."""
    (tmp_path / "chunk-4-trace.csv").write_text("0,1.0,1.0,Gamma,1,1\n")
    (tmp_path / "chunk-4-dataset.json").write_text('{"0": {"input_tok')
    with pytest.raises(BadInput, match=r"chunk-4-dataset\.json"):
        ServeGenRates(path=tmp_path).read()


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    """A folder without chunks is not a family."""
    with pytest.raises(BadInput, match="holds no chunk"):
        ServeGenRates(path=tmp_path).read()


@given(text=st.text(max_size=200))
def test_any_dataset_gives_demand_or_bad_input(
    text: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands in a chunk's dataset."""
    folder = tmp_path_factory.mktemp("chunks")
    (folder / "chunk-0-trace.csv").write_text("0,1.0,1.0,Gamma,1,1\n")
    (folder / "chunk-0-dataset.json").write_bytes(
        b'{"0": {"input_tokens": "' + text.encode("utf-8", "replace") + b'"}}'
    )
    try:
        demand = ServeGenRates(path=folder).read()
    except BadInput as error:
        assert error.findings
    else:
        assert isinstance(demand, DemandTrace)


@pytest.mark.real
@pytest.mark.parametrize(
    ("family", "windows", "least", "mean", "most", "missing"),
    [
        ("m_large", 2_016, 48, 196, 583, 0),
        ("m_small", 2_016, 391, 1_196, 3_880, 37),
        ("deepseek_r1", 144, 4.3, 16, 42.5, 0),
    ],
)
def test_the_real_families_have_the_stated_rates(
    data_dir: Path,
    family: str,
    windows: int,
    least: float,
    mean: float,
    most: float,
    missing: int,
) -> None:
    """Totals of the data page, its 37 windows without collection, its shares without histogram."""
    folder = data_dir / "llm_rates_servegen"
    demand = ServeGenRates(
        path=folder / f"{family}_rates.parquet", tokens=folder / f"{family}_tokens.parquet"
    ).read()
    rate = demand.requests_per_s
    assert len(demand) == windows
    assert int(np.isnan(rate).sum()) == missing
    assert np.nanmin(rate) == pytest.approx(least, rel=0.01)
    assert np.nanmean(rate) == pytest.approx(mean, rel=0.01)
    assert np.nanmax(rate) == pytest.approx(most, rel=0.01)
    shares = {"m_large": "15 clients (37%", "m_small": "5 clients (57%", "deepseek_r1": ""}
    assert shares[family] in " ".join(demand.notes)
    tokens = pl.read_parquet(folder / f"{family}_tokens.parquet")
    length = np.nanmean(demand.input_tokens_per_s) / np.nanmean(rate)
    assert tokens["mean"].min() < length < tokens["mean"].max()  # type: ignore[operator]
