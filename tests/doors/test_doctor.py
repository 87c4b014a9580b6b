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


def raw_pjm_prices(data_dir: Path, folder: Path) -> pl.DataFrame:
    """PJM's prices where there are any, also written to raw.parquet."""
    hours = pl.read_parquet(grid(data_dir)).filter(
        (pl.col("zone") == "US-MIDA-PJM") & pl.col("price_local_per_mwh").is_not_null()
    )
    price = hours.select("time_utc", price_per_mwh="price_local_per_mwh").sort("time_utc")
    price.write_parquet(folder / "raw.parquet")
    return price


@pytest.mark.real
def test_a_smoothed_and_a_shifted_price_are_both_found(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A two-hour mean and a second conversion to UTC, done by this test to PJM's prices."""
    price = raw_pjm_prices(data_dir, tmp_path)
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


def priced(path: Path, times: list[str], cells: list[str], name: str = "price_per_mwh") -> str:
    """A semicolon file as some markets export it."""
    rows = [f"{time};{cell}" for time, cell in zip(times, cells, strict=True)]
    path.write_text("\n".join([f"time;{name}", *rows, ""]))
    return str(path)


def test_semicolons_and_decimal_commas_are_told_apart_from_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A file in another country's way of writing is read as far as it goes, and both are named."""
    file = priced(tmp_path / "de.csv", HOURS, [f"{50 + h % 7},{h % 10}5" for h in range(96)])
    found = examined(capsys, file, "--currency", "EUR")["price_per_mwh of here"]
    assert found["separator"]["verdict"] == "needs a decision"
    assert "decimal point" in found["numbers"]["mend"]


def test_points_between_thousands_are_no_decimal_points(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """1.234 beside 987 is a thousand times too small; 1.234 beside 0.987 is not touched."""
    grouped = [f"{1 + h % 3}.{100 + h}" if h % 2 else str(900 + h % 90) for h in range(96)]
    found = examined(capsys, csv_of(tmp_path / "a.csv", grouped, "load_kw"))["load_kw of here"]
    assert found["numbers"]["count"] == 48
    assert "thousand times too small" in found["numbers"]["mend"]
    decimal = [f"{h % 3}.{100 + h}" for h in range(96)]
    found = examined(capsys, csv_of(tmp_path / "b.csv", decimal, "load_kw"))["load_kw of here"]
    assert found["numbers"]["verdict"] == "passed"


def test_commas_beside_points_between_thousands_are_all_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """1.234,5 and 1.234 in one column are two thousand-odd numbers, and neither is 1.2."""
    cells = [f'"{1 + h % 3}.234,5"' if h % 2 else "2.500" for h in range(96)]
    found = examined(capsys, csv_of(tmp_path / "a.csv", cells, "load_kw"))["load_kw of here"]
    assert found["numbers"]["count"] == 96


def test_the_currency_of_a_known_market_is_held_against_the_label(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Australian prices under the name of US dollars."""
    file = csv_of(tmp_path / "p.csv", [str(50 + h % 7) for h in range(96)])
    found = examined(capsys, file, "--zone", "AU-NSW", "--currency", "USD")
    assert "settles in AUD" in found["price_per_mwh of AU-NSW"]["currency"]["sentence"]
    right = examined(capsys, file, "--zone", "NSW1", "--currency", "AUD")
    assert right["price_per_mwh of NSW1"]["currency"]["verdict"] == "passed"


def test_a_column_that_calls_itself_a_forecast_needs_its_time_of_issue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside a time of issue nothing is to be decided."""
    cells = [str(50 + h % 7) for h in range(96)]
    bare = examined(capsys, csv_of(tmp_path / "f.csv", cells, "wind_forecast_kw"))
    assert bare["wind_forecast_kw of here"]["nature"]["verdict"] == "needs a decision"
    rows = [f"{time},{ISSUES[0]},{cell}" for time, cell in zip(HOURS, cells, strict=True)]
    (tmp_path / "i.csv").write_text("time,issued_at,wind_forecast_kw\n" + "\n".join(rows) + "\n")
    issued = examined(capsys, str(tmp_path / "i.csv"))
    assert issued["wind_forecast_kw of here"]["nature"]["verdict"] == "passed"


def test_estimates_are_counted_zone_by_zone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One zone of estimates makes no estimate of another."""
    rows = [f"{t},{zone},{300 + h},{str(zone == 'A').lower()}"
            for h, t in enumerate(HOURS) for zone in "AB"]  # fmt: skip
    head = "time,zone,carbon_average_g_per_kwh,estimated\n"
    (tmp_path / "c.csv").write_text(head + "\n".join(rows) + "\n")
    found = examined(capsys, str(tmp_path / "c.csv"))
    assert found["carbon_average_g_per_kwh of A"]["estimated"]["sentence"].startswith("100%")
    assert found["carbon_average_g_per_kwh of B"]["estimated"]["verdict"] == "passed"


def test_a_zone_of_the_same_file_can_be_the_other_series(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--against-zone` alone looks into the file itself; a column that is not there is refused by name."""
    hours = [
        f"2023-0{1 + d // 28}-{1 + d % 28:02d}T{h:02d}:00Z" for d in range(84) for h in range(24)
    ]
    value = [50 + (n * n) % 83 for n in range(len(hours))]
    rows = [f"{t},DE-LU,{value[n]}\n{t},NL,{value[n - 3]}" for n, t in enumerate(hours)]
    (tmp_path / "p.csv").write_text("time,zone,price_per_mwh\n" + "\n".join(rows) + "\n")
    words = (
        str(tmp_path / "p.csv"),
        "--currency",
        "EUR",
        "--zone",
        "DE-LU",
        "--against-zone",
        "NL",
    )
    assert "lag" in examined(capsys, *words)["price_per_mwh of DE-LU"]
    assert exit_code(["doctor", *words, "--against-column", "demand_kw"]) == 2
    assert "price_per_mwh" in capsys.readouterr().err


def test_seconds_from_a_start_are_times_without_a_date(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A regulation signal has no zone to ask for."""
    rows = [f"{2 * n},{(n * 7919 % 200) / 100 - 1}" for n in range(400)]
    (tmp_path / "agc.csv").write_text("t_s,signal_pu\n" + "\n".join(rows) + "\n")
    found = examined(capsys, str(tmp_path / "agc.csv"))["signal_pu of here"]
    assert {check["verdict"] for check in found.values()} == {"passed"}


@pytest.mark.real
def test_measurements_that_were_computed_from_others_are_found(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The capped rows of one table are 1.3 and 1 times the uncapped ones in all 57 cells; 90 rows stand twice."""
    found = examined(capsys, str(data_dir / "gpu_power" / "splitwise_llm.parquet"))["measurements"]
    assert "prefill_ms of h100-80gb-pcap is 1.3 times" in found["derived rows"]["sentence"]
    assert "decode_ms_per_token of h100-80gb-pcap is 1 times" in found["derived rows"]["sentence"]
    assert found["duplicates"]["count"] == 90
    assert found["bounds"]["verdict"] == "needs a decision"


@pytest.mark.real
def test_eight_measurements_lie_above_their_cap_and_a_distribution_runs_to_a_hundred(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Both are kept and said; no group of the capped measurements is another one times a factor."""
    zeus = examined(capsys, str(data_dir / "gpu_power" / "zeus_training_caps.parquet"))
    assert zeus["measurements"]["bounds"]["count"] == 8
    assert zeus["measurements"]["derived rows"]["verdict"] == "passed"
    acme = examined(capsys, str(data_dir / "gpu_power" / "acme_power_cdf.parquet"))["measurements"]
    assert "cdf runs to 100" in acme["unit"]["sentence"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("folder", "name", "column", "check", "words"),
    [
        ("finland_forecasts", "fi", "wind_forecast_mw", "nature", "forecasts"),
        ("finland_forecasts", "fi", "wind_forecast_mw", "gaps", "values begin 2016-12-07"),
        ("finland_forecasts", "fi", "solar_forecast_mw", "gaps", "10104 empty cells before"),
        ("gb_curtailment_2025_10", "gb_by_fuel", "notified_gwh", "time zone", "assumed"),
        ("aemo_sa1_price", "sa1", "price_aud_per_mwh", "floors and caps", "-1000 (floor)"),
        ("rts_gmlc", "real_time_wind_5min", "309_WIND_1_mw", "copied periods", "2020-02-23"),
        ("rts_gmlc", "day_ahead_hourly", "load_r1_mw", "time zone", "no zone"),
    ],
)
def test_a_known_fault_of_a_real_file_is_found(
    folder: str,
    name: str,
    column: str,
    check: str,
    words: str,
    data_dir: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Each with the words that name it."""
    found = examined(capsys, str(data_dir / folder / f"{name}.parquet"))
    series = next(checks for title, checks in found.items() if title.startswith(f"{column} of"))
    assert series[check]["verdict"] == "needs a decision"
    assert words in series[check]["sentence"]


@pytest.mark.real
def test_repeats_that_are_a_meters_habit_are_not_called_frozen(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of all seconds repeat the last frequency, and nothing is to be decided."""
    found = examined(capsys, str(data_dir / "regulation_signal" / "freq60_1s.parquet"))
    assert {c["verdict"] for checks in found.values() for c in checks.values()} == {"passed"}


@pytest.mark.real
def test_a_zone_is_judged_by_its_own_estimates(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All of Tokyo's carbon is estimated, 14 % of Singapore's, and no price is."""
    found = {
        name: checks
        for zone in ("JP-TK", "SG")
        for name, checks in examined(capsys, grid(data_dir), "--zone", zone).items()
    }
    sentence = {name: checks["estimated"]["sentence"] for name, checks in found.items()}
    assert sentence["ci_direct_g_per_kwh of JP-TK"].startswith("100%")
    assert sentence["ci_direct_g_per_kwh of SG"].startswith("14%")
    assert sentence["price_local_per_mwh of SG"] == "nothing marks estimates"


@pytest.mark.real
@pytest.mark.parametrize(
    ("area", "words"),
    [
        ("ERCO", "when moved by -1 h (better by"),
        ("CISO", "0 h until about 2022-06-14 and by -1 h after"),
        ("PJM", "unshifted"),
    ],
)
def test_american_carbon_is_stamped_at_the_end_in_two_areas_of_three(
    area: str, words: str, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Beside another publisher's; in California only since June."""
    mix = str(data_dir / "eia_mix_2022" / "eia_mix_2022.parquet")
    found = examined(capsys, mix, "--zone", area, "--against", grid(data_dir))
    assert words in found[f"ci_avg_g_per_kwh of {area}"]["lag"]["sentence"]


@pytest.mark.real
def test_neighbours_agree_and_far_zones_do_not_tell(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Germany beside the Netherlands is unshifted; beside Japan no lag is claimed."""
    for zone, words in (("NL", "unshifted"), ("JP-TK", "too unlike")):
        found = examined(capsys, grid(data_dir), "--zone", "DE-LU", "--against-zone", zone)
        lag = found["price_local_per_mwh of DE-LU"]["lag"]
        assert lag["verdict"] == "passed" and words in lag["sentence"]


@pytest.mark.real
def test_a_smoothed_copy_five_hours_late_is_found_to_be_both(
    data_dir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a published set of prices had it; the peaks that are missing are named beside the raw ones."""
    price = raw_pjm_prices(data_dir, tmp_path)
    price.with_columns(
        pl.col("price_per_mwh").rolling_mean(2, min_samples=1, center=True),
        pl.col("time_utc").dt.offset_by("5h"),
    ).write_parquet(tmp_path / "late.parquet")
    words = ("--currency", "USD", "--against", str(tmp_path / "raw.parquet"))
    found = examined(capsys, str(tmp_path / "late.parquet"), *words)["price_per_mwh of here"]
    assert "-5 h" in found["lag"]["sentence"]
    assert found["hidden smoothing"]["verdict"] == "needs a decision"
    assert "against 4392.12" in found["smoothing against"]["sentence"]


def test_the_signals_of_a_case_are_examined_like_those_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The demo's own have nothing to decide."""
    assert exit_code(["init", "demo", str(tmp_path / "mine")]) == 0
    capsys.readouterr()
    found = examined(capsys, str(tmp_path / "mine" / "case.toml"))
    assert all(c["verdict"] == "passed" for checks in found.values() for c in checks.values())
    assert all({"coverage", "constant runs", "range"} <= set(checks) for checks in found.values())
