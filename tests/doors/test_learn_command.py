"""`gridtide learn` as strangers call it: its document, its names of columns, and what it refuses."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gridtide.doors.cli import exit_code
from gridtide.sources.site_model import read_site_model
from gridtide.testing.plant_days import plant_days
from gridtide.testing.plants import warm_loop

DAYS = 12


def telemetry(
    folder: Path, *, meter: str = "facility_kw", scale: float = 1.0, swap: bool = False
) -> Path:
    """Two sites of a made-up plant; swap: each with the meter of the other."""
    lived = [plant_days(DAYS, warm_loop.MEAN_C, seed) for seed in (3, 4)]
    power = [
        warm_loop.plant_kw(days, seed) * scale for days, seed in zip(lived, (3, 4), strict=True)
    ]
    rows = [f"time_utc,site,it_utilisation,clock_mhz,outdoor_temp_c,rel_humidity,{meter}"]
    for site, days, drawn in zip(
        ("north", "south"), lived, power[::-1] if swap else power, strict=True
    ):
        rows += [
            f"{datetime.fromtimestamp(int(days.time_s[k]), UTC).isoformat()},{site},{days.utilisation[k]:.5f},"
            f"{days.clock_mhz[k]:.0f},{days.outdoor_c[k]:.3f},{days.humidity[k]:.4f},{drawn[k]:.4f}"
            for k in range(len(days.time_s))
            if not 500 <= k < 510
        ]
    path = folder / "telemetry.csv"
    path.write_text("\n".join(rows) + "\n")
    return path


@pytest.mark.parametrize("pair", ["facility_kw=meter", "meter=facility_kw"])
def test_the_document_has_the_keys_of_the_contract(
    pair: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = telemetry(tmp_path, meter="meter")
    assert exit_code(["learn", str(path), "--site", "north", "--map", pair, "--json"]) == 0
    told = capsys.readouterr()
    found = json.loads(told.out)
    assert {"mape", "bias", "coverage", "daily_mape"} <= found.keys()
    assert len(found["daily_mape"]) == DAYS
    assert 0.0 < found["mape"] < 0.05
    assert "10 rows missing in 1 gaps" in told.err


def test_the_same_telemetry_writes_the_same_model_and_says_what_it_took_it_for(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Byte for byte; a site in MW cannot be told from a small one, so the peak is said in kW."""
    path = telemetry(tmp_path)
    files = [tmp_path / name for name in ("one.json", "other.json")]
    for file in files:
        assert exit_code(["learn", str(path), "--site", "north", "--out", str(file)]) == 0
    assert files[0].read_bytes() == files[1].read_bytes()
    model, digest = read_site_model(files[0])
    assert (model.site, len(digest)) == ("north", 64)
    assert not model.it_capacity_given
    peak_kw = warm_loop.plant_kw(plant_days(DAYS, warm_loop.MEAN_C, 3), 3).max()
    assert f"taken as kW: its peak is {peak_kw:,.0f} kW" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("how", "more", "said"),
    [
        ({"swap": True}, (), "north and south"),
        ({"scale": 0.001}, ("--it-capacity-kw", "9500"), "facility_kw"),
        ({}, ("--map", "kw=power"), "--map kw=power"),
        ({"meter": "power"}, (), "facility_kw"),
        ({}, ("--site", "east"), "--site east"),
        ({}, ("--it-capacity-kw", "24000"), "machines behind it"),
    ],
)
def test_what_cannot_be_used_is_named(
    how: dict[str, bool | float],
    more: tuple[str, ...],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site = () if "--site" in more else ("--site", "north")
    path = telemetry(tmp_path, **how)  # type: ignore[arg-type]
    assert exit_code(["learn", str(path), *site, *more]) == 2
    assert said in capsys.readouterr().err
