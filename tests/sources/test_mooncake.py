"""Mooncake requests become rates per window on an undated clock."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.sources.mooncake import MooncakeRequests
from gridtide.testing.sources import DemandSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "mooncake.jsonl"
REQUESTS = MooncakeRequests(path=FIXTURE, window_s=10)


class TestMooncakeRequests(DemandSourcePromises):
    source = REQUESTS


def test_milliseconds_become_seconds_and_requests_rates() -> None:
    """The same arrivals as the Azure fixture, so the same rates."""
    demand = REQUESTS.read()
    np.testing.assert_allclose(demand.requests_per_s, [0.4, 0.3])
    np.testing.assert_allclose(demand.input_tokens_per_s, [400.6, 301.5])
    assert not demand.anchored


def test_every_faulty_line_is_named(tmp_path: Path) -> None:
    """A cut line, a list and a text for a number show at once."""
    path = tmp_path / "bad.jsonl"
    path.write_text(
        '{"timestamp": 0, "input_length": 1, "output_length": 1}\n[]\n'
        '{"timestamp": 0, "input_length": "1", "output_length": 1}\n{"timestamp": 0, "inp'
    )
    with pytest.raises(BadInput) as error:
        MooncakeRequests(path=path).read()
    said = [str(finding) for finding in error.value.findings]
    assert [text.split("line ")[1].split(";")[0] for text in said] == [
        "2: is list, not an object",
        "3: has no number as input_length",
        "4: is no whole JSON",
    ]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-1", "1e300"])
def test_a_number_that_cannot_be_is_refused(tmp_path: Path, number: str) -> None:
    """JSON as Python reads it knows NaN and Infinity; a trace does not."""
    path = tmp_path / "bad.jsonl"
    path.write_text(FIXTURE.read_text().replace("1003", number))
    with pytest.raises(BadInput, match="line 4 input"):
        MooncakeRequests(path=path, window_s=10).read()


@pytest.mark.real
def test_the_real_hour_keeps_its_duplicate(data_dir: Path) -> None:
    """12,031 requests, 3.4 a second, one repeated row kept."""
    demand = MooncakeRequests(
        path=data_dir / "llm_requests" / "mooncake_conversation.parquet"
    ).read()
    assert demand.requests_per_s.mean() == pytest.approx(3.4, abs=0.05)
    assert "1 rows repeat another row exactly; they are kept" in demand.notes
