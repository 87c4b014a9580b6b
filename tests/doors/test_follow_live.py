"""`gridtide follow --live`: a signal over a real line gives what the twin makes of the same telegrams."""

import json
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

EXAMPLES = Path(__file__).parents[2] / "examples"
CASE, SIGNAL = EXAMPLES / "regulating.toml", EXAMPLES / "regulation_signal.csv"
KEYS = ["line", "told", "read", "median_ms", "p95_ms", "score", "missed_deadlines", "noted",
        "targets", "targets_of_twin", "same"]  # fmt: skip


@pytest.fixture(scope="module")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A quarter of an hour of the example's signal, silent for a minute and a half."""
    head, *rows = SIGNAL.read_text().splitlines()[:226]
    silent = [row.split(",")[0] + "," if 80 <= k < 103 else row for k, row in enumerate(rows)]
    path = tmp_path_factory.mktemp("signal") / "gappy.csv"
    path.write_text("\n".join([head, *silent]) + "\n")
    return path


@pytest.mark.parametrize("line", ["iec104", "modbus"])
def test_a_signal_over_a_line_is_the_twin_of_its_telegrams(
    line: str, gappy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Every telegram told is read, targets and meter agree to the byte; silence is lived through and recorded."""
    asked = ["follow", str(CASE), "--signal", str(gappy), "--offer-kw", "1500"]
    assert exit_code([*asked, "--live", line, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    live = found["live"]
    assert list(live) == KEYS
    assert live["line"] == line
    assert live["told"] == live["read"] == 225 - 23 + 3
    assert live["targets"] == live["targets_of_twin"]
    assert live["same"] is True
    assert live["missed_deadlines"] == 0
    assert live["noted"] == [
        "set-points are fresh again",
        "set-points stay away",
        "set-points are lost",
        "set-points are fresh again",
    ]
    assert live["score"] == pytest.approx(found["score"], abs=0.002)


@pytest.mark.real
def test_a_day_of_a_real_dispatch_signal_over_a_line(
    data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four hours of CAISO at 4 s: 3,600 set-points and three before them, the score of the twin, the same bytes."""
    signal = data_dir / "caiso_agc" / "caiso_agc_4s.parquet"
    asked = ["follow", str(CASE), "--signal", str(signal), "--day", "2016-10-10"]
    assert exit_code([*asked, "--offer-kw", "1500", "--live", "iec104", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["live"]["told"] == found["live"]["read"] == 3_603
    assert found["live"]["noted"] == ["set-points are fresh again"]
    assert found["live"]["same"] is True
    assert found["live"]["score"] == pytest.approx(found["score"], abs=1e-4)
