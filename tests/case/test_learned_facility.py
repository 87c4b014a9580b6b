"""[site.facility] learned: a case that names what a site's meter told."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.fleet.building import facility_power_kw
from gridtide.fleet.learning.known import Hole
from gridtide.fleet.learning.steady import steady_kw
from gridtide.simulate.truth import truth_of
from gridtide.sources.site_model import written
from gridtide.testing.learned_sites import plain_model

ONE_DAY = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"


def case(folder: Path, facility: str, *, it_kw: tuple[float, float] = (0.0, 400.0)) -> Path:
    """The day with a learned building whose data reach over these IT powers."""
    model = plain_model(400.0)
    ranges = replace(model.ranges, it_kw=it_kw)
    (folder / "model.json").write_text(written(replace(model, ranges=ranges)))
    path = folder / "case.toml"
    plain = "facility = { it_capacity_kw = 400 }"
    path.write_text(
        ONE_DAY.read_text().replace(plain, f"facility = {{ it_capacity_kw = 400, {facility} }}")
    )
    return path


def test_a_case_draws_what_its_file_says(tmp_path: Path) -> None:
    """In the truth of the twin; its plant was built for the hottest of its data."""
    study = load_case(case(tmp_path, 'learned = "model.json"'))
    felt_c = truth_of(study).outdoor_c[:, :1]
    drawn_kw = facility_power_kw(study.fleet, np.asarray([[200.0]]), felt_c)
    expected_kw = steady_kw(plain_model(400.0).site_map, np.asarray([200.0]), felt_c[0])
    assert drawn_kw[0, 0] == pytest.approx(expected_kw[0, 0], rel=2e-3)
    assert study.fleet.sites[0].facility.design_outdoor_c == 32.0
    assert any("learned" in note for note in study.notes)


def test_load_without_data_is_refused_and_physics_goes_on_where_the_case_says_so(
    tmp_path: Path,
) -> None:
    """The finding says what the case asks for and what the file knows."""
    narrow = (120.0, 380.0)
    with pytest.raises(BadInput, match=r"20\.0 to 240\.0 kW; 120\.0 to 380\.0 kW"):
        load_case(case(tmp_path, 'learned = "model.json"', it_kw=narrow))
    beyond = 'learned = "model.json", learned_outside = "physics"'
    study = load_case(case(tmp_path, beyond, it_kw=narrow))
    assert study.fleet.sites[0].facility.learned is not None


def test_load_and_weather_in_a_hole_between_data_are_refused_as_what_lies_outside(
    tmp_path: Path,
) -> None:
    """The weather of the day, at loads that the site can have; not at loads that it cannot."""
    path = case(tmp_path, 'learned = "model.json"')
    plain = plain_model(400.0)

    def with_hole(utilisation: tuple[float, float]) -> None:
        hole = Hole(clock=(0.0, 1.0), wet_c=(-20.0, 40.0), utilisation=utilisation)
        ranges = replace(plain.ranges, it_kw=(0.0, 400.0))
        model = replace(plain, ranges=ranges, enclosed=(hole,))
        (tmp_path / "model.json").write_text(written(model))

    with_hole((0.0, 0.3))
    with pytest.raises(BadInput, match="have no data"):
        load_case(path)
    with_hole((0.95, 1.0))
    load_case(path)
    with_hole((0.0, 0.3))
    beyond = 'learned = "model.json", learned_outside = "physics"'
    path.write_text(path.read_text().replace('learned = "model.json"', beyond))
    load_case(path)


def test_a_file_that_is_not_there_is_refused_with_the_other_faults(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"missing\.json"):
        load_case(case(tmp_path, 'learned = "missing.json"'))


def test_a_hall_beside_a_learned_building_is_refused(tmp_path: Path) -> None:
    """A meter does not tell heat and plant apart."""
    path = case(tmp_path, 'learned = "model.json"')
    text = path.read_text()
    path.write_text(text.replace("[[site.pool]]", "[site.hall]\nset_c = 24\n\n[[site.pool]]", 1))
    with pytest.raises(BadInput, match=r"site\[1\]\.hall"):
        load_case(path)


def test_a_connection_below_the_parked_building_is_refused(tmp_path: Path) -> None:
    path = case(tmp_path, 'learned = "model.json"')
    path.write_text(path.read_text().replace("import_max_kw = 700", "import_max_kw = 25"))
    with pytest.raises(BadInput, match="everything parked"):
        load_case(path)
