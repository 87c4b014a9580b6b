"""The speed-up of a class in a case file: what its pools get from it, and every fault at once."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.case.load import load_case
from gridtide.finding import BadInput
from gridtide.fleet.operating_point import ANY_CLASS
from gridtide.simulate.study import Study

CASE = Path(__file__).resolve().parents[1] / "fixtures" / "one_day.toml"
CLASS, JOBS, POOL = "[[class]]\n", "[[jobs]]\n", "busy_kw_per_accelerator = 1.2\n"
POINT = '\n[[site.pool.point]]\nname = "eco"\nspeed = 0.85\nbusy_kw_per_accelerator = 0.9\n'


def case_with(folder: Path, speed_up: str, elastic: str = "true", point: str = "") -> Path:
    """The case of one day, its class with a speed-up, its jobs elastic or not, its pool with another point."""
    text = CASE.read_text()
    assert text.count(CLASS) == text.count(POOL) == 1 and JOBS in text
    text = text.replace(CLASS, CLASS + (f"speed_up = {speed_up}\n" if speed_up else ""))
    text = text.replace(JOBS, JOBS + f"elastic = {elastic}\n").replace(POOL, POOL + point)
    path = folder / "case.toml"
    path.write_text(text)
    return path


def menu_of(study: Study) -> list[tuple[str, float, float, int]]:
    """Name, speed, share and class of each point of the only pool."""
    return [
        (point.name, point.speed, point.gang_share, point.work_class)
        for point in study.fleet.sites[0].pools[0].points
    ]


def test_each_point_of_a_pool_gets_the_sizes_of_elastic_work(tmp_path: Path) -> None:
    """Speeds multiply and count in whole seconds of a step; power is that of the point; full speed stays first."""
    study = load_case(case_with(tmp_path, "[[2, 1.7], [0.5, 0.6]]", point=POINT))
    assert menu_of(study) == [
        ("full", 1.0, 1.0, ANY_CLASS),
        ("eco", 0.85, 1.0, ANY_CLASS),
        ("0.5 of the gang", 0.6, 0.5, 0),
        ("eco on 0.5 of the gang", 459 / 900, 0.5, 0),
        ("2 of the gang", 1.7, 2.0, 0),
        ("eco on 2 of the gang", 1300 / 900, 2.0, 0),
    ]
    assert study.jobs.elastic.any()
    assert np.array_equal(study.jobs.elastic, study.jobs.movable)


def test_a_case_whose_jobs_are_rigid_is_as_it_was(tmp_path: Path) -> None:
    """A speed-up that nobody uses adds nothing."""
    plain = load_case(CASE)
    rigid = load_case(case_with(tmp_path, "[[0.5, 0.6]]", "false"))
    assert menu_of(rigid) == menu_of(plain)
    assert not rigid.jobs.elastic.any()
    assert np.array_equal(rigid.jobs.accelerators, plain.jobs.accelerators)


@pytest.mark.parametrize(
    ("speed_up", "said"),
    [
        ("[[0.5, 0.4]]", "more gained from 0.5 to 1 of the gang than from 0 to 0.5"),
        ("[[1, 0.9]]", "speeds 0.9 and 1 on 1 of the gang"),
        ("[[2, 0.9]]", "speed 0.9 on 2 of the gang, 1 on 1"),
        ("[[2, 2.5]]", "more gained from 1 to 2 of the gang than from 0 to 1"),
        ("[[0, 0.5]]", "0"),
        ("[[0.5, -1]]", "-1"),
        ("", "true, and class"),
    ],
)
def test_a_speed_up_that_cannot_be_is_refused(tmp_path: Path, speed_up: str, said: str) -> None:
    """By the pairs that do not fit."""
    with pytest.raises(BadInput) as refused:
        load_case(case_with(tmp_path, speed_up))
    assert said in "\n".join(finding.value for finding in refused.value.findings)
