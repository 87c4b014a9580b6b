"""A plan may change the size of elastic gangs: never of others, never beyond the machines, never at a loss."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.columns import columns_of
from gridtide.decide.constraints.gangs import add_gangs
from gridtide.decide.constraints.work import add_work
from gridtide.decide.elastic import elastic_servers
from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.layout import Columns, Facts
from gridtide.decide.objective import Objective
from gridtide.decide.planners.coordinated import Coordinated, written
from gridtide.decide.program import Matrix, Program, lower_bound, matrix_of, solve
from gridtide.decide.proof import violation_of
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.decide.telescoped import Telescoped
from gridtide.fleet.jobs import rows as rows_of
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.loop.sight import see
from gridtide.simulate.course import mandate_of
from gridtide.simulate.policies import policy_named
from gridtide.simulate.truth import truth_of
from gridtide.simulate.twin import Twin
from gridtide.testing.studies import POINT, small_study

HALF = OperatingPoint(name="half", speed=0.6, it_kw_per_accelerator=1.0, gang_share=0.5)
DOUBLE = OperatingPoint(name="double", speed=1.6, it_kw_per_accelerator=1.0, gang_share=2.0)
ECO = OperatingPoint(name="eco", speed=0.85, it_kw_per_accelerator=0.7)
SIZES = (POINT, ECO, HALF, DOUBLE)


def situation_with(
    points: tuple[OperatingPoint, ...],
    elastic: bool | np.ndarray = True,
    seed: int = 0,
    jobs: int = 40,
    negative_prices: bool = False,
) -> Situation:
    """The first morning of a small study whose work is known, nothing told yet."""
    study = small_study(seed, hours=24, jobs=jobs, points=points, negative_prices=negative_prices)
    own = replace(study.jobs, elastic=np.broadcast_to(elastic, len(study.jobs)))
    study = replace(study, jobs=own, arrivals_known=True)
    _, forecaster, known = policy_named("coordinated", study)
    twin = Twin.of(known, truth_of(known))
    situation, _ = see(mandate_of(known, forecaster), twin, twin.now, ())
    return situation


def program_of(situation: Situation) -> tuple[Matrix, Columns, Facts]:
    """Its plan as a program."""
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    program, columns, _ = written(situation, facts)
    return matrix_of(program), columns, facts


def one_job_at_prices(
    throughput: list[float], price: list[float], work: float
) -> tuple[np.ndarray, float]:
    """Accelerators of each step and their price, of the plan of one job of one accelerator that may grow.

    work: in steps of one accelerator. Nothing but the work and the gang binds.
    """
    points = tuple(
        OperatingPoint(
            name=f"{number + 1}", speed=speed, it_kw_per_accelerator=1.0, gang_share=number + 1.0
        )
        for number, speed in enumerate(throughput)
    )
    situation = situation_with(points, jobs=1)
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    hours = float(facts.hours[0])
    buckets = replace(
        facts.buckets,
        first=np.where(np.arange(len(facts.site)) == 0, 0, len(facts.hours))[None],
        last=np.asarray([len(price)]),
        work_h=np.asarray([work * hours]),
        later_h=np.zeros(1),
        rate=np.ones(1),
        elastic=np.ones(1, dtype=np.bool_),
    )
    facts = replace(facts, buckets=buckets)
    program = Program()
    columns = columns_of(program, situation, facts)
    add_work(program, columns, facts)
    add_gangs(program, columns, facts)
    matrix = matrix_of(program)
    matrix.cost[:] = 0.0
    matrix.cost[columns.work] = np.asarray(price)[columns.step]
    matrix.cost[columns.undone] = 1e6
    values = solve(matrix).values[columns.work]
    taken = np.bincount(columns.step, weights=values, minlength=len(price))
    return taken, float(taken @ np.asarray(price))


def test_the_published_example_is_the_plan_of_its_job() -> None:
    """Four accelerators in the third and fourth step but for what the last of them does too much."""
    throughput, carbon = [1.0, 1.85, 2.6, 3.2], [400.0, 300.0, 100.0, 150.0, 350.0, 450.0]
    taken, cost = one_job_at_prices(throughput, carbon, 6.0)
    assert taken[[0, 1, 4, 5]] == pytest.approx(0.0)
    assert taken[2] == pytest.approx(4.0)
    assert 3.0 < taken[3] < 4.0
    assert cost == pytest.approx(1000.0 - 150.0 * (6.4 - 6.0) / 0.6)


@settings(max_examples=25, deadline=None)
@given(
    gains=st.lists(st.integers(1, 20), min_size=1, max_size=3),
    price=st.lists(st.integers(1, 50), min_size=1, max_size=6, unique=True),
    share=st.floats(0.05, 0.98),
)
def test_the_plan_of_one_job_is_the_greedy_allocation_to_its_last_accelerator(
    gains: list[int], price: list[int], share: float
) -> None:
    """At given prices both take the same accelerators, the plan the last one in part."""
    steps = np.sort(np.asarray(gains, dtype=float))[::-1] / max(gains)
    throughput = np.cumsum(steps).tolist()
    prices = [float(one) for one in price]
    work = share * throughput[-1] * len(prices)
    greedy = elastic_servers(throughput, prices, work)
    _, cost = one_job_at_prices(throughput, prices, work)
    whole = float(greedy @ np.asarray(prices))
    last = max(p for n, p in zip(greedy, prices, strict=True) if n)
    assert whole - last - 1e-6 <= cost <= whole + 1e-6


@pytest.mark.parametrize("seed", [0, 3])
def test_a_plan_that_may_change_gangs_never_costs_more(seed: int) -> None:
    """More to choose from: the cost of the program never rises, and falls where part of a gang saves power."""
    sizes = (POINT, HALF, DOUBLE)
    plain, *_ = program_of(situation_with(sizes, elastic=False, seed=seed))
    matrix, columns, facts = program_of(situation_with(sizes, seed=seed))
    before, after = solve(plain), solve(matrix)
    assert after.objective <= before.objective + 1e-7 * abs(before.objective)
    assert after.objective < before.objective - 1e-3
    assert after.values[columns.work[facts.menu.gang_share[columns.entry] != 1.0]].sum() > 0.0


def test_sizes_beside_other_speeds_only_lower_the_cost() -> None:
    """The same gangs at their speeds alone cost more than with their sizes to choose from."""
    matrix, columns, facts = program_of(situation_with(SIZES))
    after = solve(matrix)
    matrix.upper[columns.work[facts.menu.gang_share[columns.entry] != 1.0]] = 0.0
    assert after.objective <= solve(matrix).objective


def test_work_that_is_not_elastic_keeps_its_gangs() -> None:
    """Rigid jobs have the columns they always had, whatever the menu says of gangs."""
    mixed = np.arange(40) % 2 == 0
    _, columns, facts = program_of(situation_with(SIZES, elastic=mixed))
    share = facts.menu.gang_share[columns.entry]
    assert (share[~facts.buckets.elastic[columns.bucket]] == 1.0).all()
    assert (share[facts.buckets.elastic[columns.bucket]] != 1.0).any()
    plain, *_ = program_of(situation_with((POINT, ECO)))
    rigid, *_ = program_of(situation_with(SIZES, elastic=False))
    for name in ("cost", "lower", "upper", "row_lower", "row_upper", "start", "index", "value"):
        assert getattr(plain, name).tobytes() == getattr(rigid, name).tobytes()


def test_sizes_of_another_class_are_not_chosen() -> None:
    """A speed-up is that of the work it was measured on."""
    own = replace(DOUBLE, work_class=1)
    _, columns, facts = program_of(situation_with((POINT, own)))
    sized = facts.menu.gang_share[columns.entry] != 1.0
    assert set(facts.buckets.work_class[columns.bucket[sized]]) == {1}


@pytest.mark.parametrize("negative_prices", [False, True])
def test_gangs_and_machines_are_never_used_twice(negative_prices: bool) -> None:
    """All sizes together take no more accelerators than there are and at a place no more gangs than there are."""
    situation = situation_with(SIZES, seed=4, negative_prices=negative_prices)
    matrix, columns, facts = program_of(situation)
    solution = solution_of(matrix)
    x = solution.values[columns.work]
    busy = np.zeros((len(facts.accelerators), len(facts.hours)))
    np.add.at(busy, (columns.place, columns.step), x)
    assert (busy <= facts.accelerators[:, None] + 1e-6).all()
    gangs = np.zeros((len(facts.buckets), *busy.shape))
    cells = (columns.bucket, columns.place, columns.step)
    np.add.at(gangs, cells, x / facts.menu.gang_share[columns.entry])
    assert (gangs <= facts.buckets.rate[:, None, None] + 1e-6).all()
    worked = x * facts.hours[columns.step] * facts.menu.pace[columns.entry]
    done = np.bincount(columns.bucket, weights=worked, minlength=len(facts.buckets))
    left = solution.values[columns.later] + solution.values[columns.undone]
    assert done + left == pytest.approx(facts.buckets.work_h)


def test_larger_programs_of_elastic_work_find_the_cost_of_the_exact_one() -> None:
    """Whichever method takes the program, within its gap, and its bound holds."""
    matrix, _, _ = program_of(situation_with(SIZES))
    exact = solve(matrix)
    found = solution_of(matrix, exact_columns=0)
    assert found.objective == pytest.approx(exact.objective, rel=1e-4)
    _, missed = violation_of(matrix, found.values)
    assert missed <= 1e-6
    assert lower_bound(matrix, found.row_dual) <= exact.objective + 1e-6 * abs(exact.objective)


def test_a_telescoped_plan_of_elastic_work_is_bounded() -> None:
    """What is proved in long steps lies below the plan in short ones, and not far below."""
    situation = situation_with(SIZES)
    coarse = Telescoped(objective=Objective(), telescope=((8, 900), (22, 3600))).plan(situation)
    fine = Coordinated(objective=Objective()).plan(situation)
    assert coarse.certificate.lower_bound <= fine.certificate.cost * (1.0 + 1e-6)
    assert coarse.certificate.lower_bound >= 0.9 * fine.certificate.lower_bound


def test_jobs_of_one_window_are_told_apart_by_whether_they_are_elastic() -> None:
    """A bucket is elastic or it is not."""
    situation = situation_with(SIZES, elastic=np.arange(40) % 3 == 0)
    objective = Objective()
    facts = facts_of(situation, objective, held_of(situation, objective))
    inside = facts.buckets.of_job >= 0
    own = rows_of(situation.jobs, inside).elastic
    assert (facts.buckets.elastic[facts.buckets.of_job[inside]] == own).all()
