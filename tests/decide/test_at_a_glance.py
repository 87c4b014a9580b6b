"""What counting alone shows cannot be held."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.conflict.at_a_glance import seen_at_a_glance
from gridtide.decide.conflict.course import conflict_of
from gridtide.decide.situation import Situation
from gridtide.simulate.bound import known_course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.studies import small_study


def course(study: Study) -> Situation:
    """The course as somebody sees it who knows everything."""
    return known_course(study, truth_of(study))


@given(
    seed=st.integers(0, 50),
    accelerators=st.sampled_from([8, 16, 32, 64]),
    import_kw=st.sampled_from([5.0, 15.0, 200.0]),
)
@settings(max_examples=6, deadline=None)
def test_what_is_seen_at_a_glance_is_a_conflict(
    seed: int, accelerators: int, import_kw: float
) -> None:
    """Counting never claims what the whole program can hold."""
    study = small_study(seed, hours=24, jobs=60, accelerators=accelerators)
    sites = tuple(
        replace(site, contract=replace(site.contract, import_max_kw=import_kw))
        for site in study.fleet.sites
    )
    situation = course(replace(study, fleet=replace(study.fleet, sites=sites)))
    if seen_at_a_glance(situation):
        assert conflict_of(situation, OBJECTIVE) is not None


def test_a_quiet_day_is_not_doubted() -> None:
    """Nothing is said where there is room."""
    assert seen_at_a_glance(course(small_study(2, hours=24, jobs=10, accelerators=64))) == []


def test_too_much_work_in_a_span_is_told_with_both_sums() -> None:
    """And the place it may run at."""
    found = seen_at_a_glance(course(small_study(2, hours=24, jobs=400, accelerators=4)))
    assert found
    assert "accelerator-hours that have to run from" in found[0].value
    assert "that machines and power leave there at most" in found[0].limit


def test_a_job_longer_than_its_window_is_named() -> None:
    """With what it takes and what it has."""
    situation = course(small_study(2, hours=24, jobs=10, accelerators=64))
    jobs = situation.jobs
    short_s = situation.state.expected_left_s[3] - 60
    deadline_s = np.where(np.arange(len(jobs)) == 3, jobs.release_s + short_s, jobs.deadline_s)
    found = seen_at_a_glance(replace(situation, jobs=replace(jobs, deadline_s=deadline_s)))
    assert found[0].subject == jobs.name[3]
    assert "take longer than their window" in found[0].value
