"""Many single jobs: what the bound promises, what every placement keeps, and what is said of the rest."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gridtide.decide import mass_bound
from gridtide.decide.many_jobs import NO_SITE, ManyJobs, Room, faults_of
from gridtide.decide.mass_bound import Ascent, Congestion, ascended, certified, lone_load
from gridtide.decide.mass_check import account
from gridtide.decide.mass_placement import (
    MassPlacement,
    Reason,
    placed,
    run_at_once_cost,
    swept,
)
from gridtide.decide.mass_sweeps import LEFT_OUT, Sweeps
from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.testing.instances.many_jobs import Size, Traits, instance

PENALTY = 1_000.0
Real = NDArray[np.float64]


def jobs_of(rows: list[dict[str, Any]], **common: Any) -> ManyJobs:
    """Jobs of one candidate each unless `site` and its neighbours are lists."""
    usual = {
        "interruptible": True,
        "shortest_run": 1,
        "restart_cost": 0.0,
        "penalty": PENALTY,
        "site": 0,
        "gang": 1,
        "delay": 0,
        "offer": 0.0,
    }
    full = [{**usual, **common, **row} for row in rows]
    wide = max((len(np.atleast_1d(row["site"])) for row in full), default=1)
    columns: dict[str, Any] = {}
    for name in ManyJobs.__dataclass_fields__:
        if name in ("site", "gang", "slots", "delay", "offer"):
            cells = [
                np.broadcast_to(row[name], np.shape(np.atleast_1d(row["site"]))) for row in full
            ]
            spare = NO_SITE if name == "site" else 1
            padded = [np.pad(cell, (0, wide - len(cell)), constant_values=spare) for cell in cells]
            columns[name] = np.asarray(padded).reshape(len(full), wide)
        else:
            columns[name] = np.asarray([row[name] for row in full])
    return ManyJobs(**columns)


def congestion_of(mu: Real) -> Congestion:
    """Given prices; nothing known about the load."""
    return Congestion(mu=mu, weight=np.ones(mu.shape))


def answers_of(jobs: ManyJobs, j: int, k: int) -> list[tuple[int, ...]]:
    """Every set of slots that the rules allow one candidate of a job."""
    first, p = int(jobs.release[j] + jobs.delay[j, k]), int(jobs.slots[j, k])
    least = min(int(jobs.shortest_run[j]), p) if jobs.interruptible[j] else p
    return [
        slots
        for slots in itertools.combinations(range(first, int(jobs.deadline[j])), p)
        if all(len(run) >= least for run in runs_of(slots))
    ]


def runs_of(slots: tuple[int, ...]) -> list[list[int]]:
    """Consecutive slots together."""
    runs: list[list[int]] = []
    for slot in slots:
        if runs and runs[-1][-1] == slot - 1:
            runs[-1].append(slot)
        else:
            runs.append([slot])
    return runs


def price_of(jobs: ManyJobs, j: int, k: int, slots: tuple[int, ...], price: Real) -> float:
    """Money for these slots, with every restart."""
    gang, site = int(jobs.gang[j, k]), int(jobs.site[j, k])
    energy = gang * sum(float(price[site, t]) for t in slots)
    again = float(jobs.restart_cost[j]) * gang * (len(runs_of(slots)) - 1)
    return energy + again + float(jobs.offer[j, k])


def cheapest_alone(jobs: ManyJobs, room: Room, j: int, price: Real) -> tuple[Real, float]:
    """Exact cheapest money of each candidate by enumeration, and of the job with leaving it out."""
    each = np.full(jobs.site.shape[1], np.inf)
    for k, site in enumerate(jobs.site[j]):
        if site != NO_SITE and jobs.gang[j, k] <= room.capacity[site]:
            found = [price_of(jobs, j, k, slots, price) for slots in answers_of(jobs, j, k)]
            each[k] = min(found, default=np.inf)
    return each, min(float(each.min()), float(jobs.penalty[j]))


def cheapest_together(jobs: ManyJobs, room: Room) -> float:
    """The optimum by enumeration."""
    options: list[list[tuple[float, Real]]] = []
    for j in range(len(jobs)):
        mine = [(float(jobs.penalty[j]), np.zeros(room.cost.shape))]
        for k, site in enumerate(jobs.site[j]):
            if site == NO_SITE:
                continue
            for slots in answers_of(jobs, j, k):
                load = np.zeros(room.cost.shape)
                load[site, list(slots)] = jobs.gang[j, k]
                mine.append((price_of(jobs, j, k, slots, room.cost), load))
        options.append(mine)
    best = np.inf
    for choice in itertools.product(*options):
        if (sum(load for _, load in choice) <= room.capacity[:, None]).all():
            best = min(best, sum(cost for cost, _ in choice))
    return best


VECTOR_ROOM = Room(cost=np.asarray([[5.0, 3, 1, 2, 6, 4]]), capacity=np.asarray([2]))
VECTOR_JOBS = jobs_of(
    [
        {"release": 0, "deadline": 4, "slots": 2},
        {"release": 0, "deadline": 6, "slots": 2, "gang": 2, "interruptible": False},
        {"release": 1, "deadline": 5, "slots": 3},
    ]
)


def test_the_vector_of_three_jobs_has_its_bounds() -> None:
    """15 without congestion prices, 24 with given ones; 27 is the most that any prove; 28 is the optimum."""
    none = certified(VECTOR_JOBS, VECTOR_ROOM, congestion_of(np.zeros((1, 6))))
    some = certified(VECTOR_JOBS, VECTOR_ROOM, congestion_of(np.asarray([[0.0, 1, 3, 2, 0, 0]])))
    assert none.lower_bound == pytest.approx(15.0, abs=1e-3) and none.lower_bound <= 15.0
    assert some.lower_bound == pytest.approx(24.0, abs=1e-3) and some.lower_bound <= 24.0
    found = ascended(VECTOR_JOBS, VECTOR_ROOM, Ascent(passes=300), np.random.default_rng(0))
    assert 26.8 < certified(VECTOR_JOBS, VECTOR_ROOM, found).lower_bound <= 27.0
    assert cheapest_together(VECTOR_JOBS, VECTOR_ROOM) == 28.0


@st.composite
def small_cases(draw: st.DrawFn) -> tuple[ManyJobs, Room]:
    """A few jobs of up to two candidates on two sites over eight to twelve slots."""
    steps = draw(st.integers(8, 12))
    cost = draw(st.lists(st.integers(-20, 60), min_size=2 * steps, max_size=2 * steps))
    room = Room(
        cost=np.asarray(cost, dtype=np.float64).reshape(2, steps),
        capacity=np.asarray([draw(st.integers(1, 4)), draw(st.integers(1, 4))]),
    )
    rows = []
    for _ in range(draw(st.integers(1, 4))):
        release = draw(st.integers(0, steps - 3))
        home = draw(st.integers(0, 1))
        rows.append(
            {
                "release": release,
                "deadline": draw(st.integers(release + 1, min(release + 8, steps))),
                "slots": draw(st.integers(1, 4)),
                "gang": draw(st.integers(1, 3)),
                "interruptible": draw(st.booleans()),
                "shortest_run": draw(st.integers(1, 2)),
                "restart_cost": draw(st.sampled_from([0.0, 0.0, 3.5, 40.0])),
                "site": [home, 1 - home] if draw(st.booleans()) else [home],
            }
        )
    return jobs_of(rows), room


@given(small_cases(), st.integers(0, 2**31), st.sampled_from([2, 16, 256]))
def test_no_job_costs_less_alone_than_its_value_says(
    case: tuple[ManyJobs, Room], seed: int, levels: int
) -> None:
    """For any congestion prices and any number of levels, for every candidate."""
    jobs, room = case
    mu = np.random.default_rng(seed).exponential(10.0, room.cost.shape)
    values = certified(jobs, room, congestion_of(mu), levels).values
    for j in range(len(jobs)):
        exact, _ = cheapest_alone(jobs, room, j, room.cost + mu)
        assert (values[j] <= exact + 1e-9).all()
        assert (np.isinf(values[j]) <= np.isinf(exact)).all()


@given(small_cases())
def test_the_bound_is_never_above_the_optimum(case: tuple[ManyJobs, Room]) -> None:
    """Found by trying every placement of the first three jobs; and no placement costs less."""
    jobs, room = case
    few = ManyJobs(**{name: getattr(jobs, name)[:3] for name in ManyJobs.__dataclass_fields__})
    placement, bound, _ = placed(few, room, ascent=Ascent(passes=20, batches=2))
    told = account(few, room, placement)
    optimum = cheapest_together(few, room)
    assert bound.lower_bound <= optimum + 1e-9
    assert told.holds
    assert told.cost >= optimum - 1e-9


@given(small_cases())
def test_every_placement_keeps_windows_runs_gangs_and_capacity(
    case: tuple[ManyJobs, Room],
) -> None:
    """Looked at slot by slot, without the code that placed it, and once more by plain loops."""
    jobs, room = case
    placement, _, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert told.holds, told.breaches
    load = np.zeros(room.cost.shape, dtype=np.int64)
    cost = 0.0
    for j in range(len(jobs)):
        k = int(placement.candidate[j])
        if k == LEFT_OUT:
            cost += float(jobs.penalty[j])
            continue
        begin = int(placement.begins[j])
        after = placement.after[begin : begin + int(jobs.slots[j, k])].astype(int)
        slots = tuple(int(t) for t in jobs.release[j] + after)
        assert slots in answers_of(jobs, j, k)
        load[jobs.site[j, k], list(slots)] += jobs.gang[j, k]
        cost += price_of(jobs, j, k, slots, room.cost)
    assert (load <= room.capacity[:, None]).all()
    assert (load == told.load).all()
    assert cost == pytest.approx(told.cost)


def seeded(seed: int, jobs: int = 400, **traits: Any) -> tuple[ManyJobs, Room]:
    """A small instance of the shelf on three sites over three days."""
    return instance(Size(jobs=jobs, slots=288, sites=3), Traits(**traits), seed)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("levels", [2, 16, 64])
def test_lone_answers_ask_for_all_the_work_they_do(seed: int, levels: int) -> None:
    """However prices tie within a level, the load adds up to the work of the jobs."""
    jobs, room = seeded(seed)
    one = {name: getattr(jobs, name)[:, :1] for name in ("site", "gang", "slots", "delay", "offer")}
    home = ManyJobs(
        **{name: one.get(name, getattr(jobs, name)) for name in jobs.__dataclass_fields__}
    )
    large = Room(cost=room.cost, capacity=np.full(3, 10_000))
    load = lone_load(home, large, congestion_of(np.zeros(room.cost.shape)), levels)
    work = float((home.gang[:, 0] * home.slots[:, 0]).sum())
    assert load.sum() == pytest.approx(work, rel=1e-6)


def test_cost_less_bound_is_regret_plus_unused_price() -> None:
    """The identity of the gap, told by code of its own, up to how far values lie below the truth."""
    jobs, room = seeded(3)
    placement, bound, congestion = placed(jobs, room)
    told = account(jobs, room, placement)
    price = room.cost + congestion.mu
    regret, slack = 0.0, 0.0
    for j in range(len(jobs)):
        k = int(placement.candidate[j])
        least = min(float(bound.values[j].min()), float(jobs.penalty[j]))
        if k == LEFT_OUT:
            regret += float(jobs.penalty[j]) - least
            continue
        begin = int(placement.begins[j])
        after = placement.after[begin : begin + int(jobs.slots[j, k])].astype(int)
        slots = tuple(int(t) for t in jobs.release[j] + after)
        regret += price_of(jobs, j, k, slots, price) - least
    slack = float((congestion.mu * (room.capacity[:, None] - told.load)).sum())
    assert told.cost - bound.lower_bound == pytest.approx(regret + slack, rel=1e-3)


@pytest.mark.parametrize(
    "traits",
    [{}, {"restart_slots": 0.25}, {"restart_slots": 1.0, "shortest_run": 3}, {"elastic": 0.5}],
)
def test_the_last_sweep_never_raises_the_cost(traits: dict[str, Any]) -> None:
    """A job may always stay where it is."""
    jobs, room = seeded(5, **traits)
    none = mass_bound.no_congestion(room)
    bound = certified(jobs, room, none)
    costs = []
    for sweeps in (1, 2, 3):
        placement = swept(jobs, room, none, bound, Sweeps(crowding=(0.0,) * sweeps))
        costs.append(account(jobs, room, placement).cost)
    assert costs[1] <= costs[0] * (1 + 1e-5)
    assert costs[2] <= costs[1] * (1 + 1e-5)


@given(small_cases())
def test_restarts_for_nothing_split_freely_and_dear_ones_never(case: tuple[ManyJobs, Room]) -> None:
    """A job alone: the cheapest slots when restarts are free, the cheapest run when they cost all."""
    jobs, room = case
    for cost, interruptible in ((0.0, True), (1e9, False)):
        one = {
            **{name: getattr(jobs, name)[:1] for name in ManyJobs.__dataclass_fields__},
            "interruptible": np.asarray([True]),
            "shortest_run": np.asarray([1]),
            "restart_cost": np.asarray([cost]),
        }
        alone = ManyJobs(**one)
        same = ManyJobs(
            **{**one, "interruptible": np.asarray([interruptible]), "restart_cost": [0.0]}
        )
        _, least = cheapest_alone(same, room, 0, room.cost)
        placement, _, _ = placed(alone, room)
        assert account(alone, room, placement).cost == pytest.approx(least, abs=1e-3)


@given(small_cases(), st.sampled_from([0.0, 3.5, 40.0]), st.integers(1, 3))
def test_a_job_alone_finds_its_cheapest_answer(
    case: tuple[ManyJobs, Room], restart: float, shortest: int
) -> None:
    """With restarts and shortest runs it may miss it by what a search by prices cannot tell apart, never by more."""
    jobs, room = case
    first = {name: getattr(jobs, name)[:1] for name in ManyJobs.__dataclass_fields__}
    first |= {"restart_cost": [restart], "shortest_run": [shortest], "interruptible": [True]}
    alone = ManyJobs(**first)
    _, least = cheapest_alone(alone, room, 0, room.cost)
    placement, bound, _ = placed(alone, room, sweeps=Sweeps(exact=True))
    cost = account(alone, room, placement).cost
    assert cost >= least - 1e-3
    in_one = ManyJobs(**{**first, "interruptible": [False], "restart_cost": [0.0]})
    assert cost <= cheapest_alone(in_one, room, 0, room.cost)[1] + 1e-3
    assert bound.lower_bound <= least + 1e-9


@given(small_cases(), st.integers(0, 2**31))
def test_another_way_to_run_never_makes_a_job_dearer(
    case: tuple[ManyJobs, Room], seed: int
) -> None:
    """The value of a job is the least of its candidates."""
    jobs, room = case
    mu = congestion_of(np.random.default_rng(seed).exponential(10.0, room.cost.shape))
    wider = {
        name: np.concatenate((getattr(jobs, name), getattr(jobs, name)[:, :1]), axis=1)
        for name in ("site", "gang", "slots", "delay", "offer")
    }
    wider["site"][:, -1] = 1 - jobs.site[:, 0]
    more = ManyJobs(
        **{name: wider.get(name, getattr(jobs, name)) for name in jobs.__dataclass_fields__}
    )
    fewer, many = certified(jobs, room, mu), certified(more, room, mu)
    assert (many.values.min(axis=1) <= fewer.values.min(axis=1)).all()
    assert many.lower_bound <= fewer.lower_bound + 1e-6


def test_the_same_seed_gives_the_same_bytes() -> None:
    """Twice in a row: placement, prices and bound."""
    jobs, room = seeded(7, restart_slots=0.25, elastic=0.3)
    first, second = (placed(jobs, room, seed=11) for _ in range(2))
    assert digest(first[0]) == digest(second[0])
    assert digest(first[2]) == digest(second[2])
    assert first[1].lower_bound == second[1].lower_bound


def test_the_order_of_the_jobs_decides_nothing_but_ties() -> None:
    """Shuffled jobs are placed as well, and every job is told its own answer."""
    jobs, room = seeded(8)
    mixed = np.random.default_rng(0).permutation(len(jobs))
    shuffled = ManyJobs(**{name: getattr(jobs, name)[mixed] for name in jobs.__dataclass_fields__})
    placement, bound, _ = placed(shuffled, room)
    told = account(shuffled, room, placement)
    assert told.holds
    assert told.cost <= 1.2 * bound.lower_bound


def test_more_passes_close_the_gap_of_an_instance() -> None:
    """The bound climbs, and what is left between it and the cost is a few per cent."""
    jobs, room = instance(Size(jobs=20_000, slots=672, sites=3), Traits())
    none = certified(jobs, room, mass_bound.no_congestion(room)).lower_bound
    placement, bound, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert told.holds
    assert none < bound.lower_bound <= told.cost <= 1.015 * bound.lower_bound
    assert told.cost < run_at_once_cost(jobs, room)


def test_a_warm_start_needs_one_pass() -> None:
    """Prices of one draw of jobs serve the next draw at the same costs."""
    size = Size(jobs=20_000, slots=672, sites=3)
    jobs, room = instance(size, Traits(), 0)
    known = ascended(jobs, room, Ascent(), np.random.default_rng(0))
    cold = ascended(jobs, room, Ascent(passes=1), np.random.default_rng(1))
    warm = ascended(
        jobs, room, Ascent(passes=1, first_step=0.01), np.random.default_rng(1), start=known
    )
    assert certified(jobs, room, warm).lower_bound > certified(jobs, room, cold).lower_bound


def reason_of(**row: Any) -> Reason:
    """Why a single job on a site of 4 accelerators over 8 slots is left out."""
    room = Room(cost=np.full((1, 8), 1.0), capacity=np.asarray([4]))
    placement, _, _ = placed(jobs_of([{"release": 0, "deadline": 8, "slots": 2, **row}]), room)
    return Reason(int(placement.reason[0]))


def test_what_cannot_be_placed_is_told_with_its_reason() -> None:
    """Too large, too short a window, nowhere to go, too dear; and placed when all is well."""
    assert reason_of() is Reason.PLACED
    assert reason_of(gang=5) is Reason.TOO_LARGE
    assert reason_of(slots=9) is Reason.WINDOW_TOO_SHORT
    assert reason_of(site=NO_SITE) is Reason.NO_CANDIDATE
    assert reason_of(penalty=1.5) is Reason.DEARER_THAN_LEAVING_OUT


def test_where_room_is_short_the_rest_is_left_out_and_counted() -> None:
    """Three jobs that need the whole site for the same hour: one runs, and the bound allows for the others."""
    room = Room(cost=np.full((1, 4), 1.0), capacity=np.asarray([4]))
    jobs = jobs_of([{"release": 0, "deadline": 4, "slots": 4, "gang": 4}] * 3)
    placement, bound, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert sorted(placement.reason.tolist()) == [Reason.PLACED, Reason.NO_ROOM, Reason.NO_ROOM]
    assert told.penalties == 2 * PENALTY
    assert bound.lower_bound <= told.cost


def test_those_who_found_no_room_come_first_the_second_time() -> None:
    """Small work with a tight window is not left out because large work that could wait took its hours."""
    room = Room(cost=np.asarray([[1.0] * 4 + [2.0] * 8]), capacity=np.asarray([8]))
    large = {"release": 0, "deadline": 12, "slots": 4, "gang": 8, "interruptible": False}
    small = {"release": 0, "deadline": 4, "slots": 4}
    jobs = jobs_of([large, small, small])
    placement, _, _ = placed(jobs, room, ascent=Ascent(passes=0))
    assert account(jobs, room, placement).penalties == 0.0


def test_no_job_costs_nothing() -> None:
    """An empty list is a case like any other."""
    room = Room(cost=np.ones((2, 8)), capacity=np.asarray([4, 4]))
    one = jobs_of([{"release": 0, "deadline": 8, "slots": 2}])
    jobs = ManyJobs(**{name: getattr(one, name)[:0] for name in one.__dataclass_fields__})
    placement, bound, _ = placed(jobs, room)
    assert bound.lower_bound == 0.0
    assert account(jobs, room, placement).cost == 0.0
    assert run_at_once_cost(jobs, room) == 0.0


@pytest.mark.parametrize("price", [0.0, 3.0, -3.0])
def test_equal_prices_are_no_trouble(price: float) -> None:
    """A thousand identical jobs at one price everywhere, nothing, positive or negative."""
    room = Room(cost=np.full((2, 96), price), capacity=np.asarray([40, 40]))
    jobs = jobs_of([{"release": 0, "deadline": 96, "slots": 4, "site": [0, 1]}] * 1_000)
    placement, bound, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert told.holds
    assert not told.penalties
    assert told.cost == pytest.approx(4_000 * price)
    assert bound.lower_bound == pytest.approx(4_000 * price, abs=0.02 * 4_000)
    assert bound.lower_bound <= told.cost + 1e-6


def test_equal_prices_are_no_reason_for_pieces() -> None:
    """Where only restarts cost, jobs run in one piece though they may be interrupted; the bound stays close."""
    room = Room(cost=np.full((1, 32), 1e-6), capacity=np.asarray([2]))
    rows = [
        {"release": r, "deadline": r + 20, "slots": 6, "penalty": 1.0} for r in (0, 3, 5, 9, 12)
    ]
    jobs = jobs_of(rows, restart_cost=1e-4)
    placement, bound, _ = placed(jobs, room)
    told = account(jobs, room, placement)
    assert told.restarts == 0.0 and told.penalties == 0.0
    assert 0.9 * told.cost <= bound.lower_bound <= told.cost


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_currency_may_be_large_or_small(scale: float) -> None:
    """All money times a million or a millionth: the same gap."""
    jobs, room = seeded(9)
    money = ("restart_cost", "penalty", "offer")
    scaled = {name: getattr(jobs, name) for name in jobs.__dataclass_fields__}
    scaled |= {name: scaled[name].astype(np.float64) * scale for name in money}
    placement, bound, _ = placed(
        ManyJobs(**scaled), Room(cost=room.cost * scale, capacity=room.capacity)
    )
    told = account(
        ManyJobs(**scaled), Room(cost=room.cost * scale, capacity=room.capacity), placement
    )
    base, base_bound, _ = placed(jobs, room)
    gap = account(jobs, room, base).cost / base_bound.lower_bound
    assert told.cost / bound.lower_bound == pytest.approx(gap, rel=0.01)


def test_a_site_without_accelerators_takes_nothing() -> None:
    """And the other one does."""
    room = Room(cost=np.ones((2, 8)), capacity=np.asarray([0, 4]))
    jobs = jobs_of([{"release": 0, "deadline": 8, "slots": 2, "site": [0, 1]}])
    placement, _, _ = placed(jobs, room)
    assert placement.candidate.tolist() == [1]


def test_half_a_gang_is_taken_where_it_pays() -> None:
    """An elastic job runs longer on fewer accelerators when that is less work."""
    room = Room(cost=np.ones((1, 16)), capacity=np.asarray([4]))
    jobs = jobs_of(
        [{"release": 0, "deadline": 16, "site": [0, 0], "gang": [4, 2], "slots": [4, 7]}]
    )
    placement, _, _ = placed(jobs, room)
    assert placement.candidate.tolist() == [1]


def test_work_is_elsewhere_only_after_its_transfer() -> None:
    """The delay of a candidate passes before its first slot."""
    cost = np.asarray([[9.0] * 8, [0.0] * 8])
    room = Room(cost=cost, capacity=np.asarray([4, 4]))
    jobs = jobs_of([{"release": 1, "deadline": 8, "slots": 2, "site": [0, 1], "delay": [0, 3]}])
    placement, _, _ = placed(jobs, room)
    assert placement.candidate.tolist() == [1]
    assert int(placement.after[placement.begins[0]]) >= 3


def test_all_faults_are_told_at_once() -> None:
    """Each with the first job, the value, the limit and what to do."""
    good = {"release": 0, "deadline": 8, "slots": 2}
    jobs = jobs_of(
        [good, {**good, "release": -1, "gang": 0}, {**good, "site": 7, "penalty": np.nan}]
    )
    room = Room(cost=np.asarray([[1.0] * 7 + [np.nan]]), capacity=np.asarray([-1]))
    subjects = {finding.subject for finding in faults_of(jobs, room)}
    assert {"job 1 release", "job 1 gang", "job 2 site", "job 2 penalty"} <= subjects
    assert {"room.cost", "room.capacity"} <= subjects
    with pytest.raises(BadInput):
        placed(jobs, room)


@pytest.mark.parametrize(
    ("spoil", "rule"),
    [
        ("late", "window"),
        ("early", "window"),
        ("twice", "order"),
        ("torn", "run"),
        ("full", "capacity"),
    ],
)
def test_the_check_finds_what_is_wrong(spoil: str, rule: str) -> None:
    """A placement that breaks one rule is told so."""
    room = Room(cost=np.ones((1, 10)), capacity=np.asarray([1 if spoil == "full" else 9]))
    row = {"release": 1, "deadline": 8, "slots": 3, "interruptible": spoil in ("twice", "early")}
    jobs = jobs_of([{**row, "delay": 2 if spoil == "early" else 0}] * 2)
    slots = {
        "late": [5, 6, 7],
        "early": [0, 4, 5],
        "twice": [2, 2, 3],
        "torn": [2, 3, 5],
        "full": [2, 3, 4],
    }[spoil]
    placement = MassPlacement(
        candidate=np.asarray([0, 0]),
        begins=np.asarray([0, 3]),
        after=np.asarray([*slots, 2, 3, 4]),
        reason=np.asarray([0, 0]),
    )
    told = account(jobs, room, placement)
    assert told.breaches[rule] >= 1
    assert not told.holds
