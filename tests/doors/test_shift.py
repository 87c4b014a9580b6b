"""`gridtide shift` as strangers use it: flags, keys, exit codes, and clear answers to bad input."""

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

from gridtide.doors.cli import exit_code

JOBS = """submit,duration_s,units,power_kw,name
2023-01-01T00:00+00:00,7200,1,2,a
2023-01-01T01:00+00:00,3600,2,4,b
2023-01-01T01:00+00:00,3600,2,4,b
"""


def signal_text(hours: int = 48, name: str = "carbon_average_g_per_kwh") -> str:
    """An hourly signal that falls through each day."""
    rows = [
        f"2023-01-{1 + hour // 24:02d}T{hour % 24:02d}:00Z,{300 - 10 * (hour % 24)}"
        for hour in range(hours)
    ]
    return "\n".join([f"time,{name}", *rows, ""])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with jobs.csv and signal.csv."""
    (tmp_path / "jobs.csv").write_text(JOBS)
    (tmp_path / "signal.csv").write_text(signal_text())
    return tmp_path


def run(
    capsys: pytest.CaptureFixture[str], folder: Path, *more: str, jobs: str = "jobs.csv"
) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of a shift of the files in the folder."""
    code = exit_code(
        ["shift", "--jobs", str(folder / jobs), "--signal", str(folder / "signal.csv"), *more]
    )
    seen = capsys.readouterr()
    return code, seen.out, seen.err


def document(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> dict[str, Any]:
    """What --json prints, when all went well."""
    code, out, err = run(capsys, folder, "--json", *more)
    assert code == 0, err
    found: dict[str, Any] = json.loads(out)
    return found


def test_json_has_the_keys_of_the_contract(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """policies: policy, emissions_kg, saving, mean_wait_h, peak_units, missed_deadlines."""
    found = document(
        capsys, folder, "--policy", "run-at-once,wait-awhile-interruptible", "--max-wait", "6h"
    )
    at_once, waited = found["policies"]
    assert [at_once["policy"], waited["policy"]] == ["run-at-once", "wait-awhile-interruptible"]
    for result in (at_once, waited):
        assert set(result) >= {
            "policy", "emissions_kg", "saving", "mean_wait_h", "peak_units", "missed_deadlines",
        }  # fmt: skip
    assert at_once["emissions_kg"] == pytest.approx((300 + 290) * 2 / 1000 + 2 * 290 * 4 / 1000)
    assert at_once["saving"] == 0
    assert at_once["peak_units"] == 5
    assert waited["emissions_kg"] == pytest.approx((240 + 230) * 2 / 1000 + 2 * 230 * 4 / 1000)
    assert waited["saving"] == pytest.approx(1 - waited["emissions_kg"] / at_once["emissions_kg"])
    assert waited["mean_wait_h"] == 6


def test_a_price_gives_a_cost_in_its_currency(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """The value column's name says what it is."""
    (folder / "signal.csv").write_text(signal_text(name="price_per_mwh"))
    found = document(capsys, folder, "--currency", "EUR")
    assert found["currency"] == "EUR"
    assert "cost" in found["policies"][0]
    assert "attribution" not in found


def test_duplicate_jobs_are_kept_and_reported(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Equal jobs can be real."""
    found = document(capsys, folder)
    assert found["jobs"] == 3
    assert any("repeat" in note for note in found["notes"])


def test_average_carbon_says_that_attribution_is_not_impact(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Only average-based savings need the sentence."""
    assert "attribution is not impact" in document(capsys, folder)["attribution"]
    (folder / "signal.csv").write_text(signal_text(name="carbon_marginal_g_per_kwh"))
    found = document(capsys, folder)
    assert "attribution" not in found
    assert found["signal"]["kind"] == "carbon_marginal_g_per_kwh"


def test_a_map_names_other_columns(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Files need not be renamed."""
    (folder / "jobs.csv").write_text(
        JOBS.replace("duration_s", "runtime").replace("submit", "born")
    )
    (folder / "signal.csv").write_text(signal_text(name="ci"))
    found = document(
        capsys,
        folder,
        "--map",
        "duration_s=runtime",
        "--map",
        "submit=born,carbon_average_g_per_kwh=ci",
    )
    assert found["jobs"] == 3


def test_a_deadline_column_is_the_exclusive_end(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """The job may use the slot before its deadline, not the one that starts at it."""
    (folder / "jobs.csv").write_text(
        "submit,duration_s,deadline\n2023-01-01T00:00Z,3600,2023-01-01T05:00Z\n"
    )
    found = document(capsys, folder, "--policy", "wait-awhile")
    assert found["policies"][0]["emissions_kg"] == pytest.approx(0.26)
    assert found["policies"][0]["missed_deadlines"] == 0


def test_slots_can_be_five_seconds(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """A coarse signal is held, and the totals are those of its own step."""
    coarse = document(
        capsys, folder, "--policy", "run-at-once,lowest-window-oracle", "--max-wait", "6h"
    )
    fine = document(
        capsys,
        folder,
        "--policy",
        "run-at-once,lowest-window-oracle",
        "--max-wait",
        "6h",
        "--step",
        "5s",
    )
    assert fine["step_s"] == 5
    for one, other in zip(coarse["policies"], fine["policies"], strict=True):
        assert one["emissions_kg"] == pytest.approx(other["emissions_kg"], abs=1e-9)


def test_a_capacity_is_never_exceeded(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """Three units are asked for at once; two are there."""
    found = document(capsys, folder, "--capacity", "2", "--max-wait", "12h")
    assert max(result["peak_units"] for result in found["policies"]) <= 2


def test_a_job_larger_than_the_capacity_is_named_and_refused(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """It could never run: infeasible, exit 3, instead of a total without it."""
    code, out, err = run(capsys, folder, "--capacity", "1", "--json")
    assert (code, out) == (3, "")
    assert "job b" in err and "--capacity 1" in err and "Raise the capacity" in err


def test_more_work_than_capacity_is_refused_dropped_or_held(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Ten jobs of ten hours on one unit in two days: totals are never taken over different jobs."""
    (folder / "jobs.csv").write_text("submit,duration_s\n" + "2023-01-01T00:00Z,36000\n" * 10)
    code, out, err = run(capsys, folder, "--capacity", "1")
    assert (code, out) == (3, "")
    assert "beside the others on 1 units" in err and "--past-end" in err
    options = ("--capacity", "1", "--policy", "run-at-once,threshold", "--max-wait", "6h")
    held = document(capsys, folder, *options, "--past-end", "hold")
    assert held["jobs"] == 10
    assert [item["no_room"] for item in held["policies"]] == [0, 0]
    dropped = document(capsys, folder, *options, "--past-end", "drop")
    assert 1 <= dropped["jobs"] <= 4
    assert [item["no_room"] for item in dropped["policies"]] == [0, 0]


def test_a_job_that_waits_past_the_signal_is_refused_whatever_the_policy(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """A flat signal never falls below its threshold, so the job waits until the data end."""
    (folder / "jobs.csv").write_text("submit,duration_s,name\n2023-01-02T20:00Z,7200,late\n")
    (folder / "signal.csv").write_text(
        signal_text().replace(",", ",1").replace(",1carbon", ",carbon")
    )
    code, out, err = run(capsys, folder, "--policy", "threshold", "--max-wait", "24h")
    assert (code, out) == (2, "")
    assert "job late" in err


def test_an_impossible_deadline_runs_at_once_and_is_missed(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Nobody saves carbon by never running a job."""
    (folder / "jobs.csv").write_text(
        "submit,duration_s,deadline\n2023-01-01T00:00Z,7200,2023-01-01T01:00Z\n"
    )
    for result in document(capsys, folder)["policies"]:
        assert result["emissions_kg"] == pytest.approx(0.59), result["policy"]
        assert (result["missed_deadlines"], result["no_room"]) == (1, 0), result["policy"]


def test_a_deadline_inside_the_last_slot_is_kept_by_a_job_that_ends_before_it(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Ten minutes in an hourly slot, due after fifty, are in time; due after five, they are late."""
    head = "submit,duration_s,deadline\n"
    (folder / "jobs.csv").write_text(head + "2023-01-01T00:00Z,600,2023-01-01T00:50Z\n")
    for result in document(capsys, folder)["policies"]:
        assert result["missed_deadlines"] == 0, result["policy"]
    (folder / "jobs.csv").write_text(head + "2023-01-01T00:00Z,600,2023-01-01T00:05Z\n")
    for result in document(capsys, folder)["policies"]:
        assert result["missed_deadlines"] == 1, result["policy"]


def test_a_job_without_a_deadline_among_others_waits_as_the_rest_may(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """An empty cell of the deadline column is no fault."""
    rows = "2023-01-01T00:00Z,3600,2023-01-01T03:00Z\n2023-01-01T00:00Z,3600,\n"
    (folder / "jobs.csv").write_text("submit,duration_s,deadline\n" + rows)
    found = document(capsys, folder, "--policy", "wait-awhile", "--max-wait", "10h")
    assert found["policies"][0]["mean_wait_h"] == (2 + 10) / 2


def test_deadlines_of_a_trace_may_be_times_once_it_has_a_start(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Seconds and dates name the same instant."""
    options = ("--policy", "wait-awhile", "--start", "2023-01-01T00:00+00:00")
    for deadline in ("36000", "2023-01-01T11:00+01:00"):
        (folder / "jobs.csv").write_text(f"t_submit_s,duration_s,deadline\n0,3600,{deadline}\n")
        assert document(capsys, folder, *options)["policies"][0]["mean_wait_h"] == 9


def test_the_weather_beside_a_price_or_carbon_does_not_disturb(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """One column to steer by is enough, whatever else the file holds."""
    plain = document(capsys, folder)
    lines = signal_text().splitlines()
    rows = [f"{line},{'temperature_c' if not at else at / 10}" for at, line in enumerate(lines)]
    (folder / "signal.csv").write_text("\n".join(rows))
    assert document(capsys, folder)["policies"] == plain["policies"]


def test_faults_of_options_and_files_show_together(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Two unknown policies, a wrong wait and a bad row: four answers."""
    (folder / "jobs.csv").write_text(BAD_JOBS["negative"][0])
    code, out, err = run(capsys, folder, "--policy", "nope,fastest", "--max-wait", "soon")
    assert (code, out) == (2, "")
    assert all(said in err for said in ("'nope'", "'fastest'", "--max-wait soon", "line 2"))


def test_a_job_past_the_signal_is_named_and_refused(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Unless it may be dropped, or the last value held."""
    (folder / "jobs.csv").write_text(JOBS + "2023-01-02T23:00+00:00,7200,1,1,late\n")
    code, out, err = run(capsys, folder, "--max-wait", "0h")
    assert (code, out) == (2, "")
    assert "job late" in err and "--past-end drop" in err
    assert document(capsys, folder, "--max-wait", "0h", "--past-end", "drop")["jobs"] == 3
    assert document(capsys, folder, "--max-wait", "0h", "--past-end", "hold")["jobs"] == 4


def test_seconds_of_a_trace_need_a_start(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """t_submit_s is put on the calendar by --start, never by a guess."""
    (folder / "jobs.csv").write_text("t_submit_s,duration_s\n0,3600\n")
    code, _, err = run(capsys, folder)
    assert code == 2 and "--start" in err
    assert document(capsys, folder, "--start", "2023-01-01T00:00+00:00")["jobs"] == 1
    code, _, err = run(capsys, folder, "--start", "2023-01-01T00:00")
    assert code == 2 and "no time zone" in err


def test_parquet_gives_what_csv_gives(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """The format of a file decides nothing."""
    frame = pl.read_csv(folder / "jobs.csv").with_columns(
        pl.col("submit").str.to_datetime("%Y-%m-%dT%H:%M%z")
    )
    frame.write_parquet(folder / "jobs.parquet")
    code, out, _ = run(capsys, folder, "--json", jobs="jobs.parquet")
    assert code == 0
    assert json.loads(out)["policies"] == document(capsys, folder)["policies"]


def test_the_plan_file_holds_every_run(capsys: pytest.CaptureFixture[str], folder: Path) -> None:
    """One row a policy, job and run; nothing half-written when the folder is missing."""
    document(capsys, folder, "--policy", "run-at-once", "--plan", str(folder / "plan.csv"))
    rows = (folder / "plan.csv").read_text().splitlines()
    assert rows[0] == "policy,name,start,end"
    assert rows[1] == "run-at-once,a,2023-01-01T00:00:00+00:00,2023-01-01T02:00:00+00:00"
    assert len(rows) == 4
    code, _, err = run(capsys, folder, "--plan", str(folder / "none" / "plan.csv"))
    assert code == 2 and "--plan" in err
    (folder / "taken").mkdir()
    code, _, err = run(capsys, folder, "--plan", str(folder / "taken"))
    assert code == 2 and "--plan" in err and not (folder / "taken.part").exists()


BAD_JOBS = {
    "naive": ("submit,duration_s\n2023-01-01 00:00,60\n", "time with its zone"),
    "negative": ("submit,duration_s\n2023-01-01T00:00Z,-60\n", "a number from 0"),
    "zero": ("submit,duration_s\n2023-01-01T00:00Z,0\n", "more than 0"),
    "nan": ("submit,duration_s\n2023-01-01T00:00Z,nan\n", "duration_s"),
    "infinite": ("submit,duration_s\n2023-01-01T00:00Z,inf\n", "duration_s"),
    "comma": ('submit,duration_s\n2023-01-01T00:00Z,"1,5"\n', "decimal point"),
    "late": (
        "submit,duration_s,deadline\n2023-01-01T05:00Z,60,2023-01-01T04:00Z\n",
        "after its submit",
    ),
    "columns": ("when,long\n1,2\n", "has no column"),
    "semicolon": ("submit;duration_s\n1;2\n", "separator"),
    "empty": ("", "is empty"),
    "header": ("submit,duration_s\n", "no rows"),
    "early": ("submit,duration_s\n2022-12-31T00:00Z,60\n", "before the signal begins"),
    "column twice": (
        "submit,duration_s,duration_s\n2023-01-01T00:00Z,60,70\n",
        "two columns named",
    ),
}


@pytest.mark.parametrize("case", sorted(BAD_JOBS))
def test_bad_jobs_get_a_clear_answer(
    case: str, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """What, where, limit and mend; exit code 2; no traceback."""
    text, said = BAD_JOBS[case]
    (folder / "jobs.csv").write_text(text)
    code, out, err = run(capsys, folder)
    assert (code, out) == (2, "")
    assert said in err and "Traceback" not in err and "jobs.csv" in err


BAD_SIGNALS = {
    "gap": (signal_text().replace("2023-01-01T05:00Z,250\n", ""), "no value in 1 of 48 slots"),
    "twice": (signal_text() + "2023-01-01T05:00Z,17\n", "another row still holds"),
    "two": (
        "time,price_per_mwh,carbon_average_g_per_kwh\n2023-01-01T00:00Z,1,2\n2023-01-01T01:00Z,1,2\n",
        "currency",
    ),
    "unit": (signal_text(name="carbon"), "no column of values"),
    "one": ("time,carbon_average_g_per_kwh\n2023-01-01T00:00Z,1\n", "one time only"),
    "word": (signal_text().replace(",250", ",high"), "a number from"),
    "price": (signal_text(name="price_per_mwh"), "--currency"),
    "absurd": (signal_text().replace(",250", ",99999"), "a number from 0 to 1,500"),
    "below": (signal_text().replace(",250", ",-1"), "a number from 0 to 1,500"),
    "semicolon": (signal_text().replace(",", ";"), "separator"),
    "weather": (
        "time,temperature_c\n2023-01-01T00:00Z,1\n2023-01-01T01:00Z,2\n",
        "no signals to steer by",
    ),
}


@pytest.mark.parametrize("case", sorted(BAD_SIGNALS))
def test_bad_signals_get_a_clear_answer(
    case: str, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """What, where, limit and mend; exit code 2; no traceback."""
    text, said = BAD_SIGNALS[case]
    (folder / "signal.csv").write_text(text)
    code, out, err = run(capsys, folder)
    assert (code, out) == (2, "")
    assert said in err and "Traceback" not in err and "signal.csv" in err


def test_faults_of_both_files_show_at_once(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Nobody mends one file to meet the faults of the other."""
    (folder / "jobs.csv").write_text(BAD_JOBS["negative"][0] + "2023-01-01T00:00,60\n")
    (folder / "signal.csv").write_text("")
    code, _, err = run(capsys, folder, "--map", "foo=bar")
    assert code == 2
    assert "line 2" in err and "line 3" in err and "is empty" in err and "foo" in err


def test_a_long_list_of_faults_is_cut_and_counted(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """The screen stays readable."""
    rows = "".join(f"2023-01-01T00:00,-{number},0,0\n" for number in range(1, 60))
    (folder / "jobs.csv").write_text("submit,duration_s,units,power_kw\n" + rows)
    code, _, err = run(capsys, folder)
    assert code == 2
    assert len(err.splitlines()) <= 30


@pytest.mark.parametrize(
    "words",
    [
        ("--step", "1s"),
        ("--step", "soon"),
        ("--max-wait", "-3h"),
        ("--queues", "6"),
        ("--queues", "6x24", "--max-wait", "3h"),
        ("--policy", "fastest"),
        ("--policy", "threshold(p=3)"),
        ("--policy", "threshold(q=two)"),
        ("--policy", "threshold(q=7)"),
        ("--rule", "next-workday", "--clock", "Mars/Olympus"),
        ("--map", "units"),
        ("--queues", "nanx24"),
        ("--max-wait", "99999999999999999999d"),
        ("--currency", "euros"),
        ("--policy", "threshold(abs=nan)"),
        ("--policy", "threshold(horizon=inf)"),
        ("--policy", "bidirectional(w=-1)"),
        ("--policy", "reserved-first(reserved=99999999999999999999)"),
        ("--policy", "vcc(peak=nan)"),
        ("--policy", "bidirectional(w=4)"),
    ],
)
def test_wrong_words_get_a_clear_answer(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Options are checked before anything runs."""
    code, out, err = run(capsys, folder, *words)
    assert (code, out) == (2, "")
    assert words[-2] in err and "Traceback" not in err


def test_the_table_is_for_people(folder: Path) -> None:
    """Titles with units, one row a policy, notes under it."""
    from gridtide.doors.cli.shift import shift

    result: Result = CliRunner().invoke(
        shift, ["--jobs", str(folder / "jobs.csv"), "--signal", str(folder / "signal.csv")]
    )
    assert result.exit_code == 0
    assert "kg CO2" in result.output and "run-at-once" in result.output
    assert "may wait 24 h" in result.output


@pytest.mark.real
def test_a_year_of_real_carbon_and_philly_jobs(
    data_dir: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """68,063 jobs on California's 2023: knowing the length helps, suspending helps most."""
    hours = pl.read_parquet(data_dir / "grid_hourly" / "grid_hourly.parquet").filter(
        (pl.col("zone") == "US-CAL-CISO") & (pl.col("time_utc").dt.year() == 2023)
    )
    hours.sort("time_utc").select(
        "time_utc", carbon_average_g_per_kwh="ci_direct_g_per_kwh"
    ).write_parquet(tmp_path / "signal.parquet")
    code = exit_code(
        [
            "shift", "--jobs", str(data_dir / "gpu_jobs" / "philly_2017.parquet"), "--map", "units=gpus",
            "--signal", str(tmp_path / "signal.parquet"), "--start", "2023-01-01T00:00+00:00",
            "--queues", "6x24", "--past-end", "drop", "--json",
        ]
    )  # fmt: skip
    found = json.loads(capsys.readouterr().out)
    saving = {result["policy"]: result["saving"] for result in found["policies"]}
    assert code == 0
    assert found["jobs"] == 68_063
    assert (
        saving["wait-awhile-interruptible"]
        > saving["lowest-window-oracle"]
        > saving["lowest-window"]
        > 0
    )


def test_a_forecast_error_changes_choices_and_never_the_accounting(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """Policies see noise, totals are taken on the truth, the same seed gives the same bytes."""
    options = ("--policy", "run-at-once,wait-awhile", "--max-wait", "12h")
    exact = document(capsys, folder, *options)
    noisy = document(capsys, folder, *options, "--forecast-error", "0.5", "--seed", "4")
    again = document(capsys, folder, *options, "--forecast-error", "0.5", "--seed", "4")
    assert noisy == again
    assert noisy["policies"][0] == exact["policies"][0]
    assert noisy["policies"][1]["emissions_kg"] >= exact["policies"][1]["emissions_kg"]
    assert any("normal errors of 50%" in note for note in noisy["notes"])


def test_the_capacity_curve_is_a_policy_of_shift(
    capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    """vcc with its settings; a ratio below 1 is refused with the range."""
    found = document(capsys, folder, "--policy", "vcc(peak=0.5),run-at-once", "--capacity", "8")
    assert [item["policy"] for item in found["policies"]] == ["run-at-once", "vcc(peak=0.5)"]
    code, _, err = run(capsys, folder, "--policy", "vcc(ratio=0.5)")
    assert code == 2
    assert "ratio is a number from 1 to" in err
