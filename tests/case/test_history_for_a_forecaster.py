"""What a case hands its forecaster: clocks of its zones, and as much history as it asks for."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from gridtide.case.load import load_case
from gridtide.case.schema import SignalTable
from gridtide.case.wiring import as_published
from gridtide.digest import digest
from gridtide.signals.history import truth
from gridtide.signals.signal import Kind, Signal
from gridtide.simulate.study import Study
from gridtide.timeline import epoch_s, regular

ONE_DAY = (Path(__file__).parents[1] / "fixtures" / "one_day.toml").read_text()
FIRST = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 70


def study(folder: Path, forecaster: str, from_file: bool) -> Study:
    """The case of one day, its prices made up or read from seventy days of them."""
    text = ONE_DAY.replace("plan_h = 24", f'plan_h = 24\nforecaster = "{forecaster}"')
    if from_file:
        rows = [
            f"{FIRST + timedelta(hours=hour):%Y-%m-%dT%H:%M:%SZ},{50 + 20 * np.sin(hour / 24):.3f}"
            for hour in range(24 * DAYS)
        ]
        (folder / "price.csv").write_text("\n".join(["time,price_per_mwh", *rows]))
        text += '\n[[signal]]\nzone = "ELSEWHERE"\nsource = "table"\npath = "price.csv"\ncurrency = "EUR"\n'
        text = text.replace('zone = "DE-LU"\nclock', 'zone = "ELSEWHERE"\nclock')
    (folder / "case.toml").write_text(text)
    return load_case(folder / "case.toml")


def first_price_s(found: Study, zone: str) -> int:
    """When the history of a price begins."""
    rows = found.history.of(Kind.PRICE, zone)
    assert rows is not None
    return int(rows.start_s[0])


def test_a_forecaster_that_learns_gets_the_whole_file(tmp_path: Path) -> None:
    """All seventy days for ridge, the usual eight before the course for persistence."""
    learns, repeats = (study(tmp_path, name, True) for name in ("ridge", "persistence"))
    assert first_price_s(learns, "ELSEWHERE") == epoch_s(FIRST)
    assert first_price_s(repeats, "ELSEWHERE") == int(repeats.timeline.edges_s[0]) - 8 * 86_400


def test_what_really_comes_does_not_depend_on_the_forecaster(tmp_path: Path) -> None:
    """Made-up or read: the same prices over the course, whoever forecasts them."""
    for from_file in (False, True):
        zone = "ELSEWHERE" if from_file else "DE-LU"
        came = [
            truth(found.history, Kind.PRICE, zone, found.timeline).values
            for found in (study(tmp_path, name, from_file) for name in ("ridge", "persistence"))
        ]
        assert digest(came[0]) == digest(came[1])


def test_a_zone_keeps_its_own_clock_or_that_of_the_site_in_it(tmp_path: Path) -> None:
    """DE-LU by zones.toml, an unknown zone by its site."""
    assert study(tmp_path, "ridge", True).history.clock_of("ELSEWHERE") == "Europe/Berlin"
    assert study(tmp_path, "ridge", False).history.clock_of("DE-LU") == "Europe/Berlin"
    assert study(tmp_path, "ridge", False).history.clock_of("nobody's") == "UTC"


def test_a_day_ahead_price_is_issued_day_by_day_on_the_clock_of_its_market() -> None:
    """Over the change to summer time: days of 24, 23 and 24 hours, each said at 13:00 of the day before."""
    start = datetime(2023, 3, 24, 23, tzinfo=UTC)
    price = Signal(
        kind=Kind.PRICE, zone="DE-LU", timeline=regular(start, timedelta(hours=1), 71),
        values=np.arange(71.0), source="a test", currency="EUR",
    )  # fmt: skip
    parts = as_published(price, SignalTable(zone="DE-LU"))
    assert [len(part.timeline) for part in parts] == [24, 23, 24]
    said = [part.issued_at for part in parts]
    assert said == [datetime(2023, 3, 24 + day, 12 - (day > 1), tzinfo=UTC) for day in range(3)]
    assert np.concatenate([part.values for part in parts]).tolist() == list(range(71))
