"""The cap on simultaneous response and ramp rules, lived through: starts and stops take turns, and no promise pays."""

from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.digest import digest
from gridtide.fleet.response_cap import rates_kw_per_min, steepest_kw_per_it
from gridtide.settle.ramp import CAUSES
from gridtide.simulate.by_the_minute import BY_ITSELF, IN_TURN, STORES, by_the_minute
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

FEW = settings(max_examples=5)
EVERY = ("run-at-once", "coordinated", "wait-awhile-interruptible")


def capped(study: Study, kw_per_min: float | None, site_kw_per_min: float | None = None) -> Study:
    """The study with a cap on the whole fleet, and a ramp rule at its first site."""
    first, *others = study.fleet.sites
    ruled = replace(first, contract=replace(first.contract, ramp_max_kw_per_min=site_kw_per_min))
    fleet = replace(study.fleet, sites=(ruled, *others), response_max_kw_per_min=kw_per_min)
    return replace(study, fleet=fleet)


def turning_kw(study: Study, course: Course, sites: slice, tick_s: float) -> np.ndarray:
    """How much starts and stops in their turn change the draw of sites from tick to tick."""
    drawn = by_the_minute(study, course, tick_s).drawn_kw[IN_TURN, sites].sum(axis=0)
    return np.asarray(np.abs(np.diff(drawn)))


@FEW
@given(seed=st.integers(0, 10_000), kw_per_min=st.floats(1.0, 20.0), policy=st.sampled_from(EVERY))
def test_the_fleet_moves_no_faster_than_its_cap_but_by_what_is_named(
    seed: int, kw_per_min: float, policy: str
) -> None:
    """Each ten seconds; and what moved faster is work that ended or could not wait, stores, weather or requests."""
    study = capped(small_study(seed, hours=24, jobs=40, accelerators=32), kw_per_min)
    course = course_of(study, policy)
    assert turning_kw(study, course, slice(None), 10.0).max() <= kw_per_min / 6.0 * (1 + 1e-6)
    lived = by_the_minute(study, course).drawn_kw.sum(axis=1)
    changes = np.diff(lived, axis=1)
    assert np.abs(changes[IN_TURN]).max() <= rates_kw_per_min(study.fleet).max() * (1 + 1e-6)
    held_kw = np.clip(changes[STORES], -kw_per_min / 2.0, kw_per_min / 2.0)
    named = np.abs(np.delete(changes, [IN_TURN, STORES], axis=0)).sum(axis=0)
    named += np.abs(changes[STORES] - held_kw)
    assert (np.abs(changes.sum(axis=0)) <= kw_per_min * (1 + 1e-6) + named).all()
    assert settle(study, truth_of(study), course, 0.0).promises.missed_deadlines == 0


@FEW
@given(seed=st.integers(0, 10_000), kw_per_min=st.floats(1.0, 20.0), policy=st.sampled_from(EVERY))
def test_a_connection_keeps_its_ramp_while_the_others_are_free(
    seed: int, kw_per_min: float, policy: str
) -> None:
    """The rule of one site staggers its own gangs and nobody else's."""
    study = capped(small_study(seed, hours=24, jobs=40, accelerators=32), None, kw_per_min)
    course = course_of(study, policy)
    assert turning_kw(study, course, slice(0, 1), 10.0).max() <= kw_per_min / 6.0 * (1 + 1e-6)
    assert turning_kw(study, course, slice(1, None), 10.0).max() == 0.0
    assert settle(study, truth_of(study), course, 0.0).promises.missed_deadlines == 0


def test_every_minute_of_the_causes_sums_to_the_meter() -> None:
    """Steps of the meter are the means of the minutes, within what straight lines between steps leave."""
    study = capped(small_study(2, hours=24, jobs=40), 5.0)
    course = course_of(study, "coordinated")
    lived = by_the_minute(study, course, 10.0)
    assert lived.drawn_kw.shape[0] == len(CAUSES)
    gangs = np.delete(lived.drawn_kw, [STORES, BY_ITSELF], axis=0).sum(axis=0)
    steps = len(study.timeline)
    halves = (gangs[:, 1:] + gangs[:, :-1]) / 2.0
    mean_kwh = halves.reshape(len(study.fleet.sites), steps, -1).mean(axis=2).sum() * 0.25
    menu = study.fleet.menu
    entry_kw = course.telemetry.busy.sum(axis=0) * menu.extra_kw[:, None]
    factor = steepest_kw_per_it(study.fleet)[study.fleet.site_of_place[menu.place]]
    assert abs(mean_kwh - (factor[:, None] * entry_kw).sum() * 0.25) < 0.02 * mean_kwh


def test_starts_wait_for_their_turn_only_where_something_is_stated() -> None:
    """Without a cap nothing takes turns and nothing is said; a cap nobody reaches tells what it was."""
    study = small_study(1, hours=24, jobs=20, accelerators=32)
    free = course_of(study, "run-at-once")
    assert free.executed.turns.shape == (4, 0)
    assert settle(study, truth_of(study), free, 0.0).responses == ()
    again = course_of(capped(study, None), "run-at-once")
    assert digest(again.telemetry) == digest(free.telemetry)
    (one,) = settle(
        capped(study, 10.0), truth_of(study), course_of(capped(study, 10.0), "run-at-once"), 0.0
    ).responses
    assert one.subject == "the fleet" and one.at_once_kw == 0.0
    assert 0.0 < one.in_turn_kw_per_min <= 10.0 * (1 + 1e-6)
    assert one.waited_h > 0.0
