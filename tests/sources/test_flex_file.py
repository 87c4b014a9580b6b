"""What a fleet gives by waiting, read from the document of `gridtide flex`."""

import json
from pathlib import Path

import pytest

from gridtide.finding import BadInput
from gridtide.sources.flex_file import FlexFile

EXAMPLE = Path(__file__).parents[2] / "examples" / "connection_flex.json"


def test_steps_of_the_fleet_that_last_an_hour_are_read() -> None:
    """kW, prices and what is drawn later for each kWh, as the rows have them; more drawn for an hour is for catching
    up."""
    rows = json.loads(EXAMPLE.read_text())["rows"]
    work = FlexFile(path=EXAMPLE, delay=0.5).read()
    assert (work.of, work.currency) == ("Nantong-Zhangbei", "CNY")
    for duration_h in (1.0, 4.0):
        kw = sum(row["down_kw"] for row in rows if row["duration_s"] == 3600 * duration_h)
        assert sum(
            step.kw for step in work.steps if step.duration_h == duration_h
        ) == pytest.approx(kw)
    first = next(row for row in rows if row["direction"] == "down" and row["rebound_kwh"] > 0.0)
    step = next(step for step in work.steps if step.kw == first["down_kw"])
    assert step.price_per_kwh == first["price_per_kwh"]
    hours = first["duration_s"] / 3600
    assert step.drawn_later == pytest.approx(first["rebound_kwh"] / first["down_kw"] / hours)
    more = sum(row["up_kw"] for row in rows if row["duration_s"] == 3600)
    assert work.catch_up_kw == pytest.approx(more) and more > 0.0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("no json", "Write it again"),
        ("[]", "it has no rows"),
        ('{"rows": []}', "no row of the fleet draws less for an hour"),
        ('{"rows": [{"site": "fleet", "delay": 0.5}]}', "row 0 price_per_kwh: None"),
    ],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """With what it should be and how it is made."""
    path = tmp_path / "flex.json"
    path.write_text(text)
    with pytest.raises(BadInput, match=said):
        FlexFile(path=path).read()


def test_a_delay_that_the_file_lacks_is_named_with_those_it_has() -> None:
    """So that another can be chosen."""
    with pytest.raises(BadInput, match=r"delay of 1; delays in the file: 0\.5"):
        FlexFile(path=EXAMPLE, delay=1.0).read()
