"""For whom a course was: shares sum to what was settled, part by part."""

from functools import cache

import numpy as np
import pytest

from gridtide.simulate.course import Course
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.showback import NOBODY, Share, showback, teams_of
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study


@cache
def lived(seed: int, policy: str) -> tuple[Course, Settlement, tuple[Share, ...]]:
    """A course, what it was worth, and its shares; jobs belong to three teams in turn."""
    study = small_study(seed, hours=24, jobs=60, accelerators=48)
    truth, course = truth_of(study), course_of(study, policy)
    settled = settle(study, truth, course, 0.0)
    teams = np.asarray([f"team {number % 3}" for number in range(len(study.jobs))])
    return course, settled, showback(study, truth, course, settled, teams)


@pytest.mark.parametrize("policy", ["run-at-once", "coordinated"])
@pytest.mark.parametrize("seed", [1, 6])
def test_shares_sum_to_the_settled_course(seed: int, policy: str) -> None:
    """Energy, carbon, work and every part of the money."""
    _, settled, shares = lived(seed, policy)
    assert sum(one.kwh for one in shares) == pytest.approx(settled.energy_kwh)
    assert sum(one.carbon_kg for one in shares) == pytest.approx(settled.emissions_average_kg)
    assert sum(one.accelerator_h for one in shares) == pytest.approx(settled.accelerator_h_done)
    for number, (cause, money) in enumerate(settled.parts):
        assert {one.parts[number][0] for one in shares} == {cause}
        total = sum(one.parts[number][1] for one in shares)
        assert total == pytest.approx(money, abs=1e-9 * max(abs(settled.total_cost), 1.0))
    assert sum(one.cost for one in shares) == pytest.approx(settled.total_cost)


def test_teams_services_and_nobody_are_named() -> None:
    """Every job's team, every service once, and what nobody drew."""
    _, _, shares = lived(1, "coordinated")
    kinds = [(one.name, one.kind) for one in shares]
    assert kinds[:3] == [(f"team {number}", "team") for number in range(3)]
    assert kinds[-1] == (NOBODY, NOBODY)
    assert [kind for _, kind in kinds[3:-1]] == ["service"]
    assert min(one.kwh for one in shares) >= 0.0


def test_a_group_is_a_job_name_without_its_number() -> None:
    """Names that have no number are groups of their own."""
    study = small_study(1, hours=24)
    groups = teams_of(study)
    assert len(groups) == len(study.jobs)
    assert all(
        str(name).startswith(str(group))
        for name, group in zip(study.jobs.name, groups, strict=True)
    )
