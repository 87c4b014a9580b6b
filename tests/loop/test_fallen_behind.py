"""Work that did less than it was told, as real work does: it gets other slots or is named, and the room goes on."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.state import Status
from gridtide.fleet.jobs import Jobs
from gridtide.loop.turn import Memory, Turn, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import small_study
from gridtide.timeline import instant
from gridtide.trust.admission import FELL_BEHIND
from gridtide.trust.guard import Rung

STEP_S = 900


def _pressed(jobs: Jobs) -> Jobs:
    """The same work, which cannot pause and has two hours more than it needs."""
    soon_s = jobs.release_s + jobs.declared_s + 2 * 3600
    never = np.zeros(len(jobs), dtype=np.bool_)
    deadline_s = np.minimum(jobs.deadline_s, soon_s)
    return replace(jobs, interruptible=never, deadline_s=deadline_s)


def turns_after_a_slip(
    seed: int, lost_s: int, hours: int = 12, *, may_pause: bool = True
) -> tuple[list[Turn], set[str]]:
    """Turns of half a day in which every job that runs loses so much of what it did, once, after three hours; and the
    names of these jobs."""
    study = small_study(seed, hours=24, jobs=48, accelerators=32)
    if not may_pause:
        study = replace(study, jobs=_pressed(study.jobs))
    policy, forecaster, known = policy_named("coordinated", study)
    twin, memory = Twin.of(known, truth_of(known)), Memory()
    mandate, found, slipped = mandate_of(known, forecaster), list[Turn](), set[str]()
    for step in range(hours * 4):
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        memory = turn.memory
        found.append(turn)
        twin.advance(turn.orders, instant(study.timeline.edges_s[step + 1]))
        if step == 12:
            jobs, state = twin.active(), twin.state()
            rows = np.flatnonzero(state.status == Status.RUNNING)
            slipped = {str(name) for name in jobs.name[rows]}
            at = np.flatnonzero(np.isin(twin.study.jobs.name, sorted(slipped)))
            twin.book.done_s[at] = np.maximum(twin.book.done_s[at] - lost_s, 1)
    return found, slipped


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("lost_s", [1, STEP_S, 3 * STEP_S])
def test_a_room_whose_work_fell_behind_goes_on_deciding(seed: int, lost_s: int) -> None:
    """No turn ends with nobody's dispatch; whose promise cannot be kept any more is told so by name."""
    turns, slipped = turns_after_a_slip(seed, lost_s)
    assert slipped
    assert [turn.decision.rung for turn in turns if turn.verdict.rung is Rung.HOLD] == []
    said = {answer.job for turn in turns for answer in turn.answers if not answer.promised}
    for turn in turns[14:]:
        kept = {str(n) for n in turn.orders.jobs.name[turn.orders.promised]}
        before = {str(n) for n in turns[12].orders.jobs.name[turns[12].orders.promised]}
        there = {str(n) for n in turn.orders.jobs.name}
        assert (before & there) - kept <= said


@pytest.mark.parametrize("seed", range(1, 5))
def test_work_that_cannot_pause_goes_on_and_is_named_when_it_will_end_too_late(seed: int) -> None:
    """Four hours lost: nothing that runs is stopped for it, and each promise that is gone was said to be gone."""
    turns, slipped = turns_after_a_slip(seed, 16 * STEP_S, may_pause=False)
    assert [turn.decision.rung for turn in turns if turn.verdict.rung is Rung.HOLD] == []
    said = [answer for turn in turns for answer in turn.answers if not answer.promised]
    assert not [answer for answer in said if "stopped" in answer.reason]
    late = {answer.job for answer in said if answer.reason.startswith(FELL_BEHIND)}
    assert late and late <= slipped
    for turn in turns[13:]:
        for job in np.flatnonzero(np.isin(turn.orders.jobs.name, sorted(late))):
            assert not turn.orders.promised[job]
