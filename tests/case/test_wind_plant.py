"""Wind of a site as a turbine or a farm, in the air of its height."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.case.wind_plant import WindPlant
from gridtide.finding import BadInput
from gridtide.physics.wind import STORM_M_PER_S
from gridtide.simulate.truth import truth_of

DEMO = Path(__file__).resolve().parents[2] / "src/gridtide/case/demo/case.toml"
FARM = WindPlant(wake_share=0.07)


def made_kw(folder: Path, more: str) -> np.ndarray:
    """What the wind of the demo makes with more keys, (S, T), kW."""
    text = DEMO.read_text()
    assert 'kind = "wind"\n' in text
    (folder / "case.toml").write_text(text.replace('kind = "wind"\n', f'kind = "wind"\n{more}\n'))
    return truth_of(load_case(folder / "case.toml")).supply_kw


@given(st.floats(0.0, 40.0), st.floats(-30.0, 45.0), st.floats(0.0, 3000.0))
def test_a_farm_makes_no_more_than_it_has_and_thin_air_no_more_than_thick(
    wind: float, air_c: float, height: float
) -> None:
    """0 to 1 less wakes; higher up is thinner, and a turbine there gives no more below its storm."""
    high = WindPlant(height_m=height)
    assert 0.0 <= FARM.share(wind, air_c) <= 0.93 + 1e-12
    assert 0.0 <= WindPlant(wake_share=0.07, height_m=height).share(wind, air_c) <= 0.93 + 1e-12
    if wind < 0.9 * STORM_M_PER_S:
        assert high.share(wind, air_c) <= WindPlant(height_m=0.0).share(wind, air_c) + 1e-12


def test_a_farm_is_steadier_than_a_turbine(tmp_path: Path) -> None:
    """Over the demo's week: its power changes less from step to step."""
    one, farm = made_kw(tmp_path, ""), made_kw(tmp_path, "farm_wake_share = 0.07")
    assert np.abs(np.diff(farm)).sum() < np.abs(np.diff(one)).sum()


def test_thin_air_makes_less(tmp_path: Path) -> None:
    """At 1,500 m over the same week."""
    low, high = made_kw(tmp_path, "height_m = 0"), made_kw(tmp_path, "height_m = 1500")
    assert 0.7 * low.sum() < high.sum() < low.sum()


def test_keys_of_wind_at_other_supply_are_named(tmp_path: Path) -> None:
    """With the site and the kind."""
    text = DEMO.read_text()
    text = text.replace('kind = "wind"\n', 'kind = "solar"\nheight_m = 10\n')
    (tmp_path / "case.toml").write_text(text)
    with pytest.raises(BadInput, match="farm_wake_share or height_m for solar"):
        load_case(tmp_path / "case.toml")
