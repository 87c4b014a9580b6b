"""A seeded morning: its jobs on their grid, as a decision looks at them, and a dispatch of it, as a guard does."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.dispatch import Dispatch
from gridtide.decide.reservations import Reservations, reservations, slot_grid
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.sight import see
from gridtide.loop.turn import Memory, take_turn
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import POINT, small_study
from gridtide.trust.guard import check


def held_with(accelerators: int, points: tuple[OperatingPoint, ...] = (POINT,)) -> Reservations:
    """The jobs of a seeded morning, all at home in the east, without slots yet. points: of every pool."""
    study = small_study(1, hours=24, jobs=40, accelerators=accelerators, points=points)
    _, forecaster, known = policy_named("coordinated", replace(study, arrivals_known=True))
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now, ())
    grid = slot_grid(situation, 900)
    held = reservations(situation, promised_room(situation, grid), grid, 2)
    held.told.place[:] = 0
    return held


@dataclass(frozen=True, kw_only=True, eq=False)
class Judged:
    """A dispatch of a morning on its way to the guard. room: accelerators for promises, (P, T); promised: (n,)."""

    situation: Situation
    dispatch: Dispatch
    room: NDArray[np.int64]
    promised: NDArray[np.bool_]

    def limits(self, dispatch: Dispatch, situation: Situation | None = None) -> list[str]:
        """What the guard says a dispatch breaks, of this situation or another."""
        found = check(dispatch, situation or self.situation, self.room, self.promised)
        return [breach.limit for breach in found]

    def told(self, job: int, point: int) -> Dispatch:
        """The dispatch with one job told another operating point for the same slots."""
        points = self.dispatch.placement.point.copy()
        points[job] = point
        placement = replace(self.dispatch.placement, point=points)
        return replace(self.dispatch, placement=placement)


def run_at_once(study: Study) -> Judged:
    """The first turn of a study with all work known, run at once at full speed on whole gangs."""
    policy, forecaster, known = policy_named("run-at-once", replace(study, arrivals_known=True))
    twin = Twin.of(known, truth_of(known))
    turn = take_turn(mandate_of(known, forecaster), policy, twin, Memory(), twin.now)
    room = promised_room(turn.situation, slot_grid(turn.situation, 900))
    return Judged(
        situation=turn.situation,
        dispatch=turn.orders.dispatch,
        room=room,
        promised=turn.orders.promised,
    )
