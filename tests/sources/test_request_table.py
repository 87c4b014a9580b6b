"""Requests of one's own: read as they stand, and refused by the name of what is missing."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.sources.request_table import RequestTable
from gridtide.testing.sources import DemandSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "requests.csv"
REQUESTS = RequestTable(path=FIXTURE, window_s=30)


class TestRequestTable(DemandSourcePromises):
    source = REQUESTS


def test_rates_are_those_of_whole_windows_in_any_order_of_rows() -> None:
    """From the first request on: two in the first half minute, the second one is not whole."""
    demand = REQUESTS.read()
    np.testing.assert_allclose(demand.requests_per_s * 30.0, [2.0])
    assert demand.source == "requests.csv"


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = tmp_path / "requests.csv"
    path.write_text(FIXTURE.read_text().replace("output_tokens", "answer"))
    with pytest.raises(BadInput, match="output_tokens"):
        RequestTable(path=path).read()
