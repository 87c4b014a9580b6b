"""What every window of a job costs, and what keeps it from cheaper ones."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.dispatch import Reason
from gridtide.decide.dispatchers.price_guided import PriceGuided
from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.reservations import Reservations, grid_step_s, reservations, slot_grid
from gridtide.decide.room import promised_room
from gridtide.decide.situation import Situation
from gridtide.decide.told import told_of
from gridtide.decide.windows import (
    CAUSES,
    LIFTED,
    Kept,
    Windows,
    apart,
    moved,
    sizes_of,
    told_causes,
    windows_of,
)
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import POINT, small_study
from gridtide.trust.admission import admit

OBJECTIVE = Objective(carbon_price_per_t=20.0, demand_charge_share=0.05)
NEAR = 1e-6

Placed = tuple[Situation, Reservations, Plan, Kept, np.ndarray, np.ndarray]


@pytest.fixture(scope="module", params=[1, 2, 5])
def placed(request: pytest.FixtureRequest) -> Placed:
    """A day's jobs placed by a plan: situation, told slots, plan, peak kept, reasons, costs."""
    study = small_study(request.param, hours=24, jobs=12, accelerators=24)
    return placed_in(replace(study, arrivals_known=True))


def placed_in(study: Study) -> Placed:
    """The jobs of a study placed by a plan at its start."""
    twin = Twin.of(study, truth_of(study))
    situation = see(mandate_of(study, "persistence"), twin, study.timeline.start)[0]
    grid = slot_grid(situation, 900)
    held = admit(situation, reservations(situation, promised_room(situation, grid), grid, 2)).held
    plan = Coordinated(objective=OBJECTIVE).plan(situation)
    dispatcher = PriceGuided(objective=OBJECTIVE, more_may_come=False)
    placement = dispatcher.dispatch(plan, situation, held, True).placement
    kept = dispatcher.peak_kept(plan, situation, held)
    held = replace(held, told=told_of(placement, held))
    return situation, held, plan, kept, placement.reason, placement.cost


def windows(placed: Placed) -> list[tuple[int, Windows]]:
    """Those of each job that was placed and may wait."""
    situation, held, plan, kept, *_ = placed
    rows = np.flatnonzero((held.told.place >= 0) & situation.jobs.movable)
    return [(int(job), windows_of(situation, held, plan, kept, int(job))) for job in rows]


def test_causes_sum_to_the_slots_a_job_was_told(placed: Placed) -> None:
    """A job told one unbroken window costs what that window costs, cause by cause."""
    situation, held, plan, kept, *_ = placed
    for job, found in windows(placed):
        begin, count = int(held.told.offsets[job]), int(held.told.count[job])
        slots = held.told.slots[begin : begin + count]
        causes = told_causes(situation, held, plan, kept, job)
        if count == found.slots and slots[-1] - slots[0] == count - 1:
            window = found.causes[:, held.told.place[job], slots[0]]
            assert causes == pytest.approx(window)
        assert causes[CAUSES.index("transfer")] == held.offer[job, held.told.place[job]]


def test_a_window_that_may_be_taken_can_be_told(placed: Placed) -> None:
    """Inside its release and deadline, on machines nobody else holds, at a place of its own."""
    situation, held, *_ = placed
    for job, found in windows(placed):
        for place, slot in apart(found, (0, 0), 5):
            assert situation.jobs.allowed[job, place]
            assert slot >= held.first[job, place]
            end_s = held.grid.starts_s[slot] + found.slots * grid_step_s(held.grid)
            assert end_s <= situation.jobs.deadline_s[job]


def test_the_best_window_is_the_cheapest_that_may_be_taken(placed: Placed) -> None:
    """By looking at each."""
    for _, found in windows(placed):
        may = found.ready & found.free & found.in_time & found.allowed & np.isfinite(found.cost)
        best = found.best()
        assert (best is None) == (not may.any())
        if best is not None:
            assert best[2] == pytest.approx(found.cost[may].min())
            assert apart(found, (0, -99), 1)[0] == best[:2]


@pytest.mark.parametrize("limit", list(LIFTED))
def test_a_limit_thought_away_never_costs(placed: Placed, limit: str) -> None:
    """Fewer limits, never a dearer best; money that is charged may vanish with them, never appear."""
    for _, found in windows(placed):
        best, freed = found.best(), found.best(limit)
        if best is not None and limit in ("deadline", "machines", "places", "transfer"):
            assert freed is not None and freed[2] <= best[2] + NEAR


def test_a_job_placed_by_prices_alone_is_told_its_best_window(placed: Placed) -> None:
    """Where it is one piece and stays under the peak, nothing that may be taken costs less."""
    situation, held, plan, kept, reason, cost = placed
    chosen = (int(Reason.CHEAPER_LATER), int(Reason.CHEAPER_ELSEWHERE), int(Reason.AT_ONCE))
    seen = 0
    for job, found in windows(placed):
        told = told_causes(situation, held, plan, kept, job)
        if reason[job] not in chosen or told[CAUSES.index("raised peak")] > 0:
            continue
        best = found.best()
        assert best is not None and told.sum() <= best[2] + NEAR
        assert cost[job] == pytest.approx(told.sum(), rel=1e-6)
        seen += 1
    assert seen


def test_an_elastic_job_has_windows_of_each_size_and_they_cost_what_its_slots_cost() -> None:
    """Whole gang first; a window of half the gang that is told costs what it was weighed at, cause by cause, and holds
    the declared work at its speed. A rigid job has windows of its whole gang alone."""
    half = OperatingPoint(name="half", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)
    study = small_study(1, hours=24, jobs=12, accelerators=24, points=(POINT, half))
    study = replace(
        study,
        arrivals_known=True,
        jobs=replace(study.jobs, elastic=np.arange(len(study.jobs)) % 2 == 0),
    )
    situation, held, plan, kept, *_ = placed_in(study)
    seen = 0
    for job in np.flatnonzero((held.told.place >= 0) & situation.jobs.movable):
        sizes = sizes_of(held, int(job))
        shrinks = situation.jobs.elastic[job] and situation.jobs.accelerators[job] > 1
        assert sizes == (((1.0, 1.0), (0.6, 0.5)) if shrinks else ((1.0, 1.0),))
        for size in sizes[1:]:
            found = windows_of(situation, held, plan, kept, int(job), size)
            assert found.accelerators == -(-situation.jobs.accelerators[job] // 2)
            assert found.slots * 900 * 0.6 >= held.left[job, 0] - 1
            for at in apart(found, (0, -99), 1):
                told = moved(held, int(job), at, found)
                causes = told_causes(situation, told, plan, kept, int(job))
                assert causes == pytest.approx(found.causes[:, at[0], at[1]])
                seen += 1
    assert seen
