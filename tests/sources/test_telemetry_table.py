"""Telemetry of a site as strangers bring it, and what is said of it when it cannot be used."""

from pathlib import Path

import pytest

from gridtide.finding import BadInput
from gridtide.sources.telemetry_table import TelemetryTable

HEAD = "time_utc,site,it_utilisation,clock_mhz,outdoor_temp_c,rel_humidity,{meter}"


def table(folder: Path, *, utilisation: float = 0.5, meter: str = "facility_kw") -> Path:
    """A day of quarters whose meter moves."""
    rows = [
        f"2026-05-01T{k // 4:02d}:{15 * (k % 4):02d}:00Z,north,{utilisation + 0.001 * k:.4f},1500,{12 + k % 7},"
        f"60,{1000 + 3 * k}"
        for k in range(96)
    ]
    path = folder / "telemetry.csv"
    path.write_text("\n".join([HEAD.format(meter=meter), *rows]) + "\n")
    return path


def test_a_humidity_in_per_cent_is_read_as_a_fraction(tmp_path: Path) -> None:
    (site,), left_out = TelemetryTable(path=table(tmp_path), names={}).read()
    assert len(site.time_s) == 96
    assert site.humidity[0] == pytest.approx(0.6)
    assert left_out == ()


def test_columns_under_other_names_are_found(tmp_path: Path) -> None:
    (site,), _ = TelemetryTable(
        path=table(tmp_path, meter="meter"), names={"meter": "facility_kw"}
    ).read()
    assert site.facility_kw[1] == pytest.approx(1003.0)


def test_a_utilisation_in_per_cent_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="it_utilisation"):
        TelemetryTable(path=table(tmp_path, utilisation=50.0), names={}).read()


def test_a_missing_column_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="facility_kw"):
        TelemetryTable(path=table(tmp_path, meter="meter"), names={}).read()
