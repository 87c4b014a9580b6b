"""Law 2 and the limit cuts of law 1: no site draws more than it may, and a cut promise is counted as one."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.limits import import_max_kw
from gridtide.decide.situation import Event
from gridtide.settle.promises import Cause
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study, binding_events
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

FEW = settings(max_examples=8)
EVERY = ("run-at-once", "coordinated", "perfect-foresight", "wait-awhile")


def with_limits(study: Study, import_kw: float, it_kw: float) -> Study:
    """The study with a tighter connection and building at both sites."""
    sites = tuple(
        replace(
            site,
            facility=replace(site.facility, it_capacity_kw=it_kw),
            contract=replace(site.contract, import_max_kw=import_kw),
        )
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def called(study: Study, hours: tuple[float, float, float], import_kw: float) -> Study:
    """The study with one call of the grid at its first site: issued, from, to, in hours from its start."""
    issued, start, end = (study.timeline.start + timedelta(hours=hour) for hour in hours)
    site = study.fleet.sites[0].name
    event = Event(site=site, start=start, end=end, import_max_kw=import_kw, issued_at=issued)
    return replace(study, events=(event,))


@FEW
@given(seed=st.integers(0, 10_000), tight=st.floats(0.55, 1.0), policy=st.sampled_from(EVERY))
def test_no_site_draws_more_than_its_connection_or_its_building_carries(
    seed: int, tight: float, policy: str
) -> None:
    """However tight the limits: import and IT power stay within them at every step."""
    study = with_limits(
        small_study(seed, hours=24, jobs=60, accelerators=32), 105.0 * tight, 75.0 * tight
    )
    course = course_of(study, policy)
    for index, site in enumerate(study.fleet.sites):
        assert (course.telemetry.import_kw[index] <= site.contract.import_max_kw + 1e-6).all()
        assert (course.telemetry.it_kw[index] <= site.facility.it_capacity_kw + 1e-6).all()
    assert settle(study, truth_of(study), course, 0.0).promises.missed_deadlines == 0


@FEW
@given(
    seed=st.integers(0, 10_000),
    notice_h=st.sampled_from([0.0, 0.1, 1.0, 6.0]),
    left=st.floats(0.15, 0.9),
    policy=st.sampled_from(EVERY),
)
def test_a_limit_cut_is_kept_and_what_it_breaks_is_counted_as_its_own(
    seed: int, notice_h: float, left: float, policy: str
) -> None:
    """With no notice or with hours: no step above the cut limit, and no miss without a cause."""
    study = small_study(seed, hours=24, jobs=90, accelerators=32)
    study = called(study, (9.0 - notice_h, 9.0, 15.0), 20.0 + left * 40.0)
    course = course_of(study, policy)
    limits = import_max_kw(study.fleet, binding_events(study), study.timeline)
    assert (course.telemetry.import_kw <= limits + 1e-6).all()
    promises = settle(study, truth_of(study), course, 0.0).promises
    assert set(promises.missed) <= {Cause.LIMIT_CUT}


def test_a_cut_without_notice_breaks_promises_that_a_cut_known_before_never_gave() -> None:
    """The same call: known from the start nothing is missed, without notice misses are limit cuts."""
    study = small_study(3, hours=24, jobs=160, accelerators=32)
    missed = {}
    for notice_h in (9.0, 0.0):
        cut = called(study, (9.0 - notice_h, 9.0, 20.0), 22.0)
        promises = settle(cut, truth_of(cut), course_of(cut, "run-at-once"), 0.0).promises
        missed[notice_h] = promises.missed.get(Cause.LIMIT_CUT, 0)
        assert Cause.UNEXPLAINED not in promises.missed
    assert missed[9.0] == 0 < missed[0.0]


def test_a_job_without_checkpoints_starts_over_after_a_cut() -> None:
    """It stops when the limit is cut, is asked for again, and then does its whole work unbroken."""
    study = small_study(7, hours=24, jobs=60, accelerators=32)
    study = called(study, (9.0, 9.0, 12.0), 18.0)
    course = course_of(study, "run-at-once")
    stopped = {
        said.split(":")[0] for said in course.answers if "stopped without a checkpoint" in said
    }
    assert stopped
    ran = course.executed
    for name in stopped:
        job = int(np.flatnonzero(study.jobs.name == name)[0])
        assert not study.jobs.interruptible[job]
        if course.ended_s[job] < 0:
            continue
        last = np.flatnonzero(ran.job == job)[-1]
        assert ran.end_s[last] - ran.start_s[last] == pytest.approx(study.true_s[job], abs=1)


@FEW
@given(
    seed=st.integers(0, 10_000),
    kw_per_min=st.floats(0.3, 2.0),
    policy=st.sampled_from(["run-at-once", "coordinated"]),
)
def test_a_ramp_rule_is_broken_only_when_the_store_has_nothing_more_to_give(
    seed: int, kw_per_min: float, policy: str
) -> None:
    """Where grid power still changes too fast, the store is at the end of its power or its energy, and too
    fast a fall has used up what could be left of the site's own supply."""
    study = small_study(seed, hours=24, jobs=60, accelerators=32)
    sites = tuple(
        replace(site, contract=replace(site.contract, ramp_max_kw_per_min=kw_per_min))
        for site in study.fleet.sites
    )
    study = replace(study, fleet=replace(study.fleet, sites=sites))
    seen = course_of(study, policy).telemetry
    grid_kw = seen.import_kw - seen.export_kw
    most_kw, hour = kw_per_min * 15.0, 0.25
    for index, site in enumerate(study.fleet.sites):
        battery = site.battery
        for step in range(1, len(study.timeline)):
            change = grid_kw[index, step] - grid_kw[index, step - 1]
            if abs(change) <= most_kw + 1e-6:
                continue
            charge, discharge = seen.charge_kw[index, step], seen.discharge_kw[index, step]
            if battery is None:
                assert charge == discharge == 0.0
                continue
            before = seen.soc_kwh[index, step - 1]
            least = battery.energy_kwh * battery.soc_min
            out = min(
                battery.discharge_max_kw, (before - least) * battery.discharge_efficiency / hour
            )
            into = min(
                battery.charge_max_kw,
                (battery.energy_kwh - before) / (battery.charge_efficiency * hour),
            )
            if change > 0:
                assert charge <= 1e-6 and discharge >= out - 1e-6
            else:
                assert discharge <= 1e-6 and charge >= into - 1e-6
                assert seen.unused_supply_kw[index, step] >= seen.supply_kw[index, step] - 1e-6
