"""`gridtide init from`: a case proposed from a site's own logs, every guess marked."""

import json
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gridtide.doors.cli import exit_code

START = datetime(2026, 3, 2, tzinfo=UTC)
HEADER = (
    "JobID|JobName|Partition|State|Submit|Start|End|Elapsed|Timelimit|AllocTRES|ConsumedEnergyRaw"
)
IDLE_KW, TRAIN_KW, DEBUG_KW = 12.0, 0.7, 0.4


def spelt(moment: datetime) -> str:
    """A time as sacct prints it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S")


def span(seconds: int) -> str:
    """A length of time as sacct prints it."""
    return f"{seconds // 86400}-{seconds % 86400 // 3600:02d}:{seconds % 3600 // 60:02d}:{seconds % 60:02d}"


def site_logs(folder: Path, days: int = 6) -> tuple[Path, Path]:
    """A log of a site and its meter, drawn so that power per accelerator is known exactly.

    Jobs of `train` waited one to five hours, jobs of `debug` a minute, and some have no partition.
    """
    rng = np.random.default_rng(7)
    rows, runs = [HEADER], []
    for number in range(160):
        partition = ["train", "train", "debug", ""][number % 4]
        submit = START + timedelta(minutes=int(rng.integers(0, days * 1440 - 900)))
        wait_s = int(rng.integers(3600, 18000)) if partition == "train" else 60
        length_s = int(rng.integers(1200, 14400))
        gpus = int(rng.choice([1, 2, 4, 8]))
        begin = submit + timedelta(seconds=wait_s)
        end = begin + timedelta(seconds=length_s)
        rows.append(
            f"{1000 + number}|job|{partition}|COMPLETED|{spelt(submit)}|{spelt(begin)}|{spelt(end)}|"
            f"{span(length_s)}|{span(86400)}|billing=8,cpu=8,gres/gpu={gpus},mem=8G,node=1|"
        )
        runs.append((partition, begin, end, gpus))
    log = folder / "site.sacct"
    log.write_text("\n".join(rows) + "\n")
    lines = ["time,power_kw"]
    for step in range(days * 96):
        begin = START + timedelta(minutes=15 * step)
        drawn = IDLE_KW
        for partition, first, last, gpus in runs:
            inside = min(last, begin + timedelta(minutes=15)) - max(first, begin)
            share = max(inside.total_seconds(), 0.0) / 900.0
            drawn += share * gpus * (TRAIN_KW if partition == "train" else DEBUG_KW)
        lines.append(f"{begin:%Y-%m-%dT%H:%M:%S}+00:00,{drawn:.6f}")
    meter = folder / "power.csv"
    meter.write_text("\n".join(lines) + "\n")
    return log, meter


def proposed(
    capsys: pytest.CaptureFixture[str], folder: Path, *more: str
) -> tuple[dict[str, Any], Path]:
    """The JSON document of a proposal, and its case."""
    log, meter = site_logs(folder)
    target = folder / "case"
    code = exit_code(
        ["init", "from", "--sacct", str(log), "--power", str(meter), "--json", *more, str(target)]
    )
    seen = capsys.readouterr()
    assert code == 0, seen.err
    found: dict[str, Any] = json.loads(seen.out)
    return found, target / "case.toml"


def test_power_per_accelerator_is_recovered_from_the_meter(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What an accelerator adds is what it was made to add; the rest is drawn without jobs."""
    found, _ = proposed(capsys, tmp_path)
    pools = {pool["name"]: pool for pool in found["pools"]}
    total = sum(pool["accelerators"]["value"] for pool in pools.values())
    parked = found["parked_kw_per_accelerator"]["value"]
    assert parked == pytest.approx(IDLE_KW / total, rel=1e-3)
    for name, added in (("train", TRAIN_KW), ("debug", DEBUG_KW), ("unlabelled", DEBUG_KW)):
        assert pools[name]["busy_kw_per_accelerator"]["value"] == pytest.approx(
            parked + added, rel=1e-2
        )
    assert "R² 1.00" in pools["train"]["busy_kw_per_accelerator"]["basis"]


def test_only_labelled_work_whose_users_waited_may_move(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Observed waits are the proposed slack; what is unlabelled or never waited is protected."""
    found, case = proposed(capsys, tmp_path)
    pools = {pool["name"]: pool for pool in found["pools"]}
    assert pools["train"]["movable"]
    assert 1.0 <= pools["train"]["slack_h"]["value"] <= 5.0
    assert sorted(found["protect"]) == ["debug", "unlabelled"]
    assert "never moved" in pools["debug"]["slack_h"]["basis"]
    assert tomllib.loads(case.read_text())["case"]["protect"] == found["protect"]


def test_the_proposed_case_is_checked_and_run_as_it_stands(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """From a log to a comparison without touching a line; every guess is marked in the file."""
    _, case = proposed(capsys, tmp_path)
    text = case.read_text()
    assert text.count("# guess:") >= 12
    assert exit_code(["check", str(case)]) == 0
    capsys.readouterr()
    code = exit_code(["run", str(case), "--runs", str(tmp_path / "runs"), "--json"])
    seen = capsys.readouterr()
    assert code == 0, seen.err
    runs = json.loads(seen.out)["runs"]
    assert [run["policy"] for run in runs] == ["run-at-once", "coordinated"]
    assert all(run["missed_deadlines"] == 0 for run in runs)
    assert runs[0]["jobs_done"] == runs[1]["jobs_done"] > 100


def test_without_a_meter_every_power_is_marked_as_assumed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """No figure without its basis."""
    log, _ = site_logs(tmp_path)
    assert exit_code(["init", "from", "--sacct", str(log), str(tmp_path / "here")]) == 0
    said = capsys.readouterr().out
    assert "assumed for a busy accelerator" in said
    assert said.splitlines()[-1].endswith("case.toml")
    assert (
        "# guess: assumed for a busy accelerator" in (tmp_path / "here" / "case.toml").read_text()
    )


def test_energy_that_slurm_metered_gives_the_power(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """ConsumedEnergyRaw per accelerator-hour, where the log has it."""
    rows = [HEADER]
    for number in range(30):
        begin = START + timedelta(hours=number)
        joules = int(0.8 * 2 * 2 * 3.6e6)
        rows.append(
            f"{number + 1}|a|train|COMPLETED|{spelt(begin)}|{spelt(begin + timedelta(hours=1))}|"
            f"{spelt(begin + timedelta(hours=3))}|02:00:00|04:00:00|cpu=1,gres/gpu=2,node=1|{joules}"
        )
    log = tmp_path / "a.txt"
    log.write_text("\n".join(rows) + "\n")
    assert exit_code(["init", "from", "--sacct", str(log), "--json", str(tmp_path / "c")]) == 0
    pool = json.loads(capsys.readouterr().out)["pools"][0]
    assert pool["busy_kw_per_accelerator"]["value"] == pytest.approx(0.8, rel=1e-3)


@pytest.mark.parametrize(
    ("log", "meter", "said"),
    [
        ("", "time,power_kw\n2026-03-02T00:00:00+00:00,1\n", "site.sacct"),
        (None, "when,kw\n1,2\n", "power_kw"),
        (None, "time,power_kw\n2026-03-02T00:00:00,1\n", "a time with its zone"),
        (None, "time,power_kw\n2020-03-02T00:00:00+00:00,1\n2020-03-03T00:00:00+00:00,1\n", "0 of 2 rows"),
        (None, "time,power_kw\n2026-03-02T00:00:00+00:00,nan\n", "power_kw"),
    ],
)  # fmt: skip
def test_logs_that_cannot_be_used_are_refused_with_nothing_written(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, log: str | None, meter: str, said: str
) -> None:
    """Missing columns, naive times, no overlap, empty files: exit 2, the subject named, no folder."""
    good, power = site_logs(tmp_path)
    if log is not None:
        good.write_text(log)
    power.write_text(meter)
    target = tmp_path / "case"
    code = exit_code(["init", "from", "--sacct", str(good), "--power", str(power), str(target)])
    seen = capsys.readouterr()
    assert code == 2
    assert said in seen.err
    assert not target.exists()


def test_a_folder_that_is_taken_stays_as_it_is(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Nothing is overwritten."""
    log, _ = site_logs(tmp_path)
    assert exit_code(["init", "from", "--sacct", str(log), str(tmp_path)]) == 2
    assert "Name another folder" in capsys.readouterr().err


def test_options_that_would_make_a_broken_case_are_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A proposed case always passes its own check."""
    log, _ = site_logs(tmp_path)
    target = tmp_path / "case"
    words = ["init", "from", "--sacct", str(log), "--currency", "euros", "--zone", "", str(target)]
    assert exit_code(words) == 2
    err = capsys.readouterr().err
    assert "--currency euros" in err and "--zone: is empty" in err
    assert not target.exists()
