"""The benchmarks run, on cuts too small to quote."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def printed(data_dir: Path | None, *words: str) -> str:
    """What a benchmark prints."""
    seen = {"OPENBLAS_NUM_THREADS": "1", **os.environ}
    if data_dir is not None:
        seen["GRIDTIDE_DATA"] = str(data_dir)
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, check=False, cwd=ROOT, env=seen
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.real
def test_capture_prints_a_ratio_for_each_slack_and_kind_of_market(data_dir: Path) -> None:
    """Three slacks, two kinds of market, and no promise missed."""
    said = printed(data_dir, "benchmarks/capture.py", "--days", "2", "--zones", "DE-LU/CA-ON")
    rows = said.splitlines()[1:]
    assert [row.split()[0] for row in rows] == ["day-ahead"] * 3 + ["real-time"] * 3
    assert all("capture" in row and "missed 0" in row for row in rows)


@pytest.mark.real
def test_forecasts_prints_a_row_a_series_and_what_strays(data_dir: Path) -> None:
    """Two series of a few days: rows, means, the share kept, and a price for each call."""
    said = printed(
        data_dir, "benchmarks/forecasts.py", "--days", "4", "--kinds", "wind", "--zones", "FI,ERCO"
    )
    rows = said.splitlines()
    assert [row.split()[:2] for row in rows[3:6]] == [
        ["wind", "ERCO"],
        ["wind", "FI"],
        ["wind", "mean"],
    ]
    assert "mean cover of 0.90 over 2 series: " in said and "outside 0.85 to 0.95: " in said
    assert said.count("calls a second") == 5


@pytest.mark.real
def test_uncertainty_prints_every_policy_a_quarter_and_together(data_dir: Path) -> None:
    """At once and the three ways to meet uncertainty, none with a missed promise."""
    said = printed(data_dir, "benchmarks/uncertainty.py", "--days", "2", "--quarters", "2")
    rows = [row.split() for row in said.splitlines() if "EUR" in row]
    ways = ["run-at-once", "coordinated-expected", "coordinated-cvar", "coordinated-chance"]
    assert [row[0] for row in rows] == 2 * ways
    assert all(row[row.index("missed") + 1] == "0" for row in rows)


def test_references_compares_with_every_policy_of_the_literature() -> None:
    """One line a policy, then how far the coordinated one is from the best."""
    said = printed(None, "benchmarks/references.py", "tests/fixtures/one_day.toml")
    assert said.count("missed 0") == said.count("promised ")
    assert "coordinated against the best of them (" in said


def test_promises_prints_a_line_for_each_load() -> None:
    """On one day: six loads, and nobody promises more than was asked."""
    rows = printed(None, "benchmarks/promises.py", "1").splitlines()[1:]
    assert len(rows) == 6
    for row in rows:
        asked, *promised = (int(figure) for figure in row.split()[-4:])
        assert all(0 < given <= asked for given in promised)


def test_shift_year_runs_the_command_and_agrees_with_a_plain_loop() -> None:
    """Two runs of the command a user types, every policy named, and a ratio only when all agree."""
    said = printed(None, "benchmarks/shift_year.py", "--jobs", "400", "--plain", "100")
    assert "second run" in said and "target 10 s" in said
    assert all(f"  {text} " in said for text in ("threshold", "vcc", "reserved-first(reserved=60)"))
    assert said.splitlines()[-1].endswith("times faster")


def test_w1_gives_the_published_energies() -> None:
    """A week of W1 to the digits printed; W1p beside it; vessim where it is installed."""
    said = printed(None, "benchmarks/w1_microgrid.py", "--days", "7", "--repeats", "1")
    assert "W1: as published" in said
    assert "W1p, 7 d: import kWh 766,828.4816, export kWh 155,248.0808" in said


def test_waiting_windows_says_what_it_needs() -> None:
    """Without the foreign program it ends and names it; with it all windows agree."""
    words = [sys.executable, "benchmarks/waiting_windows.py", "--jobs", "300", "--theirs", "20"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        assert "climate-aware-task-scheduler is not installed" in done.stderr
    else:
        assert "every start and mean as cats" in done.stdout


def test_placement_checks_its_answers_before_it_prints_a_ratio() -> None:
    """Both utilisations, every check held, and a ratio to NumPy for each."""
    said = printed(
        None, "benchmarks/placement.py", "--jobs", "1500", "--days", "14", "--plain", "40"
    )
    assert said.count("all checks hold") == 2
    assert said.count("cheapest answer by NumPy (40 jobs)") == 2


@pytest.mark.real
def test_offers_prints_a_row_a_price_and_every_offer_is_held(data_dir: Path) -> None:
    """A higher price earns more, and the benchmark itself fails where an offer was not held."""
    said = printed(data_dir, "benchmarks/offers.py", "--days", "2", "--prices", "2,20")
    rows = [row.split(",") for row in said.splitlines()[1:]]
    assert [row[0] for row in rows] == ["none", "2", "20"]
    revenue = [float(row[3]) for row in rows]
    assert revenue[0] == 0.0 < revenue[1] < revenue[2]


def test_loss_by_cause_prints_a_line_for_what_is_known() -> None:
    """From nothing to perfect foresight, each with its parts, sites and promises."""
    rows = printed(None, "benchmarks/loss_by_cause.py", "tests/fixtures/one_day.toml").splitlines()
    names = ["known", "nothing", "signals", "lengths", "signals+lengths", "all"]
    assert [row.split()[0] for row in rows] == [*names, "perfect-foresight"]
    assert all(" kW " in row for row in rows[1:])


def test_announced_peaks_are_worth_hearing() -> None:
    """Hearing alerts costs less than hearing nothing and than fearing every one; knowing costs least."""
    rows = printed(None, "benchmarks/announced_peaks.py").splitlines()[1:]
    total = {name: float(cells[-2]) for name, *cells in (row.split(",") for row in rows)}
    heard = total["alerts are heard"]
    assert total["those that come are known"] <= heard
    assert heard < min(total["nothing is heard"], total["every one is feared"])


@pytest.mark.real
def test_is_it_worth_goes_on_where_it_was_cut(data_dir: Path, tmp_path: Path) -> None:
    """A week that is kept is not reckoned again, and prints what it printed; the table has every service and class."""
    words = ["benchmarks/is_it_worth.py", "--weeks", "1", "--keep", str(tmp_path)]
    seen = {"OPENBLAS_NUM_THREADS": "1", **os.environ, "GRIDTIDE_DATA": str(data_dir)}
    said = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, *words],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            env=seen,
        )
        said.append(done.stdout)
        (kept,) = tmp_path.iterdir()
        said.append(str(kept.stat().st_mtime_ns))
    assert said[:2] == said[2:]
    rows = [line.split(",")[0] for line in said[0].splitlines()[3:9]]
    assert rows == ["energy shifting", "demand charge", "capacity at the peak", "regulation", "reserve",
                    "demand response"]  # fmt: skip


@pytest.mark.real
def test_response_depths_breaks_no_promise_in_the_first_mix(data_dir: Path) -> None:
    """The deepest limit said and one between it and the baseline: every count of faults is nought."""
    said = printed(data_dir, "benchmarks/response_depths.py", "--mixes", "1", "--limits", "1")
    rows = said.splitlines()
    assert rows[0] == "1 mixes, 2 calls from 5 % to the deepest limit of each:"
    assert [row.rsplit(": ", 1)[1] for row in rows[1:6]] == ["0"] * 5


def test_readings_kept_prints_how_fast_and_that_none_is_lost() -> None:
    """Three sites for a minute: every reading comes back after it was moved."""
    said = printed(None, "benchmarks/readings_kept.py", "--sites", "3", "--minutes", "1")
    rows = said.splitlines()
    assert rows[0] == "sqlite: 3 sites, 30 ticks of 2 s, 900 rows"
    assert rows[-1].endswith("900 of 900 read back")
