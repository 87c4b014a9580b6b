"""`gridtide study` of a file: adequacy, headroom and accidents, their documents, pages, words and faults."""

import json
import re
import shutil
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
BLOCK = re.compile(r"^```text\n\$ (gridtide .*?)\n(.*?)^```", re.DOTALL | re.MULTILINE)
SHOWN = [
    (page, command, said)
    for page in ("adequacy.md", "accidents.md")
    for command, said in BLOCK.findall((ROOT / "docs" / page).read_text())
]


@pytest.mark.parametrize(("page", "command", "said"), SHOWN, ids=[one for _, one, _ in SHOWN])
def test_a_page_shows_what_the_command_prints(
    page: str,
    command: str,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Word for word; it leaves with 3 where something is broken."""
    monkeypatch.chdir(ROOT)
    code = exit_code(command.split()[1:])
    assert capsys.readouterr().out == said
    assert code == (3 if "broken:" in said else 0)


def document(
    name: str, capsys: pytest.CaptureFixture[str], *options: str
) -> tuple[int, dict[str, object]]:
    """What a file of the examples answers."""
    code = exit_code(["study", str(EXAMPLES / name), "--json", *options])
    return code, json.loads(capsys.readouterr().out)


def test_the_document_of_adequacy_is_a_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys, and a page with everything on it; the same bytes again."""
    page = tmp_path / "page.html"
    code, found = document("adequacy_flexible.toml", capsys, "--page", str(page))
    assert code == 0
    assert set(found) == {
        "kind", "of", "passes", "target_lole_h", "hours", "peak_kw", "energy_kwh", "units", "capacity_kw", "variable",
        "table", "lole_h", "lole_days", "eens_kwh", "eens_share", "worst_hours", "by_month", "carries", "elcc",
        "store_elcc", "years", "seed", "drawn", "agrees", "flexible", "notes",
    }  # fmt: skip
    assert set(found["drawn"]) == {"plain", "stores", "flexible"}  # type: ignore[call-overload]
    assert set(found["flexible"]) == {  # type: ignore[call-overload]
        "name", "kw", "call_h", "calls", "recover_h", "rebound", "elcc_kw", "elcc_share", "saved_kwh", "capped",
    }  # fmt: skip
    assert set(found["store_elcc"][0]) == {  # type: ignore[index]
        "name", "power_kw", "energy_kwh", "elcc_kw", "elcc_share",
    }  # fmt: skip
    assert "is there enough?" in page.read_text()
    assert document("adequacy_flexible.toml", capsys) == (0, found)


def test_the_document_of_headroom_is_a_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys; every share leaves out no more than it may, and the curve rises."""
    page = tmp_path / "page.html"
    code, found = document("headroom_rts79.toml", capsys, "--page", str(page))
    assert code == 0 and "how much new load fits?" in page.read_text()
    assert set(found) == {
        "kind", "of", "passes", "wanted_kw", "lacks_kw", "hours", "firm", "peak_kw", "peaks_kw", "load_factor",
        "points", "curve", "currency", "notes",
    }  # fmt: skip
    points: list[dict[str, float]] = found["points"]  # type: ignore[assignment]
    assert [one["share"] for one in points] == [0.0025, 0.005, 0.01]
    for one in points:
        assert set(one) == {
            "share", "load_kw", "of_peak", "curtailed_kwh", "served_kwh", "hours", "events", "mean_h", "longest_h",
            "deepest_kw", "half_kept_share", "who",
        }  # fmt: skip
        assert one["curtailed_kwh"] == pytest.approx(one["share"] * one["load_kw"] * 8_736)
    loads = [one["load_kw"] for one in found["curve"]]  # type: ignore[attr-defined]
    assert loads == sorted(loads)


def test_the_document_of_an_accident_is_a_contract(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its keys; what a page draws is not in it."""
    page = tmp_path / "page.html"
    code, found = document("accident_job.toml", capsys, "--page", str(page))
    assert code == 3 and "what would have prevented it" in page.read_text()
    assert set(found) == {
        "kind", "of", "passes", "nominal_hz", "system_kva", "inertia_s", "load_kw", "rule", "events", "sags",
        "frequency", "limits", "left", "away_kw", "groups", "faults", "answering", "lines", "breaches", "prevented",
    }  # fmt: skip
    assert set(found["frequency"]) == {  # type: ignore[call-overload]
        "first_hz_per_s", "steepest_hz_per_s", "window_s", "lowest_hz", "lowest_at_s", "highest_hz", "highest_at_s",
        "last_hz", "settles_hz",
    }  # fmt: skip
    for one in found["prevented"]:  # type: ignore[attr-defined]
        assert set(one) == {
            "way", "suffices", "undoes", "amount", "unit", "says", "moved_kw", "cost", "leaves", "lowest_hz",
            "highest_hz",
        }  # fmt: skip
        assert bool(one["undoes"]) == (one["amount"] is not None)


def test_a_load_that_is_too_large_is_told_by_how_much(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 3."""
    for name in ("headroom_rts79.toml", "adequacy_rts79.toml", "fleet_curve.json"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    path = tmp_path / "headroom_rts79.toml"
    path.write_text(path.read_text().replace("150_000.0", "1_000_000.0"))
    assert exit_code(["study", str(path)]) == 3
    assert "1,000,000 kW do not fit, 596,710 kW too many" in capsys.readouterr().out


ADEQUACY = """
kind = "adequacy"
name = "x"
elcc = ["nobody"]
[load.series]
file = "load.csv"
columns = ["load_kw"]
[[variable]]
name = "wind"
[variable.series]
file = "wind.csv"
columns = ["wind_kw"]
[[unit]]
name = "a"
max_kw = 1000.0
outage_rate = 0.1
"""


def hours(path: Path, column: str, year: int, count: int) -> None:
    """A table of hours from 1 January of a year on."""
    rows = [
        f"{year}-{1 + k // 720:02d}-{1 + k // 24 % 30:02d}T{k % 24:02d}:00Z,{k % 24}"
        for k in range(count)
    ]
    path.write_text(f"time,{column}\n" + "\n".join(rows) + "\n")


def test_faults_of_a_file_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Rates outside 0 to 1, series of another length, units that nobody knows, weeks that lack, keys of no table."""
    path = tmp_path / "bad.toml"
    path.write_text(ADEQUACY.replace("outage_rate = 0.1", "outage_rate = 1.4\ncolour = 1"))
    assert exit_code(["study", str(path)]) == 2
    said = capsys.readouterr().err
    assert "unit[1].outage_rate: 1.4" in said and "unit[1].colour: is no key" in said
    import numpy as np
    import polars as pl

    for name, column, first, count in (
        ("load.csv", "load_kw", "2022-01-01", 8_760),
        ("wind.csv", "wind_kw", "2023-01-01", 8_760),
    ):
        times = np.datetime64(f"{first}T00:00:00") + np.arange(count) * np.timedelta64(3600, "s")
        pl.DataFrame({"time": [f"{one}Z" for one in times], column: np.ones(count)}).write_csv(
            tmp_path / name
        )
    path.write_text(ADEQUACY)
    assert exit_code(["study", str(path)]) == 2
    said = capsys.readouterr().err
    assert "wind: 8,760 hours of 2023" in said and "load: 8,760 hours of 2022" in said
    assert "nobody is no unit; one of 2: a, wind" in said
    hours(tmp_path / "wind.csv", "wind_kw", 2022, 100)
    assert exit_code(["study", str(path)]) == 2
    said = capsys.readouterr().err
    assert "100 hours; a whole year: 8,736, 8,760 or 8,784 hours" in said and "nobody" in said


def test_what_can_be_called_may_differ_by_hour_and_month(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A fleet that draws at night and in the first half of the year: less of it is called, and worth less."""
    text = (EXAMPLES / "adequacy_flexible.toml").read_text()
    night, half = [1.0] * 7 + [0.2] * 12 + [1.0] * 5, [1.0] * 6 + [0.0] * 6
    path = tmp_path / "night.toml"
    path.write_text(text.replace("call_h = 4", f"call_h = 4\nby_hour = {night}\nby_month = {half}"))
    assert exit_code(["study", str(path), "--json"]) in (0, 3)
    less = json.loads(capsys.readouterr().out)["flexible"]["elcc_kw"]["mean"]
    _, usual = document("adequacy_flexible.toml", capsys)
    assert 0.0 < less < 0.7 * usual["flexible"]["elcc_kw"]["mean"]  # type: ignore[index]
    path.write_text(text.replace("call_h = 4", f"call_h = 4\nby_month = {[0.0] * 12}"))
    assert exit_code(["study", str(path)]) == 2
    assert "by_hour or by_month is 0 throughout" in capsys.readouterr().err
    path.write_text(text.replace("call_h = 4", "call_h = 4\nby_hour = [1.0, 2.0]"))
    assert exit_code(["study", str(path)]) == 2
    assert "flexible.by_hour" in capsys.readouterr().err


def test_a_name_that_stands_twice_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of two feeds of one name the first would be lost."""
    path = tmp_path / "bad.toml"
    again = (
        '[[variable]]\nname = "wind"\n[variable.series]\nfile = "o.csv"\ncolumns = ["w"]\n[[unit]]'
    )
    path.write_text(ADEQUACY.replace("[[unit]]", again))
    assert exit_code(["study", str(path)]) == 2
    assert "unit, variable, store: wind twice; each name once" in capsys.readouterr().err


def test_areas_beside_a_load_of_its_own_are_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They would be left aside without a word."""
    path = tmp_path / "bad.toml"
    text = (EXAMPLES / "headroom_rts79.toml").read_text()
    path.write_text(text.replace("[load]", 'areas = ["1"]\n[load]', 1))
    assert exit_code(["study", str(path)]) == 2
    assert "areas: 1 of a [load]; areas of rts_gmlc alone" in capsys.readouterr().err


def test_faults_of_an_accident_are_told_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Lines, buses, rules and tables that are not there; limits and settings on the wrong side."""
    path = tmp_path / "bad.toml"
    path.write_text(f"""
kind = "accident"
name = "x"
sags = "nothing.csv"
rule = "none"
[grid]
system_kva = 1e6
inertia_s = 4
load_kw = 9e5
[limits]
lowest_hz = 61
highest_hz = 60.5
[network]
file = "{EXAMPLES / "nine_buses.m"}"
[[event]]
kind = "line"
name = "1-9"
[[event]]
kind = "unit"
name = "u"
bus = "77"
[[site]]
name = "s"
load_kw = 5
returns_share = 0
returns_s = 0
above = [[59.0, 1.0]]
steep = [[1.0, 0.001]]
""")
    assert exit_code(["study", str(path)]) == 2
    said = capsys.readouterr().err
    for fault in (
        "rule: none; ercot-nogrr282", "nothing.csv: does not exist", "limits: 61 to 60.5 Hz", "above: 59 Hz",
        "1-9 is no branch", "steep: over 0.001 s; a step, 0.02 s, or more", "event[2].kw: is missing", "77 is no bus",
    ):  # fmt: skip
        assert fault in said
    path.write_text('kind = "market"\n')
    assert exit_code(["study", str(path)]) == 2
    assert "kind: 'market'; one of adequacy, headroom, accident" in capsys.readouterr().err


@pytest.mark.real
@pytest.mark.parametrize(
    ("series", "least_kw", "most_kw"),
    [
        (
            'file = "{data}/eia_mix_2022/eia_mix_2022.parquet"\nonly = ["area", "ERCO"]\ncolumns = ["wind_mw", '
            '"solar_mw", "hydro_mw", "oil_mw", "gas_mw", "coal_mw", "nuclear_mw", "other_mw"]',
            2e6, 12e6,
        ),
        (
            'file = "{data}/finland_forecasts/fi.parquet"\nyear = 2021\ncolumns = ["demand_forecast_mw"]',
            0.2e6, 2e6,
        ),
    ],
    ids=["ERCOT", "Finland"],
)  # fmt: skip
def test_a_real_year_has_room_under_its_own_seasons(
    series: str,
    least_kw: float,
    most_kw: float,
    data_dir: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """More at each larger share, and most of the new load runs even in curtailed hours."""
    path = tmp_path / "headroom.toml"
    path.write_text(
        f'kind = "headroom"\nname = "a year"\n[load.series]\n{series.format(data=data_dir)}\n'
    )
    assert exit_code(["study", str(path), "--json"]) == 0
    points = json.loads(capsys.readouterr().out)["points"]
    loads = [one["load_kw"] for one in points]
    assert least_kw < loads[0] < loads[1] < loads[2] < most_kw
    assert all(one["half_kept_share"] > 0.5 and one["mean_h"] < 8.0 for one in points)
