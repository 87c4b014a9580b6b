"""[site.pool.parking]: what it makes of a pool, what is assumed, and what is refused."""

from pathlib import Path

import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.simulate.study import Study

CASE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"
POOL = "busy_kw_per_accelerator = 1.2\n"


def study_with(folder: Path, parking: str, for_services: int = 64) -> Study:
    """The case of one day, its pool of 0.1 kW parked and 1.2 kW busy resting so."""
    text = CASE.read_text()
    assert text.count(POOL) == 1
    said = f"{POOL}for_services = {for_services}\nparking = {{ {parking} }}\n"
    path = folder / "case.toml"
    path.write_text(text.replace(POOL, said))
    return load_case(path)


def test_what_a_table_leaves_out_is_assumed_and_said(tmp_path: Path) -> None:
    """Idle draws as parked, waking as busy; ten minutes from off; the notes name what was not stated."""
    study = study_with(tmp_path, "idle_kw_per_accelerator = 0.15, wake_parked_s = 20")
    parking = study.fleet.sites[0].pools[0].parking
    assert parking is not None
    assert (parking.idle_kw, parking.parked_kw, parking.off_kw, parking.wake_kw) == (
        0.15,
        0.1,
        0.0,
        1.2,
    )
    assert (parking.wake_parked_s, parking.wake_off_s, parking.least_off_s) == (20.0, 600.0, 1800.0)
    (note,) = (note for note in study.notes if note.startswith("rest of pool"))
    assert "wake_off_s" in note and "wake_parked_s" not in note


def test_a_pool_without_the_table_rests_as_ever() -> None:
    """Parked at once and awake at once."""
    assert load_case(CASE).fleet.sites[0].pools[0].parking is None


@pytest.mark.parametrize(
    ("parking", "kept", "said"),
    [
        ("wake_off_s = 600", 4, "a whole node"),
        ("idle_kw_per_accelerator = 0.05", 64, "0.1 kW or more"),
        ("off_kw_per_accelerator = 0.3", 64, "0.1 kW or less"),
        ("wake_off_s = -1", 64, "greater than or equal to 0"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, parking: str, kept: int, said: str) -> None:
    """Nothing kept for services leaves nothing that may rest; powers fall from idle to off."""
    with pytest.raises(BadInput, match=said):
        study_with(tmp_path, parking, kept)
