"""What every policy and the dispatcher it uses promise; a newcomer's test inherits this class."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.reservations import Reservations, grid_step_s, reservations, slot_grid
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_of
from gridtide.digest import digest
from gridtide.loop.mandate import Mandate, Policy
from gridtide.loop.sight import see
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study
from gridtide.trust.admission import admit
from gridtide.trust.guard import check


@dataclass(frozen=True, kw_only=True, eq=False)
class Moment:
    """A situation with everything a policy is given, and what the guard holds it to."""

    situation: Situation
    held: Reservations
    mandate: Mandate


class PolicyPromises:
    """Give `policy()`: the name under which a study runs it, its settings included."""

    def policy(self) -> str:
        """The policy under test, by name."""
        raise NotImplementedError("return the name of the policy under test")

    def test_the_guard_has_nothing_to_refuse(self) -> None:
        """Deadlines stay reachable and limits hold in every dispatch, so the first rung is the only one."""
        for moment, policy in self._moments():
            _, dispatch = policy.decide(None, moment.situation, moment.held, True)
            promised = moment.situation.state.promised
            assert check(dispatch, moment.situation, moment.held.room, promised) == ()

    def test_it_is_calm(self) -> None:
        """Asked again in the same situation, with its own answer as what was told, nothing costs less to move:
        jobs that run stay, and no job is told another site."""
        for moment, policy in self._moments():
            plan, first = policy.decide(None, moment.situation, moment.held, True)
            told = told_of(first.placement, moment.held)
            again = policy.decide(plan, moment.situation, replace(moment.held, told=told), False)[1]
            settled = moment.held.settled
            assert np.array_equal(first.placement.place, again.placement.place)
            assert _slots(first, settled) == _slots(again, settled)

    def test_the_same_situation_gives_the_same_dispatch(self) -> None:
        """Nothing but the situation decides: no clock, no chance."""
        for moment, policy in self._moments():
            one, other = (
                policy.decide(None, moment.situation, moment.held, True)[1] for _ in range(2)
            )
            assert digest(one) == digest(other)

    def test_no_promise_is_missed_over_a_day(self) -> None:
        """Through the loop and the twin: every rung is the policy's own, every promise is kept."""
        for seed, jobs in ((1, 40), (2, 90)):
            study = small_study(seed, hours=24, jobs=jobs, accelerators=32)
            course = course_of(study, self.policy())
            assert set(course.rungs) == {"policy"}
            assert settle(study, truth_of(study), course, 0.0).promises.missed_deadlines == 0

    def _moments(self) -> list[tuple[Moment, Policy]]:
        found = []
        for seed, jobs in ((1, 25), (2, 70)):
            study = small_study(seed, hours=24, jobs=jobs, accelerators=32)
            policy, _, known = policy_named(self.policy(), study)
            found.append((_noon(known), policy))
        return found


def _noon(study: Study) -> Moment:
    """The middle of the day after it was run at once so far, seen by the policy for the first time."""
    policy, forecaster, _ = policy_named("run-at-once", study)
    mandate = mandate_of(study, forecaster)
    twin, memory = Twin.of(study, truth_of(study)), Memory()
    for hour in range(6, 13, 2):
        turn = take_turn(mandate, policy, twin, memory, twin.now)
        memory = turn.memory
        twin.advance(turn.orders, study.timeline.start + timedelta(hours=hour))
    situation, _ = see(mandate, twin, twin.now)
    grid = slot_grid(situation, grid_step_s(mandate.steps))
    room = promised_room(situation, grid)
    admission = admit(situation, reservations(situation, room, grid, mandate.objective.moves_max))
    state = replace(situation.state, promised=admission.promised)
    return Moment(situation=replace(situation, state=state), held=admission.held, mandate=mandate)


def _slots(dispatch: Dispatch, rows: NDArray[np.bool_]) -> list[list[int]]:
    placement = dispatch.placement
    return [
        placement.slots[placement.offsets[job] : placement.offsets[job + 1]].tolist()
        for job in np.flatnonzero(rows)
    ]
