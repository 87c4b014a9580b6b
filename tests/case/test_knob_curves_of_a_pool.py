"""A pool whose points come from a table: what reaches the menu, what is said, what is refused."""

from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.case.curves import MOST_POINTS, points_from, short_menu
from gridtide.case.load import load_case
from gridtide.case.machines import training_curves
from gridtide.case.points import needless
from gridtide.case.schema import PointTable
from gridtide.finding import BadInput
from gridtide.simulate.study import Study

CASE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"
TABLE = """accelerator,workload,cap_w,speed,power_w,mark,source
MINE,pretrain,400,1.0,388,measured,own bench
MINE,pretrain,350,0.935,343,measured,own bench
MINE,pretrain,300,0.874,296,measured,own bench
MINE,pretrain,250,0.787,247,measured,own bench
MINE,pretrain,200,0.626,198,measured,own bench
MINE,pretrain,100,0.175,100,measured,own bench
MINE,decode,400,1.0,172,measured,own bench
MINE,decode,300,1.0,172,measured,own bench
MINE,decode,200,0.9999999,172,measured,own bench
"""


def study_with(folder: Path, curve: str, accelerator: str = "MINE", more: str = "") -> Study:
    """The case of one day, its pool of such accelerators with this curve."""
    (folder / "knobs.csv").write_text(TABLE)
    text = CASE.read_text().replace('accelerator = "a"', f'accelerator = "{accelerator}"')
    line = "busy_kw_per_accelerator = 1.2\n"
    assert text.count(line) == 1
    path = folder / "case.toml"
    stated = "busy_kw_per_accelerator = 0.45\n"
    path.write_text(text.replace(line, f"{stated}curve = {{ {curve} }}\n{more}"))
    return load_case(path)


def test_a_pool_gets_the_points_of_its_table(tmp_path: Path) -> None:
    """Each saves what the accelerator draws less; three stay, the cliff of 100 W does not."""
    study = study_with(tmp_path, 'path = "knobs.csv", workload = "pretrain"')
    points = study.fleet.sites[0].pools[0].points
    assert points[0].name == "full" and len(points) == 1 + MOST_POINTS
    assert "100 W" not in {point.name for point in points}
    (capped,) = (point for point in points if point.name == "250 W")
    assert capped.it_kw_per_accelerator == pytest.approx(0.45 - (0.388 - 0.247))
    assert capped.speed == pytest.approx(0.787, abs=1 / 900)
    assert any("own bench" in note and "measured" in note for note in study.notes)


def test_a_pool_without_a_table_stays_as_it_is_beside_one_that_names_it(tmp_path: Path) -> None:
    """Tables are named pool by pool; the same full-speed point before and after."""
    second = """
    [[site.pool]]
    name = "other"
    accelerator = "b"
    accelerators = 8
    parked_kw_per_accelerator = 0.2
    busy_kw_per_accelerator = 1.2
    """
    study = study_with(tmp_path, 'path = "knobs.csv", workload = "pretrain"', more=dedent(second))
    named, bare = study.fleet.sites[0].pools
    assert len(named.points) == 1 + MOST_POINTS
    assert [point.name for point in bare.points] == ["full"]


def test_a_cap_that_never_acts_gives_no_point(tmp_path: Path) -> None:
    """Decode draws 172 W under any of these caps: what the table says, not what its class is called."""
    study = study_with(tmp_path, 'path = "knobs.csv", workload = "decode"')
    assert [point.name for point in study.fleet.sites[0].pools[0].points] == ["full"]


def test_a_curve_of_another_accelerator_is_said_to_be_assumed(tmp_path: Path) -> None:
    """Its shares of the uncapped draw are carried over, with the slope of the pool's own server."""
    study = study_with(tmp_path, 'path = "knobs.csv", workload = "pretrain"', accelerator="H100")
    points = study.fleet.sites[0].pools[0].points
    (capped,) = (point for point in points if point.name == "cap at 62%")
    full_w = (450.0 - 73.5) / 1.74
    assert capped.it_kw_per_accelerator == pytest.approx(
        0.45 - 1.74 * full_w * (1 - 247 / 388) / 1e3
    )
    assert any("is assumed" in note for note in study.notes)


def test_a_known_curve_needs_no_file_and_stops_at_the_lowest_cap(tmp_path: Path) -> None:
    """The A100 takes the shape of the 400 W class; an H100 cannot be set below 200 W, 29 % of its rated power."""
    known = 'workload = "fine-tune 8B", source = "known"'
    points = study_with(tmp_path, known, accelerator="A100").fleet.sites[0].pools[0].points
    assert [point.name for point in points] == ["full", "cap at 75%", "cap at 62%", "cap at 50%"]
    curve = next(one for one in training_curves() if one.workload == "fine-tune 8B")
    lowest = min(point.speed for point in points_from(curve, "H100", 1.2))
    assert lowest == pytest.approx(0.807)


@pytest.mark.parametrize(
    ("curve", "accelerator", "more", "said"),
    [
        ('path = "knobs.csv", workload = "BERT", source = "known"', "H100", "", "a file, but with"),
        ('workload = "BERT"', "H100", "", "a file, but with"),
        ('path = "knobs.csv", workload = "dance"', "MINE", "", "pretrain on MINE, decode on MINE"),
        ('path = "none.csv", workload = "pretrain"', "MINE", "", "does not exist"),
        ('path = "knobs.csv", workload = "pretrain"', "OTHER", "", "the pool's own accelerator"),
        (
            'path = "knobs.csv", workload = "pretrain"',
            "MINE",
            '[[site.pool.point]]\nname = "eco"\nspeed = 0.8\nbusy_kw_per_accelerator = 0.8\n',
            "points, or a table of them",
        ),
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, curve: str, accelerator: str, more: str, said: str
) -> None:
    """Each with the way out."""
    with pytest.raises(BadInput, match=said):
        study_with(tmp_path, curve, accelerator, more)


@given(
    st.lists(st.tuples(st.floats(0.05, 0.99), st.floats(0.11, 0.99)), min_size=1, max_size=8),
)
def test_a_short_menu_has_no_point_that_a_mixture_matches(rows: list[tuple[float, float]]) -> None:
    """However many are measured, three at most stay, each below the line between its neighbours."""
    points = tuple(
        PointTable(name=str(number), speed=speed, busy_kw_per_accelerator=power_kw)
        for number, (speed, power_kw) in enumerate(rows)
    )
    kept = short_menu(points, 0.1, 1.0)
    assert len(kept) <= MOST_POINTS
    assert needless(kept, 0.1, 1.0) == frozenset()
    assert set(kept) <= set(points)
