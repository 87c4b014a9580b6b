"""A case may end inside an interval of its signals: what holds for the hour holds for its part."""

from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

CASE = (Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml").read_text()
PRICES = CASE[CASE.index("[[signal]]") :]
JOBS = CASE[CASE.index("[[jobs]]") : CASE.index("[[signal]]")]
HOURS = "time,price_per_mwh\n" + "".join(
    f"2026-03-{day:02d}T{hour:02d}:00+01:00,{40 + hour}\n" for day in (1, 2) for hour in range(24)
)
TABLE = """
[[signal]]
zone = "DE-LU"
source = "table"
path = "prices.csv"
currency = "EUR"
kinds = ["price_per_mwh"]

[[signal]]
zone = "DE-LU"
kinds = ["temperature_c", "relative_humidity", "carbon_average_g_per_kwh"]
"""


@pytest.mark.parametrize("end", ["2026-03-02T00:15", "2026-03-02T00:45", "2026-03-02T09:30"])
def test_a_case_may_end_inside_an_hour_of_its_prices(end: str, tmp_path: Path) -> None:
    """One quarter of an hour is a case as well as a day is."""
    text = CASE.replace(PRICES, TABLE).replace(JOBS, "").replace('protect = ["odd"]\n', "")
    text = text.replace("end = 2026-03-03T00:00", f"end = {end}")
    (tmp_path / "prices.csv").write_text(HOURS)
    (tmp_path / "case.toml").write_text(text)
    case = str(tmp_path / "case.toml")
    assert exit_code(["check", case]) == 0
    assert exit_code(["run", case, "--runs", str(tmp_path / "runs")]) == 0
