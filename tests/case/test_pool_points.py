"""Operating points in a case file: what a menu may hold, what is left out of it, and every fault at once."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.load import load_case
from gridtide.case.points import points_of
from gridtide.case.schema import PointTable, PoolTable
from gridtide.finding import BadInput
from gridtide.fleet.site import Pool
from gridtide.simulate.study import Study

CASE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"
POOL = "busy_kw_per_accelerator = 1.2\n"


def case_with(folder: Path, *points: tuple[str, float, float]) -> Path:
    """The case of one day, its pool with these (name, speed, kW)."""
    said = "".join(
        f'\n[[site.pool.point]]\nname = "{name}"\nspeed = {speed}\nbusy_kw_per_accelerator = {power_kw}\n'
        for name, speed, power_kw in points
    )
    text = CASE.read_text()
    assert text.count(POOL) == 1
    path = folder / "case.toml"
    path.write_text(text.replace(POOL, POOL + said))
    return path


def pool_of(study: Study) -> Pool:
    """The only pool of the only site."""
    return study.fleet.sites[0].pools[0]


def faults(path: Path) -> str:
    """What is wrong with a case, in one text."""
    with pytest.raises(BadInput) as refused:
        load_case(path)
    return "\n".join(f"{finding.subject}: {finding.value}" for finding in refused.value.findings)


def test_a_pool_without_points_runs_at_full_speed_only(tmp_path: Path) -> None:
    """The full point is there of itself."""
    (full,) = pool_of(load_case(case_with(tmp_path))).points
    assert (full.name, full.speed, full.it_kw_per_accelerator) == ("full", 1.0, 1.2)


def test_points_stand_fastest_first_with_full_speed_before_all(tmp_path: Path) -> None:
    """The order in the file does not matter."""
    study = load_case(case_with(tmp_path, ("low", 0.6, 0.6), ("eco", 0.9, 0.9)))
    assert [point.name for point in pool_of(study).points] == ["full", "eco", "low"]
    menu = study.fleet.menu
    assert menu.speed.tolist() == [1.0, 0.9, 0.6] and menu.bounds.tolist() == [0, 3]
    assert np.allclose(menu.extra_kw, [1.1, 0.8, 0.5])


def test_a_point_that_pauses_match_is_left_out_and_named(tmp_path: Path) -> None:
    """Half the speed for more than half the power beyond parked saves nothing over working half the time."""
    study = load_case(case_with(tmp_path, ("slow", 0.5, 0.66), ("eco", 0.9, 0.9)))
    assert [point.name for point in pool_of(study).points] == ["full", "eco"]
    (said,) = [note for note in study.notes if "left out" in note and "point" in note]
    assert "point slow of pool gpus at here" in said


def test_every_fault_of_a_menu_is_said_at_once(tmp_path: Path) -> None:
    """Names twice, power that rises as speed falls, power at or beyond the ends, a second full speed."""
    found = faults(
        case_with(
            tmp_path,
            ("eco", 0.9, 0.7),
            ("eco", 0.8, 0.8),
            ("full", 0.7, 0.6),
            ("fast", 1.0, 1.3),
            ("cold", 0.3, 0.1),
        )
    )
    assert "site[1].pool[1].point.name: eco 2 times" in found
    assert "site[1].pool[1].point: eco draws 0.8 kW" in found
    assert "site[1].pool[1].point[3].name: full" in found
    assert "site[1].pool[1].point[4].speed: 1" in found
    assert "site[1].pool[1].point[4].busy_kw_per_accelerator: 1.3 kW" in found
    assert "site[1].pool[1].point[5].busy_kw_per_accelerator: 0.1 kW" in found


tables = st.lists(
    st.tuples(st.integers(5, 99), st.integers(11, 119)), max_size=5, unique_by=lambda row: row[0]
)


@given(tables)
def test_what_is_left_out_saves_nothing_and_what_is_kept_does(rows: list[tuple[int, int]]) -> None:
    """Beside the points kept and pauses, a point left out needs no less power; one kept needs less than the rest."""
    points = tuple(
        PointTable(name=f"p{speed}", speed=speed / 100, busy_kw_per_accelerator=power / 100)
        for speed, power in rows
    )
    pool = PoolTable(name="gpus", accelerator="a", accelerators=8, point=points)
    kept = points_of(pool, 0.1, 1.2, 900)
    assert kept[0].name == "full"
    assert [point.speed for point in kept] == sorted({p.speed for p in kept}, reverse=True)
    corners = [(0.0, 0.1), *sorted((p.speed, p.it_kw_per_accelerator) for p in kept)]
    speeds, powers = zip(*corners, strict=True)
    for point in points:
        mixed = float(np.interp(point.speed, speeds, powers))
        assert point.busy_kw_per_accelerator >= mixed - 1e-9
    slopes = np.diff(powers) / np.diff(speeds)
    assert (np.diff(slopes) > 0.0).all()
