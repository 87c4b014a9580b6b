"""Two-settlement from end to end: positions bought at the gate, deviations paid in real time."""

from dataclasses import dataclass

import numpy as np
import pytest

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.dispatchers.keep_told import KeepTold
from gridtide.decide.plan import Plan
from gridtide.decide.reservations import Reservations
from gridtide.decide.situation import Situation
from gridtide.simulate.course import Course, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.two_settlements import two_settlement_study


@dataclass(frozen=True, kw_only=True)
class LateMover:
    """Run at once, but one job of the study starts some slots later, decided when it arrives."""

    job: str
    slots: int
    name: str = "late-mover"

    def decide(
        self, plan: Plan | None, situation: Situation, held: Reservations, due: bool
    ) -> tuple[Plan | None, Dispatch]:
        """Everything as told, one job moved once on its arrival."""
        told = held.told
        arrived = situation.state.remaining_s == situation.jobs.declared_s
        for row in np.flatnonzero((situation.jobs.name == self.job) & arrived):
            begin = told.offsets[row]
            if told.slots[begin] == held.first[row, told.place[row]] and self.slots:
                told.slots[begin : begin + told.count[row]] += self.slots
        return None, KeepTold(policy=self.name).dispatch(situation, held)


def course_of(study: Study, policy: object) -> Course:
    """A course with persistence forecasts."""
    return run_course(
        study, truth_of(study), policy, "persistence", MemoryStore(), lambda done, whole: None,  # type: ignore[arg-type]
    )  # fmt: skip


def late_job(study: Study) -> str:
    """A job that arrives after the first gates have closed and has an hour to spare."""
    jobs = study.jobs
    since_s = jobs.release_s - study.timeline.edges_s[0]
    slack_s = jobs.deadline_s - jobs.release_s - jobs.declared_s
    fits = (since_s > 14 * 3600) & (since_s < 30 * 3600) & (slack_s > 2 * 3600)
    fits &= (jobs.declared_s < 3 * 3600) & jobs.movable
    return str(jobs.name[np.flatnonzero(fits)[0]])


def test_a_move_after_gate_closure_changes_cost_by_the_real_time_price_alone() -> None:
    """The same job an hour later: positions are the same bytes, cost differs by energy times real-time price."""
    study = two_settlement_study(40)
    job = late_job(study)
    stays = course_of(study, LateMover(job=job, slots=0))
    moves = course_of(study, LateMover(job=job, slots=4))
    truth = truth_of(study)
    assert np.array_equal(stays.position_kw, moves.position_kw)
    moved_kwh = (moves.telemetry.import_kw - stays.telemetry.import_kw) * study.timeline.hours
    assert np.abs(moved_kwh).sum() > 1.0
    expected = float((moved_kwh * truth.real_time_price_per_mwh).sum()) / 1e3
    cost = [settle(study, truth, course, 0.0).energy_cost for course in (stays, moves)]
    assert cost[1] - cost[0] == pytest.approx(expected, abs=1e-6)
    assert expected != pytest.approx(float((moved_kwh * truth.price_per_mwh).sum()) / 1e3, abs=1e-3)


def test_every_policy_buys_what_it_expects_to_draw() -> None:
    """From the first gate on every step has a position near the metered import, for plans and rules alike."""
    study = two_settlement_study()
    for name in ("run-at-once", "coordinated"):
        policy, _, known = policy_named(name, study)
        course = course_of(known, policy)
        open_from = 24
        drawn = course.telemetry.import_kw[:, open_from:]
        bought = course.position_kw[:, open_from:]
        assert (course.position_kw[:, :open_from] == 0.0).all()
        assert (bought > 0.0).mean() > 0.5
        assert np.abs(bought - drawn).mean() < 0.5 * drawn.mean() + 5.0
