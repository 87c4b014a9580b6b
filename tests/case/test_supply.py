"""On-site wind and sun under weather of record."""

import re
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.simulate.truth import truth_of

SIX = Path(__file__).resolve().parents[2] / "examples" / "real" / "six_markets.toml"
SKY = ', "cloud_share", "wind_speed_m_per_s"'
FIELDS = """

[[site.supply]]
kind = "{kind}"
capacity_kw = 1000

[[site.pool]]"""


def supplied(kind: str, more: str, data_dir: Path, folder: Path, patch: pytest.MonkeyPatch) -> Path:
    """A fortnight of the German site of the six markets with a field of its own and more kinds of weather."""
    patch.setenv("GRIDTIDE_DATA", str(data_dir))
    text = re.sub(
        r"^end = \S+",
        "end = 2023-03-20T00:00:00-06:00",
        SIX.read_text(),
        count=1,
        flags=re.MULTILINE,
    )
    site = text.index('name = "Frankfurt"')
    pool = text.index("\n\n[[site.pool]]", site)
    text = text[:pool] + FIELDS.format(kind=kind) + text[pool + len("\n\n[[site.pool]]") :]
    signal = text.index('zone = "DE-LU"\nclock = "Europe/Berlin"\nsource')
    text = text[:signal] + text[signal:].replace(
        '"relative_humidity"', f'"relative_humidity"{more}', 1
    )
    (folder / "case.toml").write_text(text)
    return folder / "case.toml"


@pytest.mark.real
@pytest.mark.parametrize(("kind", "least", "most"), [("wind", 0.1, 0.6), ("solar", 0.05, 0.25)])
def test_a_field_makes_what_the_weather_lets_it(
    kind: str,
    least: float,
    most: float,
    data_dir: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A fortnight of German March: a likely capacity factor, never more than the field, no sun at night."""
    study = load_case(supplied(kind, SKY, data_dir, tmp_path, monkeypatch))
    site = next(at for at, site in enumerate(study.fleet.sites) if site.zone == "DE-LU")
    made_kw = truth_of(study).supply_kw[site]
    assert least < made_kw.mean() / 1000.0 < most
    assert made_kw.min() >= 0.0 and made_kw.max() <= 1000.0
    if kind == "solar":
        hour = (study.timeline.starts_s // 3600) % 24
        assert not made_kw[np.isin(hour, [22, 23, 0, 1, 2])].any()
    assert any(
        "modelled" in note or "by the" in note for note in study.notes if "Frankfurt" in note
    )


@pytest.mark.real
def test_a_field_without_weather_of_record_is_refused(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fault names the site, what is lacking and where it could come from."""
    case = supplied("solar", "", data_dir, tmp_path, monkeypatch)
    with pytest.raises(BadInput, match=r"supply of Frankfurt.*no cloud_share"):
        load_case(case)
