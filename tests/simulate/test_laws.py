"""The laws of the house on small seeded studies, run whole through the loop and the twin."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.digest import digest
from gridtide.fleet.jobs import NO_DEADLINE_S
from gridtide.settle.promises import Cause
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.simulate.course import Course
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import LengthKnowledge, Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study
from gridtide.timeline import instant, regular
from gridtide.trust.audit import broken_link, contents

FEW = settings(max_examples=8)


def chained(study: Study, policy: str = "coordinated") -> tuple[Course, MemoryStore]:
    """A policy's course through a study, and the chain it wrote."""
    store = MemoryStore()
    return course_of(study, policy, store), store


@FEW
@given(seed=st.integers(0, 10_000), crowd=st.sampled_from([20, 60, 120]))
def test_a_promised_deadline_is_never_missed(seed: int, crowd: int) -> None:
    """Whatever arrives: no promise breaks without a named cause, and all promised work is done."""
    study = small_study(seed, hours=24, jobs=crowd, accelerators=32)
    for policy in ("run-at-once", "coordinated"):
        course = course_of(study, policy)
        settled = settle(study, truth_of(study), course, 0.0)
        assert settled.promises.missed.get(Cause.UNEXPLAINED, 0) == 0
        assert settled.promises.missed_deadlines == 0


@FEW
@given(seed=st.integers(0, 10_000))
def test_hostile_forecasts_break_no_promise(seed: int) -> None:
    """A poisoned price forecast makes plans dear, never late."""
    study = small_study(seed, hours=24, jobs=60, accelerators=32, forecaster="published")
    rng = np.random.default_rng(seed)
    poison = []
    for hour in range(0, 24, 6):
        as_of = instant(int(study.timeline.edges_s[4 * hour]))
        ahead = regular(as_of, study.timeline.end - study.timeline.start, 1)
        for zone in ("east", "north"):
            poison.append(
                Signal(
                    kind=Kind.PRICE,
                    zone=zone,
                    timeline=ahead,
                    values=rng.choice([-9_000.0, 300_000.0, 40.0], 1),
                    source="poison",
                    currency="EUR",
                    issued_at=as_of,
                    nature=Nature.FORECAST,
                )
            )
    course = course_of(replace(study, history=add(study.history, poison)))
    settled = settle(study, truth_of(study), course, 0.0)
    assert settled.promises.missed_deadlines == 0


@FEW
@given(seed=st.integers(0, 10_000), negative=st.booleans())
def test_energy_balances_and_limits_hold_in_every_step(seed: int, negative: bool) -> None:
    """Drawn + made + discharged = facility + charged + sold + unused; stores and imports in bounds."""
    study = small_study(seed, hours=24, jobs=30, negative_prices=negative)
    seen = course_of(study).telemetry
    into = seen.import_kw + seen.supply_kw + seen.discharge_kw
    out = seen.facility_kw + seen.charge_kw + seen.export_kw + seen.unused_supply_kw
    assert into == pytest.approx(out, abs=1e-6)
    for index, site in enumerate(study.fleet.sites):
        assert (seen.import_kw[index] <= site.contract.import_max_kw + 1e-6).all()
        energy = site.battery.energy_kwh if site.battery else 0.0
        least = energy * site.battery.soc_min if site.battery else 0.0
        assert (seen.soc_kwh[index] <= energy + 1e-6).all()
        assert (seen.soc_kwh[index] >= least - 1e-6).all()
        assert not ((seen.charge_kw[index] > 1e-9) & (seen.discharge_kw[index] > 1e-9)).any()


@FEW
@given(seed=st.integers(0, 10_000))
def test_no_more_machines_run_than_there_are(seed: int) -> None:
    """Unbroken runs of the record, laid over each other, fit every place at every moment."""
    study = small_study(seed, hours=24, jobs=80, accelerators=32)
    ran = course_of(study).executed
    for place, accelerators in enumerate(study.fleet.accelerators):
        here = ran.place == place
        gang = study.jobs.accelerators[ran.job[here]]
        for moment in ran.start_s[here]:
            running = (ran.start_s[here] <= moment) & (moment < ran.end_s[here])
            assert gang[running].sum() <= accelerators
    assert study.jobs.allowed[ran.job, ran.place].all()


@FEW
@given(seed=st.integers(0, 10_000))
def test_protected_work_is_never_moved(seed: int) -> None:
    """Unlabelled and protected jobs stay at home and start when admission let them."""
    study = small_study(seed, hours=24, jobs=40)
    course = course_of(study)
    assert (course.moves[~study.jobs.movable] == 0).all()
    assert (course.place[~study.jobs.movable] == study.jobs.home[~study.jobs.movable]).all()


@FEW
@given(seed=st.integers(0, 10_000))
def test_estimates_of_run_times_break_no_promise(seed: int) -> None:
    """Planning by what jobs usually take still keeps room for their declared limits."""
    study = small_study(
        seed, hours=24, jobs=60, accelerators=32, length_knowledge=LengthKnowledge.ESTIMATE
    )
    course = course_of(study)
    assert settle(study, truth_of(study), course, 0.0).promises.missed_deadlines == 0


def test_the_same_study_gives_the_same_bytes() -> None:
    """Case, seed and version decide everything."""
    one, first = chained(small_study(3, hours=24))
    other, second = chained(small_study(3, hours=24))
    assert digest(one.telemetry) == digest(other.telemetry)
    assert [entry.hash for entry in first.entries()] == [entry.hash for entry in second.entries()]


def test_what_is_issued_later_changes_no_earlier_decision() -> None:
    """Decisions up to noon keep their bytes when prices issued after noon are changed."""
    study = small_study(5, hours=48)
    noon_s = int(study.timeline.edges_s[48])
    changed = History(
        series=tuple(
            replace(rows, values=np.where(rows.issued_s > noon_s, rows.values + 500.0, rows.values))
            if rows.kind is Kind.PRICE
            else rows
            for rows in study.history.series
        )
    )
    assert digest(changed) != digest(study.history)
    before = contents(chained(study)[1].entries())
    after = contents(chained(replace(study, history=changed))[1].entries())
    until = instant(noon_s).isoformat()
    early = [entry for entry in before if str(entry["as_of"]) <= until]
    assert len(early) > 10
    assert early == after[: len(early)]


def test_true_lengths_that_show_later_change_no_earlier_decision() -> None:
    """A job that runs longer than thought changes nothing until it does."""
    study = small_study(6, hours=24)
    longest = int(np.argmax(study.jobs.release_s))
    changed = study.true_s.copy()
    changed[longest] = study.jobs.declared_s[longest]
    before = contents(chained(study)[1].entries())
    after = contents(chained(replace(study, true_s=changed))[1].entries())
    until = instant(int(study.jobs.release_s[longest])).isoformat()
    early = [entry for entry in before if str(entry["as_of"]) <= until]
    assert early == after[: len(early)]


def test_every_decision_is_written_before_and_after_it_is_told() -> None:
    """Told, then verified, in one unbroken chain."""
    course, store = chained(small_study(2, hours=24))
    entries = store.entries()
    assert broken_link(entries) is None
    stages = [entry["stage"] for entry in contents(entries)]
    assert stages == ["told", "verified"] * course.turns


def test_more_work_than_fits_is_answered_at_risk_with_a_date() -> None:
    """Nobody is promised what cannot be kept, and nobody is left without an answer."""
    study = small_study(4, hours=24, jobs=150, accelerators=16)
    course = course_of(study, "run-at-once")
    refused = [answer for answer in course.answers if "at risk" in answer]
    assert refused
    assert {answer.partition(":")[0] for answer in course.answers} == set(study.jobs.name.tolist())
    assert len(course.answers) <= 2 * len(study.jobs)
    assert all(
        "do not fit before" in answer or "ever has that many" in answer for answer in refused
    )


def test_shifting_pays_on_the_whole() -> None:
    """Over several seeds the coordinated course costs less than running at once."""
    costs = {"run-at-once": 0.0, "coordinated": 0.0}
    for seed in range(4):
        study = small_study(seed)
        for policy in costs:
            course = course_of(study, policy)
            costs[policy] += settle(study, truth_of(study), course, 0.0).total_cost
    assert costs["coordinated"] < costs["run-at-once"]


def test_studies_have_dated_jobs() -> None:
    """The seeded studies keep every deadline inside the course."""
    assert (small_study(0).jobs.deadline_s < NO_DEADLINE_S).all()


def test_a_course_of_one_turn_knows_when_each_job_first_ran() -> None:
    """Foresight advances the whole course at once; first starts are still those of the slots."""
    study = small_study(6, hours=24, jobs=30)
    course = course_of(study, "perfect-foresight")
    ran = course.first_s >= 0
    assert ran.sum() > 20
    assert (course.first_s[ran] >= study.jobs.release_s[ran]).all()
