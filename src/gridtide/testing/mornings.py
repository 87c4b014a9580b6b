"""A morning that a decision looks at: its jobs on their grid, as reservations."""

from dataclasses import replace

from gridtide.decide.reservations import Reservations, reservations, slot_grid
from gridtide.decide.room import promised_room
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import POINT, small_study


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
