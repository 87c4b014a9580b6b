"""Promises and limits that cannot hold together: found by name, none of them needless, and a cheapest way out."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.conflict.answer import conflict_in
from gridtide.decide.conflict.conflicting_set import conflicting_set
from gridtide.decide.conflict.course import conflict_of, elastic_course
from gridtide.decide.conflict.elastic import Act, Elastic, Kind, Member, above, beyond, elastic_of
from gridtide.decide.conflict.relaxing import cheapest_relaxation
from gridtide.decide.conflict.trying import NothingHolds, Tries, priced
from gridtide.decide.conflict.wording import findings_of
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.program import NOWHERE, Program, matrix_of, solve
from gridtide.decide.situation import Event, Situation
from gridtide.digest import digest
from gridtide.finding import Infeasible
from gridtide.fleet.jobs import rows
from gridtide.simulate.bound import known_course
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.testing.studies import small_study

STEPS = 4
MOST = 4
"""Work up to which every way out is counted through."""
Job = tuple[int, int, int]
"""Work, first step, step after its last."""


def one_machine(jobs: list[Job], room: list[int], prices: tuple[float, float]) -> Elastic:
    """Jobs with windows on a machine that does so much a step; each job and each step may give way."""
    program = Program()
    columns, undone = [], program.variables((len(jobs),), 0.0, 0.0, 0.0)
    steps = program.constraints((STEPS,), -np.inf, np.asarray(room, dtype=np.float64))
    work = np.asarray([job[0] for job in jobs], dtype=np.float64)
    asked = program.constraints((len(jobs),), work, work)
    program.put(asked, undone, 1.0)
    for number, (_, first, last) in enumerate(jobs):
        own = program.variables((last - first,))
        program.put(steps[first:last], own, 1.0)
        program.put(asked[number : number + 1], own, 1.0)
        columns.append(own)
    matrix = matrix_of(program)
    members, ways = [], []
    for number in range(len(jobs)):
        members.append(named(Kind.WORK, f"job {number}", "jobs"))
        ways.append(
            beyond(
                matrix, number, undone[number : number + 1], NOWHERE, prices[0], work[number],
                act=Act.LESS,
            )
        )  # fmt: skip
    for step in range(STEPS):
        members.append(named(Kind.MACHINES, f"step {step}", "room"))
        ways.append(above(len(jobs) + step, steps[step : step + 1], step, prices[1]))
    return elastic_of(matrix, tuple(members), ways)


def named(kind: Kind, name: str, group: str) -> Member:
    """A member that says only its name."""
    return Member(kind=kind, name=name, asks="", group=group, unit="units")


def fits(jobs: list[Job], room: list[int]) -> bool:
    """Whether all work can be done in its windows: no span holds more work that must lie in it than room."""
    return all(
        sum(work for work, begin, end in jobs if first <= begin and end <= last)
        <= sum(room[first:last])
        for first in range(STEPS)
        for last in range(first + 1, STEPS + 1)
    )


def windows() -> st.SearchStrategy[Job]:
    """Some work in a window of one step or more."""
    return st.tuples(st.integers(1, 3), st.integers(0, STEPS - 1), st.integers(1, STEPS)).map(
        lambda job: (job[0], min(job[1], job[2] - 1), job[2])
    )


CASES = st.tuples(
    st.lists(windows(), min_size=1, max_size=3),
    st.lists(st.integers(0, 2), min_size=STEPS, max_size=STEPS),
)
FEW = CASES.filter(lambda case: sum(job[0] for job in case[0]) <= MOST)


@given(case=CASES)
@settings(max_examples=60)
def test_a_conflict_is_found_exactly_where_there_is_one(case: tuple[list[Job], list[int]]) -> None:
    """Against counting work and room in every span."""
    jobs, room = case
    assert (conflicting_set(Tries(one_machine(jobs, room, (1.0, 1.0)))) is None) == fits(jobs, room)


@given(case=CASES)
@settings(max_examples=60)
def test_leaving_out_any_one_member_of_a_set_lets_the_others_hold(
    case: tuple[list[Job], list[int]],
) -> None:
    """Irreducible, by counting: without the whole set nothing fits, with one member fewer all of the rest does."""
    jobs, room = case
    elastic = one_machine(jobs, room, (1.0, 1.0))
    found = conflicting_set(Tries(elastic))
    if found is None:
        return
    assert not fits(*without(jobs, room, set(range(len(elastic.members))) - set(found.members)))
    for member in found.members:
        left_out = set(range(len(elastic.members))) - set(found.members) | {member}
        assert fits(*without(jobs, room, left_out))


def without(jobs: list[Job], room: list[int], left_out: set[int]) -> tuple[list[Job], list[int]]:
    """Jobs and room when some jobs are not asked for and some steps have endless room."""
    kept = [job for number, job in enumerate(jobs) if number not in left_out]
    return kept, [99 if len(jobs) + step in left_out else own for step, own in enumerate(room)]


@given(case=FEW, prices=st.sampled_from([(1.0, 1.0), (1.0, 3.0), (5.0, 2.0)]))
@settings(max_examples=40)
def test_no_way_out_is_cheaper_than_the_cheapest(
    case: tuple[list[Job], list[int]], prices: tuple[float, float]
) -> None:
    """Against every whole amount that jobs and steps can give, and it holds when solved again."""
    jobs, room = case
    found = cheapest_relaxation(Tries(one_machine(jobs, room, prices)))
    assert found is not None
    assert found.holds
    best = np.inf
    for less in product(*(range(work + 1) for work, _, _ in jobs)):
        left = [(job[0] - off, *job[1:]) for job, off in zip(jobs, less, strict=True)]
        for more in product(range(MOST + 1), repeat=STEPS):
            cost = prices[0] * sum(less) + prices[1] * sum(more)
            if cost < best and fits(left, [a + b for a, b in zip(room, more, strict=True)]):
                best = cost
    assert found.cost == pytest.approx(best, abs=1e-6)
    assert found.lower_bound <= found.cost + 1e-6


@given(case=CASES, step=st.integers(0, STEPS - 1))
@settings(max_examples=40)
def test_a_limit_saves_no_more_per_unit_than_is_told(
    case: tuple[list[Job], list[int]], step: int
) -> None:
    """One more unit of room in a step saves its price or less, for costs are convex in it."""
    jobs, room = case
    elastic = one_machine(jobs, room, (3.0, 2.0))
    before = cheapest_relaxation(Tries(elastic))
    wider = [own + (number == step) for number, own in enumerate(room)]
    after = cheapest_relaxation(Tries(one_machine(jobs, wider, (3.0, 2.0))))
    assert before is not None and after is not None
    price = before.saves[elastic.member == len(jobs) + step].max()
    assert before.cost - after.cost <= price + 1e-6
    assert price <= 2.0 + 1e-6


def test_a_step_that_does_not_matter_is_not_named() -> None:
    """Two jobs want one step; the other steps are nobody's trouble."""
    elastic = one_machine([(2, 1, 2), (1, 1, 2), (1, 0, 4)], [1, 2, 1, 1], (1.0, 1.0))
    found = conflicting_set(Tries(elastic))
    assert found is not None
    names = [elastic.members[member].name for member in found.members]
    assert names == ["job 0", "job 1", "step 1"]
    assert found.lacking == pytest.approx(1.0)


def test_two_conflicts_are_told_as_two() -> None:
    """They share no member, and one way out mends both."""
    elastic = one_machine([(2, 0, 1), (3, 3, 4)], [1, 0, 0, 1], (1.0, 9.0))
    answer = conflict_in(elastic, next(iter(situations())).horizon)
    assert answer is not None
    sets = [{elastic.members[member].name for member in one.members} for one in answer.sets]
    assert sets == [{"job 0", "step 0"}, {"job 1", "step 3"}] or sets == [
        {"job 1", "step 3"},
        {"job 0", "step 0"},
    ]
    assert not answer.more
    assert answer.cheapest is not None
    assert answer.cheapest.cost == pytest.approx(1.0 + 2.0)
    assert answer.by_limits is not None
    assert answer.by_limits.cost == pytest.approx(9.0 + 18.0)


def test_a_program_that_nothing_can_mend_says_so() -> None:
    """A balance that no promise and no limit has part in."""
    program = Program()
    x = program.variables((1,), 0.0, 0.0, 1.0)
    row = program.constraints((1,), 5.0, 5.0)
    program.put(row, x, 1.0)
    other = program.constraints((1,), -np.inf, 1.0)
    program.put(other, x, 1.0)
    matrix = matrix_of(program)
    elastic = elastic_of(
        matrix, (named(Kind.MACHINES, "room", "room"),), [above(0, other, NOWHERE, 1.0)]
    )
    with pytest.raises(NothingHolds):
        conflicting_set(Tries(elastic))


def limited(study: Study, import_kw: float) -> Study:
    """The study with a tighter connection at both sites."""
    sites = tuple(
        replace(site, contract=replace(site.contract, import_max_kw=import_kw))
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


def course(import_kw: float, jobs: int = 60) -> tuple[Situation, Study]:
    """A day of a small fleet as somebody sees it who knows everything."""
    study = limited(small_study(2, hours=24, jobs=jobs, accelerators=32), import_kw)
    return known_course(study, truth_of(study)), study


def test_a_day_with_room_has_no_conflict() -> None:
    """Nothing is reported where everything can hold."""
    situation, study = course(120.0)
    assert conflict_of(situation, study.objective) is None


def test_a_day_without_power_names_limit_and_promises_and_a_way_out_that_holds() -> None:
    """Irreducible on the plan's own program, and every way out is solved again."""
    situation, study = course(18.0)
    elastic = elastic_course(situation, study.objective, soft_promises=True)
    answer = conflict_in(elastic, situation.horizon)
    assert answer is not None
    one = answer.sets[0]
    kinds = {elastic.members[member].kind for member in one.members}
    assert Kind.IMPORT in kinds
    assert kinds & {Kind.WORK, Kind.DEMAND}
    assert not all_closed(elastic, one.closed)
    for member in one.members:
        assert all_closed(elastic, one.closed & (elastic.member != member))
    for way_out in (answer.cheapest, answer.by_promises, answer.by_limits):
        assert way_out is not None
        assert way_out.holds
        assert way_out.lower_bound <= way_out.cost * (1 + 1e-6)
        assert not Tries(elastic).holds_with(0.9 * way_out.amounts)
        assert Tries(elastic).holds_with(1.000001 * way_out.amounts)
    findings = findings_of(answer)
    assert "Cheapest way out, counted " in findings[0].mend
    assert "With every promise kept, counted " in findings[0].mend
    assert "raise the import limit of east by" in findings[0].mend


def test_a_call_is_not_lifted_by_a_wider_connection_nor_the_connection_by_a_call_called_off() -> (
    None
):
    """Each holds by itself: only when both give way is there more power in the steps of the call."""
    study = limited(small_study(2, hours=24, jobs=60, accelerators=32), 18.0)
    start = study.timeline.start
    event = Event(
        site=study.fleet.sites[0].name,
        start=start + timedelta(hours=12),
        end=start + timedelta(hours=18),
        import_max_kw=12.0,
        issued_at=start,
    )
    study = replace(study, events=(event,))
    elastic = elastic_course(
        known_course(study, truth_of(study)), study.objective, soft_promises=True
    )
    here = [
        number
        for number, member in enumerate(elastic.members)
        if member.kind in (Kind.CALL, Kind.IMPORT) and "east" in member.name
    ]
    assert [elastic.members[number].kind for number in here] == [Kind.IMPORT, Kind.CALL]
    lacking = []
    for closed_here in ((0, 1), (0,), (1,), ()):
        closed = elastic.act != Act.PEAK
        closed &= np.isin(elastic.member, [here[number] for number in closed_here]) | ~np.isin(
            elastic.member, here
        )
        found = Tries(elastic).conflict_in(closed)
        lacking.append(0.0 if found is None else found[0])
    both, connection, call, neither = lacking
    assert both >= max(connection, call) - 1e-6
    assert min(connection, call) > neither + 1.0


def test_the_order_of_jobs_changes_neither_verdict_nor_cost() -> None:
    """Jobs turned around ask for the same."""
    situation, study = course(18.0)
    costs = []
    for one in (situation, turned(situation)):
        found = cheapest_relaxation(Tries(elastic_course(one, study.objective, True)))
        assert found is not None
        costs.append(found.cost)
    assert costs[0] == pytest.approx(costs[1], rel=1e-6)


def turned(situation: Situation) -> Situation:
    """The situation with its jobs in the opposite order; nothing was told yet."""
    state, back = situation.state, np.arange(len(situation.jobs))[::-1]
    columns = ("remaining_s", "expected_left_s", "place", "moves", "status", "available_s",
               "told_place", "told_point", "promised")  # fmt: skip
    assert not len(state.told_starts_s)
    return replace(
        situation,
        jobs=rows(situation.jobs, back),
        state=replace(state, **{name: getattr(state, name)[back] for name in columns}),
    )


def all_closed(elastic: Elastic, closed: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> bool:
    """Whether these ways can all stay closed, by a solve from nothing."""
    return solve(priced(elastic, closed.astype(np.float64)), "simplex").objective <= 1e-4


def test_the_same_course_gives_the_same_answer() -> None:
    """To the last bit: sets, amounts, words."""
    situation, study = course(18.0)
    answers = [conflict_of(situation, study.objective) for _ in range(2)]
    told = []
    for answer in answers:
        assert answer is not None and answer.cheapest is not None
        told.append((digest(answer.cheapest.amounts), [str(one) for one in findings_of(answer)]))
    assert told[0] == told[1]


def test_a_plan_that_cannot_be_had_names_what_stands_against_it() -> None:
    """A connection below what parked machines draw: both are named, with the kilowatts that are missing."""
    situation = next(iter(situations()))
    sites = tuple(
        replace(site, contract=replace(site.contract, import_max_kw=5.0))
        for site in situation.fleet.sites
    )
    dark = replace(situation, fleet=replace(situation.fleet, sites=sites))
    with pytest.raises(Infeasible) as refused:
        Coordinated(objective=OBJECTIVE).plan(dark)
    told = str(refused.value)
    assert "import limit of east" in told
    assert "east with every machine parked" in told
    assert "raise the import limit of east by" in told


def at_work(situation: Situation, gang: int) -> Situation:
    """The situation with its first job running from now on for six hours where nothing can move it."""
    jobs, state = situation.jobs, situation.state
    first = np.arange(len(jobs)) == 0
    start_s = int(situation.horizon.edges_s[0])
    slots_s = start_s + 900 * np.arange(24)
    return replace(
        situation,
        jobs=replace(
            jobs,
            movable=np.where(first, False, jobs.movable),
            accelerators=np.where(first, gang, jobs.accelerators),
            release_s=np.where(first, start_s, jobs.release_s),
            deadline_s=np.where(first, start_s + 24 * 900, jobs.deadline_s),
        ),
        state=replace(
            state,
            remaining_s=np.where(first, 24 * 900, state.remaining_s),
            expected_left_s=np.where(first, 24 * 900, state.expected_left_s),
            told_place=np.where(first, 0, state.told_place),
            told_offsets=np.append(0, np.full(len(jobs), 24)),
            told_starts_s=slots_s,
        ),
    )


def test_a_job_that_cannot_move_is_named_with_the_share_that_would_have_to_stop() -> None:
    """A running job of 30 kW under a connection that leaves room for a part of it."""
    situation, study = course(35.0)
    tight = at_work(situation, gang=30)
    with pytest.raises(Infeasible) as refused:
        Coordinated(objective=study.objective).plan(tight)
    told = str(refused.value)
    assert f"{tight.jobs.name[0]}: 180.0 accelerator-hours where it was told" in told
    assert "import limit of east" in told
    assert f"% of {tight.jobs.name[0]}" in told


def test_solves_that_go_on_from_the_last_agree_with_solves_from_nothing() -> None:
    """The same least lack, whatever was closed before."""
    situation, study = course(22.0)
    elastic = elastic_course(situation, study.objective, soft_promises=True)
    tries = Tries(elastic)
    chance = np.random.default_rng(5)
    for _ in range(6):
        closed = np.isin(elastic.member, np.flatnonzero(chance.random(len(elastic.members)) < 0.7))
        found = tries.conflict_in(closed)
        alone = solve(priced(elastic, closed.astype(np.float64)), "simplex").objective
        assert (0.0 if found is None else found[0]) == pytest.approx(alone, abs=1e-4, rel=1e-6)
