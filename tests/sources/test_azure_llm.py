"""Single requests become rates per whole window, dated only when a zone is known."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from gridtide.finding import BadInput
from gridtide.fleet.request_mix import scv
from gridtide.sources.azure_llm import AzureRequests
from gridtide.testing.sources import DemandSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "azure_llm.csv"
REQUESTS = AzureRequests(path=FIXTURE, window_s=10)


class TestAzureRequests(DemandSourcePromises):
    source = REQUESTS


def test_rates_are_means_over_whole_windows() -> None:
    """Four requests in the first ten seconds, three in the next; the last one fills no window."""
    demand = REQUESTS.read()
    np.testing.assert_allclose(demand.requests_per_s, [0.4, 0.3])
    np.testing.assert_allclose(demand.input_tokens_per_s, [40.6, 31.5])
    np.testing.assert_allclose(demand.output_tokens_per_s, [4.6, 4.5])
    assert "the last 1 requests do not fill a window and are left out" in demand.notes


def test_burstiness_is_the_squared_variation_of_the_gaps() -> None:
    """Gaps of 1, 1, 2 s: variance 2/9, mean 4/3, squared ratio 1/8; of 1 and 1.5 s: 1/25."""
    np.testing.assert_allclose(REQUESTS.read().burstiness, [0.125, 0.04])


def test_without_a_zone_the_trace_is_undated() -> None:
    """The stamps of 2023 say no zone."""
    demand = REQUESTS.read()
    assert not demand.anchored
    assert demand.start_s.tolist() == [0, 10]


def test_with_a_zone_or_stamps_that_say_theirs_it_is_dated(tmp_path: Path) -> None:
    """18:17:03 UTC on 16 November 2023, given or said."""
    given = AzureRequests(path=FIXTURE, window_s=10, zone="UTC").read()
    assert given.anchored
    assert given.start_s[0] == 1_700_158_623
    lines = FIXTURE.read_text().splitlines()
    said = [lines[0], *(line.replace("00,", "00+00:00,", 1) for line in lines[1:])]
    (tmp_path / "2024.csv").write_text("\n".join(said))
    dated = AzureRequests(path=tmp_path / "2024.csv", window_s=10).read()
    assert dated.anchored
    assert dated.start_s.tolist() == given.start_s.tolist()


@pytest.mark.parametrize("window_s", [0, -5, 600])
def test_a_window_the_trace_does_not_fill_is_refused(window_s: int) -> None:
    """Twenty seconds of requests say nothing about a ten-minute mean."""
    with pytest.raises(BadInput, match="window_s"):
        AzureRequests(path=FIXTURE, window_s=window_s).read()


def test_a_mixture_of_stamps_names_the_odd_lines(tmp_path: Path) -> None:
    """One naive stamp among aware ones is a fault of its line."""
    (tmp_path / "mixed.csv").write_text(
        "TIMESTAMP,ContextTokens,GeneratedTokens\n"
        "2024-05-10 00:00:00.009930+00:00,2162,5\n2024-05-10 00:00:00.5,100,7\n"
    )
    with pytest.raises(BadInput, match="line 3 time"):
        AzureRequests(path=tmp_path / "mixed.csv").read()


@pytest.mark.real
def test_the_real_hour_has_the_stated_rate(data_dir: Path) -> None:
    """19,366 requests in 3,502 s are 5.5 a second."""
    path = data_dir / "llm_requests" / "azure2023_conv.parquet"
    demand = AzureRequests(path=path).read()
    assert len(demand) == 58
    assert demand.requests_per_s.mean() == pytest.approx(5.5, abs=0.06)
    assert demand.requests_per_s.max() / demand.requests_per_s.mean() == pytest.approx(
        1.51, abs=0.015
    )


@pytest.mark.real
def test_the_real_hour_has_the_stated_tokens_and_variations(data_dir: Path) -> None:
    """Context 1155, 1020, 4083 and answers 211, 129, 451 in mean, middle and P95; gaps vary by 1.20, answers by .60."""
    rows = pl.read_parquet(data_dir / "llm_requests" / "azure2023_conv.parquet").sort("t_s")
    at_s, prompt, answer = (
        rows[name].to_numpy() for name in ("t_s", "input_tokens", "output_tokens")
    )
    assert len(rows) == 19_366
    assert (at_s[-1] - at_s[0]) / 60.0 == pytest.approx(58.4, abs=0.05)
    for tokens, told in ((prompt, (1155, 1020, 4083)), (answer, (211, 129, 451))):
        found = (tokens.mean(), np.median(tokens), np.quantile(tokens, 0.95))
        assert found == pytest.approx(told, abs=0.5)
    assert scv(np.diff(at_s)) == pytest.approx(1.20, abs=5e-3)
    assert scv(answer) == pytest.approx(0.60, abs=6e-3)
    assert float(np.corrcoef(prompt, answer)[0, 1]) == pytest.approx(-0.11, abs=5e-3)
