"""Weather beyond the models is said in the notes of a study, and the models are held there."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.simulate.truth import truth_of

DEMO = Path(__file__).resolve().parents[2] / "src/gridtide/case/demo/case.toml"


def notes(folder: Path, *changes: tuple[str, str]) -> list[str]:
    """Notes of the demo with words of it changed that speak of weather."""
    text = DEMO.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    (folder / "case.toml").write_text(text)
    study = load_case(folder / "case.toml")
    assert np.isfinite(truth_of(study).outdoor_c).all()
    return [note for note in study.notes if "wet bulb" in note or "chillers" in note]


def test_common_weather_says_nothing(tmp_path: Path) -> None:
    """The demo as it is."""
    assert notes(tmp_path) == []


@pytest.mark.parametrize(("warm", "said"), [("-45.0", "below -20 °C"), ("55.0", "above 50 °C")])
def test_strange_weather_is_named_with_its_steps(tmp_path: Path, warm: str, said: str) -> None:
    """A case of made-up weather with a mean far out."""
    found = notes(tmp_path, ("temperature_c = -3.0", f"temperature_c = {warm}"))
    assert len(found) == 1
    assert said in found[0]
    assert "of 672 steps" in found[0]


def test_chillers_that_are_too_small_in_great_heat_are_named(tmp_path: Path) -> None:
    """A house with air-cooled chillers at a mean of 36 °C; what they carry out is said as a share of its heat."""
    found = notes(
        tmp_path,
        ("temperature_c = -3.0", "temperature_c = 36.0"),
        ('cooling = "water-chiller"', 'cooling = "air-chiller"'),
    )
    assert len(found) == 1
    assert "rated for less than the heat of a full house" in found[0]
