"""What policies of the literature say of jobs that are alike is said of each of them."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridtide.decide.dispatchers.price_guided import CANDIDATES
from gridtide.decide.facts import held_of
from gridtide.decide.referred import answered_at, asking_of, desk_of
from gridtide.digest import digest
from gridtide.fleet.jobs import rows
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.planners import OBJECTIVE
from gridtide.testing.studies import small_study
from gridtide.trust.admission import admit


def many_of_few(seed: int, copies: int) -> Study:
    """A crowded study in which each of a few jobs stands there many times over, all from the start."""
    study = small_study(seed, hours=24, jobs=6, accelerators=24)
    jobs = study.jobs
    again = np.repeat(np.arange(len(jobs)), copies)
    many = rows(jobs, again)
    names = np.asarray([f"{name}-{number}" for number, name in enumerate(many.name)])
    first_s = np.full(len(many), int(study.timeline.edges_s[0]))
    many = replace(many, name=names, release_s=first_s)
    return replace(study, jobs=many, true_s=study.true_s[again])


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 1000), copies=st.integers(2, 12))
@example(seed=160, copies=7)
def test_jobs_that_are_alike_are_answered_as_if_each_were_asked(seed: int, copies: int) -> None:
    """To the same bytes, for every policy that is a candidate, on fleets that fill up."""
    study = many_of_few(seed, copies)
    twin = Twin.of(study, truth_of(study))
    mandate = mandate_of(study, "persistence")
    situation, _ = see(mandate, twin, twin.now + timedelta(0))
    held = admit(situation, held_of(situation, OBJECTIVE)).held
    price = np.random.default_rng(seed).uniform(10.0, 90.0, held.room.shape)
    waiting = np.ones(len(situation.jobs), dtype=np.bool_)
    desk = desk_of(held, price, asking_of(situation, held, waiting))
    apart = replace(desk, kinds={job: job for job in desk.kinds})
    assert len(set(desk.kinds.values())) < len(desk.kinds)
    for choice in CANDIDATES:
        assert digest(answered_at(desk, choice)) == digest(answered_at(apart, choice))
