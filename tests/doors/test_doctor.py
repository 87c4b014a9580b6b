"""`gridtide doctor`: the real faults of real files, and none where there is none."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from gridtide.doors.cli import exit_code

pytestmark = pytest.mark.filterwarnings("error")


def examined(
    capsys: pytest.CaptureFixture[str], *words: str
) -> dict[str, dict[str, dict[str, Any]]]:
    """Series -> check -> answer, of `doctor --json`."""
    assert exit_code(["doctor", *words, "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    return {
        series["name"]: {check["check"]: check for check in series["checks"]}
        for series in document["series"]
    }


def grid(data_dir: Path) -> str:
    """The hourly file of seventeen zones."""
    return str(data_dir / "grid_hourly" / "grid_hourly.parquet")


@pytest.mark.real
def test_south_australia_stamps_ends_and_changes_its_step(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are repaired by the reader, and said."""
    price = examined(capsys, str(data_dir / "aemo_sa1_price" / "sa1.parquet"))[
        "price_aud_per_mwh of here"
    ]
    assert price["interval stamp"]["verdict"] == "repaired"
    assert price["step"]["sentence"] == (
        "the step changes inside the file: 5 and 30 min, from 2021-09-30 14:00 UTC on"
    )
    assert price["currency"]["sentence"] == "prices are in AUD"
    assert "negative, which is legal" in price["range"]["sentence"]


@pytest.mark.real
def test_germany_lost_the_hour_of_its_autumn_change(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """2022-10-30, and the days that are empty as a whole."""
    price = examined(capsys, grid(data_dir), "--zone", "DE-LU")["price_local_per_mwh of DE-LU"]
    assert "2022-10-30 01:00" in price["clock changes"]["sentence"]
    assert price["gaps"]["count"] == 170
    for day in ("2020-11-16", "2020-11-17", "2020-11-19", "2021-04-30"):
        assert day in price["gaps"]["sentence"]


@pytest.mark.real
def test_brazil_rests_on_its_floor(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """79 % of 2022 at 55.70."""
    price = examined(capsys, grid(data_dir), "--zone", "BR-SP")["price_local_per_mwh of BR-SP"]
    assert "2022: 79% at 55.7 (floor)" in price["floors and caps"]["sentence"]


@pytest.mark.real
def test_new_york_has_an_unfilled_column(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its solar is 0 in every hour; its wind is a measurement."""
    found = examined(
        capsys, str(data_dir / "eia_mix_2022" / "eia_mix_2022.parquet"), "--zone", "NYIS"
    )
    assert found["solar_mw of NYIS"]["unfilled column"]["verdict"] == "needs a decision"
    assert found["wind_mw of NYIS"]["unfilled column"]["verdict"] == "passed"


@pytest.mark.real
def test_tokyo_is_all_estimates(data_dir: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every carbon intensity of JP-TK is an estimate."""
    carbon = examined(capsys, grid(data_dir), "--zone", "JP-TK")["ci_direct_g_per_kwh of JP-TK"]
    assert carbon["estimated"]["sentence"].startswith("100%")


@pytest.mark.real
@pytest.mark.parametrize(("name", "count"), [("philly_2017", 51), ("pai2020_gaia100k_h1", 937)])
def test_duplicate_jobs_are_counted(
    name: str, count: int, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many as the data page says."""
    jobs = examined(capsys, str(data_dir / "gpu_jobs" / f"{name}.parquet"))["jobs"]
    assert jobs["duplicates"]["count"] == count


@pytest.mark.real
@pytest.mark.parametrize("zone", ["US-CAL-CISO", "KR", "AU-NSW"])
def test_clean_prices_raise_no_alarm(
    zone: str, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nothing needs a decision where nothing is wrong."""
    price = examined(capsys, grid(data_dir), "--zone", zone)[f"price_local_per_mwh of {zone}"]
    assert [name for name, check in price.items() if check["verdict"] == "needs a decision"] == []


@pytest.mark.real
def test_a_smoothed_and_a_shifted_price_are_both_found(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A two-hour mean and a second conversion to UTC, done by this test to PJM's prices."""
    hours = pl.read_parquet(grid(data_dir)).filter(
        (pl.col("zone") == "US-MIDA-PJM") & pl.col("price_local_per_mwh").is_not_null()
    )
    price = hours.select("time_utc", price_per_mwh="price_local_per_mwh").sort("time_utc")
    price.write_parquet(tmp_path / "raw.parquet")
    mean = pl.col("price_per_mwh").rolling_mean(2, min_samples=1)
    price.with_columns(mean).write_parquet(tmp_path / "smooth.parquet")
    price.with_columns(pl.col("time_utc").dt.offset_by("5h")).write_parquet(
        tmp_path / "late.parquet"
    )
    usd = ("--currency", "USD")
    raw = examined(capsys, str(tmp_path / "raw.parquet"), *usd)["price_per_mwh of here"]
    smooth = examined(capsys, str(tmp_path / "smooth.parquet"), *usd)["price_per_mwh of here"]
    late = examined(
        capsys, str(tmp_path / "late.parquet"), *usd, "--reference", str(tmp_path / "raw.parquet")
    )["price_per_mwh of here"]
    assert raw["hidden smoothing"]["verdict"] == "passed"
    assert smooth["hidden smoothing"]["verdict"] == "needs a decision"
    assert "moved by -5 h" in late["lag"]["sentence"]


def test_a_small_file_with_many_faults_says_them_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A gap, a doubled time, an absurd value, no currency: four answers with rows and mends."""
    rows = [f"2023-01-{1 + h // 24:02d}T{h % 24:02d}:00Z,{50 + h % 7}" for h in range(96)]
    rows[10] = "2023-01-01T10:00Z,999999"
    del rows[40]
    rows.insert(50, rows[50])
    (tmp_path / "prices.csv").write_text("time,price_per_mwh\n" + "\n".join(rows) + "\n")
    found = examined(capsys, str(tmp_path / "prices.csv"))["price_per_mwh of here"]
    faulty = {name for name, check in found.items() if check["verdict"] == "needs a decision"}
    assert faulty == {"gaps", "duplicates", "range", "currency"}
    assert found["range"]["rows"] == [11]
    assert all(found[name]["mend"] for name in faulty)
    assert exit_code(["doctor", str(tmp_path / "prices.csv"), "--strict"]) == 2
    assert "needs a decision: gaps" in capsys.readouterr().out


def test_naive_times_need_a_decision(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A zone is never guessed."""
    rows = [f"2023-01-01 {h:02d}:00:00,{h}" for h in range(24)]
    (tmp_path / "load.csv").write_text("time,load_kw\n" + "\n".join(rows) + "\n")
    found = examined(capsys, str(tmp_path / "load.csv"))["load_kw of here"]
    assert found["time zone"]["verdict"] == "needs a decision"


ISSUES = ("2022-12-30T12:00Z", "2022-12-31T12:00Z")
HOURS = [f"2023-01-{1 + h // 24:02d}T{h % 24:02d}:00Z" for h in range(96)]


def csv_of(
    path: Path, cells: list[str], name: str = "price_per_mwh", times: list[str] = HOURS
) -> str:
    """The path of a table of times and cells."""
    rows = [f"{time},{cell}" for time, cell in zip(times, cells, strict=True)]
    path.write_text("\n".join([f"time,{name}", *rows, ""]))
    return str(path)


def test_cells_that_are_words_are_named_and_their_column_is_not_passed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One decimal comma in a column of numbers, or all of them."""
    cells = [str(50 + h % 7) for h in range(96)]
    cells[10] = '"12,5"'
    one = examined(capsys, csv_of(tmp_path / "one.csv", cells), "--currency", "EUR")
    assert one["price_per_mwh of here"]["numbers"]["rows"] == [11]
    assert "decimal point" in one["price_per_mwh of here"]["numbers"]["mend"]
    every = examined(capsys, csv_of(tmp_path / "all.csv", ['"50,25"'] * 96), "--currency", "EUR")
    assert every["price_per_mwh of here"]["numbers"]["count"] == 96


def test_times_nobody_can_read_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every row, or some of them; what can be read is still examined."""
    german = [f"{1 + h // 24:02d}.01.2023 {h % 24:02d}:00" for h in range(96)]
    cells = [str(50 + h % 7) for h in range(96)]
    file = csv_of(tmp_path / "g.csv", cells, times=german)
    assert examined(capsys, file)["price_per_mwh of here"]["time zone"]["count"] == 96
    mixed = [time if h % 2 else time[:-1] for h, time in enumerate(HOURS)]
    found = examined(capsys, csv_of(tmp_path / "m.csv", cells, times=mixed))[
        "price_per_mwh of here"
    ]
    assert found["time zone"]["rows"] == [1, 3, 5, 7, 9]
    assert found["duplicates"]["verdict"] == "passed"


def test_a_long_table_is_told_apart_by_zone_and_quantity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two quantities of one zone at one time are no duplicates, and each has its own range."""
    rows = [
        f"{time},A,relative_humidity,60\n{time},A,price_per_mwh,{h}" for h, time in enumerate(HOURS)
    ]
    (tmp_path / "long.csv").write_text("time,zone,quantity,value\n" + "\n".join(rows) + "\n")
    found = examined(capsys, str(tmp_path / "long.csv"), "--currency", "EUR")
    assert set(found) == {"value of A price_per_mwh", "value of A relative_humidity"}
    assert all(checks["duplicates"]["verdict"] == "passed" for checks in found.values())
    assert found["value of A relative_humidity"]["range"]["count"] == 96


def test_a_forecast_said_twice_is_no_duplicate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The newest issue of each hour is examined."""
    rows = [f"{time},{said},{h}" for h, time in enumerate(HOURS) for said in ISSUES]
    (tmp_path / "f.csv").write_text("time,issued_at,price_per_mwh\n" + "\n".join(rows) + "\n")
    found = examined(capsys, str(tmp_path / "f.csv"), "--currency", "EUR")["price_per_mwh of here"]
    assert found["duplicates"]["verdict"] == "passed"


def test_a_clock_time_that_spring_skips_is_found(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Berlin has no 02:00 on 26 March 2023."""
    times = [f"2023-03-26T{h:02d}:00:00" for h in range(24)]
    rows = [f"{time},{40 + h},DE-LU" for h, time in enumerate(times)]
    (tmp_path / "d.csv").write_text("time,price_per_mwh,zone\n" + "\n".join(rows) + "\n")
    found = examined(capsys, str(tmp_path / "d.csv"), "--currency", "EUR")["price_per_mwh of DE-LU"]
    assert found["clock changes"]["rows"] == [3]


def test_a_tariff_and_a_year_of_a_few_rows_rest_on_no_floor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Day and night rates are no floor and no cap."""
    times = [
        f"2023-{1 + h // 672:02d}-{1 + h // 24 % 28:02d}T{h % 24:02d}:00Z" for h in range(1344)
    ]
    cells = ["30" if h % 24 < 7 else "80" for h in range(1344)]
    file = csv_of(tmp_path / "t.csv", cells, times=times)
    found = examined(capsys, file, "--currency", "EUR")["price_per_mwh of here"]
    assert found["floors and caps"]["verdict"] == "passed"


def test_a_missing_interval_is_named_by_the_row_before_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """So that somebody finds the place."""
    cells = [str(50 + h % 7) for h in range(96)]
    file = csv_of(tmp_path / "g.csv", [*cells[:40], *cells[43:]], times=[*HOURS[:40], *HOURS[43:]])
    found = examined(capsys, file, "--currency", "EUR")["price_per_mwh of here"]["gaps"]
    assert (found["rows"], found["count"]) == ([40], 3)


def test_run_times_that_are_none_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words, zero and less."""
    rows = "".join(f"2023-01-01T00:00Z,{cell}\n" for cell in ("60", "abc", "0", "-5"))
    (tmp_path / "jobs.csv").write_text("submit,duration_s\n" + rows)
    found = examined(capsys, str(tmp_path / "jobs.csv"))["jobs"]["run time"]
    assert (found["count"], found["rows"]) == (3, [2, 3, 4])


@pytest.mark.real
def test_curtailment_of_eighteen_fuels_is_eighteen_series(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Great Britain's file has eighteen rows for each quarter of an hour, and no gap."""
    found = examined(capsys, str(data_dir / "gb_curtailment_2025_10" / "gb_by_fuel.parquet"))
    assert len({name.split(" of ")[1] for name in found}) == 18
    assert all(checks["gaps"]["verdict"] == "passed" for checks in found.values())


@pytest.mark.parametrize(
    "content",
    ["", "a,b\n1,2\n", "\x00\x01", "time,price_per_mwh\n", "time,a\n2023-01-01T00:00Z,x\n"],
)
def test_a_file_that_is_no_table_is_refused(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 2 with the file's name."""
    (tmp_path / "x.csv").write_text(content)
    assert exit_code(["doctor", str(tmp_path / "x.csv")]) == 2
    err = capsys.readouterr().err
    assert "x.csv" in err and "Traceback" not in err


def test_the_installation_is_checked_part_by_part(capsys: pytest.CaptureFixture[str]) -> None:
    """Every core package with its version."""
    assert exit_code(["doctor", "--json"]) == 0
    parts = {line["part"]: line for line in json.loads(capsys.readouterr().out)["installation"]}
    assert {"python", "numpy", "highspy", "kernels"} <= set(parts)
    assert exit_code(["doctor"]) == 0


def test_the_signals_of_a_case_are_checked_for_coverage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo covers its own week."""
    assert exit_code(["init", "demo", str(tmp_path / "mine")]) == 0
    capsys.readouterr()
    found = examined(capsys, str(tmp_path / "mine" / "case.toml"))
    assert len(found) > 10
    assert all(checks["coverage"]["verdict"] == "passed" for checks in found.values())
