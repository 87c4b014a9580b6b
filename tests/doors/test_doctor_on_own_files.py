"""`gridtide doctor` on files as strangers write them: one year, one fault each, and the same year without it."""

import json
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from gridtide.doors.cli import exit_code

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2022, 1, 1, tzinfo=UTC)
AUTUMN = datetime(2022, 10, 30, 1, tzinfo=UTC)
Rows = list[tuple[datetime, float]]


@pytest.fixture(scope="module")
def year() -> Rows:
    """Hours of a price that rests by night and wanders."""
    chance = np.random.default_rng(3)
    rows, wander = [], 0.0
    for number in range(365 * 24):
        moment = START + timedelta(hours=number)
        wander = 0.9 * wander + float(chance.normal(0.0, 9.0))
        turn = (moment.astimezone(BERLIN).hour - 19) / 24 * 2 * math.pi
        rows.append((moment, 90.0 + 35.0 * math.cos(turn) + wander))
    return rows


def written(path: Path, rows: Iterator[tuple[datetime, float]] | Rows) -> Path:
    """A file of prices."""
    lines = [f"{moment.isoformat()},{value:.2f}" for moment, value in rows]
    path.write_text("\n".join(["time,price_per_mwh", *lines, ""]))
    return path


def told(path: Path, capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, str]:
    """What needs a decision, by check."""
    capsys.readouterr()
    known = ["--zone", "DE-LU", "--currency", "EUR", "--json"]
    assert exit_code(["doctor", str(path), *known, *words]) == 0
    (series,) = json.loads(capsys.readouterr().out)["series"]
    return {
        check["check"]: check["sentence"]
        for check in series["checks"]
        if "decision" in check["verdict"]
    }


def test_a_clean_year_needs_no_decision(
    year: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither by itself nor beside its copy."""
    path = written(tmp_path / "clean.csv", year)
    assert told(path, capsys) == {}
    assert told(path, capsys, "--against", str(path)) == {}


def test_a_clock_on_the_wall_that_was_taken_for_utc_is_named(
    year: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its days have 23 and 25 hours, and no other series is needed to see it."""
    rows = ((moment.astimezone(BERLIN).replace(tzinfo=UTC), value) for moment, value in year)
    found = told(written(tmp_path / "wall.csv", rows), capsys)
    assert "clock of Europe" in found["time zone"]


def test_one_autumn_hour_copied_is_found_in_a_single_year(
    year: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where equal values hardly ever meet, once is enough."""
    before = dict(year)[AUTUMN - timedelta(hours=1)]
    rows = ((moment, before if moment == AUTUMN else value) for moment, value in year)
    found = told(written(tmp_path / "copied.csv", rows), capsys)
    assert "hold one value" in found["clock changes"]


@pytest.mark.parametrize("factor", [7.46, 1.0 / 1.2, 0.001])
def test_money_that_changes_inside_a_file_is_found_beside_a_copy(
    factor: float, year: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With the hour from which on, and the ratio on both sides."""
    clean = written(tmp_path / "clean.csv", year)
    turn = START + timedelta(hours=4000)
    rows = ((moment, value * (factor if moment >= turn else 1.0)) for moment, value in year)
    path = tmp_path / "mixed.csv"
    lines = [f"{moment.isoformat()},{value:.6f}" for moment, value in rows]
    path.write_text("\n".join(["time,price_per_mwh", *lines, ""]))
    found = told(path, capsys, "--against", str(clean))
    assert f"until {turn:%Y-%m-%d %H:%M} UTC, {factor:.4g} times" in found["level"]


@pytest.mark.parametrize(("words", "speaks"), [(("A", "E"), True), (("good", "E"), False)])
def test_a_column_of_flags_is_read_where_every_word_is_known(
    words: tuple[str, str], speaks: bool, year: Rows, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    """A and E are actual and estimated; with a word nobody knows nothing is guessed."""
    path = tmp_path / "flags.csv"
    lines = [
        f"{moment.isoformat()},{value:.2f},{words[number % 9 == 0]}"
        for number, (moment, value) in enumerate(year)
    ]
    path.write_text("\n".join(["time,price_per_mwh,flag", *lines, ""]))
    assert ("estimated" in told(path, capsys)) is speaks


def test_words_about_a_file_are_refused_where_they_say_nothing(
    year: Rows, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A currency has three letters; a case and the installation take none of them, and all are named at once."""
    path = written(tmp_path / "clean.csv", year)
    assert exit_code(["doctor", str(path), "--currency", "EURO"]) == 2
    assert "three letters" in capsys.readouterr().err
    for file in ([str(tmp_path / "case.toml")], []):
        assert exit_code(["doctor", *file, "--against", str(path), "--zone", "FR"]) == 2
        err = capsys.readouterr().err
        assert "--against" in err and "--zone FR" in err
