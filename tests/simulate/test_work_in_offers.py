"""Offers that running work carries: held by what ran, paid for, and no policy does better than the bound."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide.beside_stores import gates_s
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.product import Direction, shared_out
from gridtide.fleet.site import Battery
from gridtide.settle.capacity import SiteMeters, held_share
from gridtide.simulate.bound import bound_of
from gridtide.simulate.capacity import meters_of
from gridtide.simulate.course import Course, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import LengthKnowledge, Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.offering import capacity_product
from gridtide.testing.studies import POINT, small_study

POINTS = (
    POINT,
    OperatingPoint(name="slow", speed=0.8, it_kw_per_accelerator=0.7),
    OperatingPoint(name="slower", speed=0.5, it_kw_per_accelerator=0.4),
)
EAST, NORTH = 0, 1
POLICIES = ("run-at-once", "coordinated", "perfect-foresight")


@cache
def study_of(
    price_per_mw_h: float, direction: Direction, by_work: bool = True, negative: bool = False
) -> Study:
    """Two small sites for a day at three operating points; both may offer, the north alone has a store, of 8 kW."""
    study = small_study(
        3, hours=24, jobs=20, points=POINTS, negative_prices=negative,
        length_knowledge=LengthKnowledge.TRUE,
    )  # fmt: skip
    product = capacity_product(price_per_mw_h, direction=direction, carried_by_work=by_work)
    sites = tuple(
        replace(
            site,
            products=(product,) if by_work or site.battery else (),
            battery=replace(site.battery, charge_max_kw=8.0, discharge_max_kw=8.0)
            if site.battery
            else None,
        )
        for site in study.fleet.sites
    )
    return replace(study, fleet=replace(study.fleet, sites=sites))


@cache
def ran(study: Study, name: str) -> tuple[Course, Settlement]:
    """A policy through a study, settled."""
    policy, forecaster, knowing = policy_named(name, study)
    truth = truth_of(study)
    course = run_course(knowing, truth, policy, forecaster, MemoryStore(), lambda *_: None)
    return course, settle(study, truth, course, 0.0)


@pytest.mark.parametrize("direction", list(Direction))
def test_what_work_was_to_carry_is_there_where_all_is_known(direction: Direction) -> None:
    """By what ran and what the meters say: a site without a store offers, all is held, no deadline is missed."""
    _, settled = ran(study_of(60.0, direction), "perfect-foresight")
    capacity = dict(settled.capacity)
    assert capacity["east"].offered_kw_h > 1.0
    assert [one.not_held_kw_h for one in capacity.values()] == [0.0, 0.0]
    assert settled.promises.missed_deadlines == 0


@pytest.mark.parametrize("direction", list(Direction))
def test_work_that_came_and_changed_the_plan_costs_revenue_and_no_deadline(
    direction: Direction,
) -> None:
    """Where arrivals are not known, what is no longer carried is told as not held, and not paid."""
    course, settled = ran(study_of(60.0, direction), "coordinated")
    paid = dict(settled.parts)["capacity revenue"]
    offered = sum(one.offered_kw_h for _, one in settled.capacity)
    lacking = sum(one.not_held_kw_h for _, one in settled.capacity)
    assert -paid <= 0.06 * (offered - lacking) + 1e-6
    assert settled.promises.missed_deadlines == 0
    assert course.telemetry.carried_kw.shape == (2, 2, 96)


@pytest.mark.parametrize(
    ("direction", "negative"),
    [(Direction.UP, False), (Direction.DOWN, True), (Direction.SYMMETRIC, True)],
)
def test_no_policy_costs_less_than_the_bound_with_work_in_offers(
    direction: Direction, negative: bool
) -> None:
    """Revenue taken off; and the bound is lower than that of stores alone, for more can be offered."""
    study = study_of(60.0, direction, negative=negative)
    bound, alone = (
        bound_of(one, truth_of(one))
        for one in (study, study_of(60.0, direction, by_work=False, negative=negative))
    )
    assert bound is not None and alone is not None and bound < alone
    for policy in POLICIES:
        assert bound <= ran(study, policy)[1].total_cost + 1e-6


def test_foresight_with_work_costs_less_than_with_the_store_alone() -> None:
    """The same day, the same price."""
    alone, both = (study_of(60.0, Direction.DOWN, by_work=one) for one in (False, True))
    costs = [ran(one, "perfect-foresight")[1].total_cost for one in (both, alone)]
    assert costs[0] < costs[1]


def test_work_that_is_offered_at_the_gate_leaves_stores_and_jobs_their_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beside a store alone that takes a turn at each gate as well: the same meters, and what work adds is paid."""
    both, alone = (study_of(60.0, Direction.DOWN, by_work=one) for one in (True, False))
    course, settled = ran(both, "coordinated")
    monkeypatch.setattr(
        "gridtide.loop.instants.gates_s", lambda _, now_s: gates_s(both.fleet, now_s)
    )
    before, known = ran.__wrapped__(alone, "coordinated")
    np.testing.assert_allclose(course.telemetry.soc_kwh, before.telemetry.soc_kwh, atol=1e-6)
    np.testing.assert_allclose(course.telemetry.import_kw, before.telemetry.import_kw, atol=1e-6)
    assert course.offered_kw.sum() > before.offered_kw.sum()
    assert settled.total_cost < known.total_cost


def test_where_work_carries_nothing_its_meters_say_nothing() -> None:
    """Cases whose offers are the store's have the telemetry and the offers they always had."""
    course, _ = ran(study_of(60.0, Direction.SYMMETRIC, by_work=False), "coordinated")
    assert course.telemetry.carried_kw.size == 0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), way=st.sampled_from([Direction.UP, Direction.SYMMETRIC]))
def test_any_signal_inside_the_band_of_energy_finds_work_and_store(
    seed: int, way: Direction
) -> None:
    """Any signal of an hour between the whole offer less and the whole offer more, called either way for hold_h at
    most: what work does not carry the store gives and takes beside its plan, within its power and energy."""
    study = study_of(60.0, way)
    course, _ = ran(study, "perfect-foresight")
    site, meters = study.fleet.sites[NORTH], meters_of(study, course, NORTH)
    battery, (product,) = site.battery, site.products
    assert battery is not None
    share = held_share(site, meters)[0]
    rng = np.random.default_rng(seed)
    step = int(rng.choice(np.flatnonzero((meters.offered_kw[0] > 1.0) & (share == 1.0))))
    less, more = (
        shared_out((product,), meters.offered_kw[:, [step]], meters.work_kw[w, [step]])[0, 0]
        for w in (0, 1)
    )
    given_kw = meters.discharge_kw[step] - meters.charge_kw[step]
    stored_kwh = min(meters.store_before_kwh[step], meters.store_kwh[step])
    brought_kwh = max(meters.store_before_kwh[step], meters.store_kwh[step])
    lasted_h = [0.0, 0.0]
    for signal in rng.uniform(-1.0 if way is Direction.SYMMETRIC else 0.0, 1.0, 900):
        called_h = abs(signal) * 4.0 / 3600.0
        if lasted_h[int(signal < 0.0)] + called_h > product.hold_h:
            continue
        lasted_h[int(signal < 0.0)] += called_h
        asked_kw = signal * meters.offered_kw[0, step]
        store_kw = asked_kw - np.clip(asked_kw, -abs(signal) * more, abs(signal) * less)
        assert (
            -battery.charge_max_kw - 1e-6 <= given_kw + store_kw <= battery.discharge_max_kw + 1e-6
        )
        stored_kwh -= max(store_kw, 0.0) * 4.0 / 3600.0 / battery.discharge_efficiency
        brought_kwh += max(-store_kw, 0.0) * 4.0 / 3600.0 * battery.charge_efficiency
        assert stored_kwh >= battery.energy_kwh * battery.soc_min - 1e-4
        assert brought_kwh <= battery.energy_kwh + 1e-4


def test_work_that_lacks_is_not_held_and_not_paid() -> None:
    """100 kW offered: 30 by work and 70 by a store of 70. Where 20 of the work are gone, 80 % is held."""
    study = study_of(60.0, Direction.UP)
    store = Battery(energy_kwh=400.0, charge_max_kw=70.0, discharge_max_kw=70.0, soc_min=0.0)
    site = replace(study.fleet.sites[NORTH], battery=store)
    flat = np.full(4, 500.0)
    meters = SiteMeters(
        import_kw=flat, export_kw=0.0 * flat, charge_kw=0.0 * flat, discharge_kw=0.0 * flat,
        store_before_kwh=0.4 * flat, store_kwh=0.4 * flat, import_max_kw=2.0 * flat,
        export_max_kw=0.0 * flat, hours=flat / 2000.0, offered_kw=np.full((1, 4), 100.0),
        block=np.zeros((1, 4), dtype=np.int64),
        work_kw=np.asarray([[30.0, 10.0, 10.0, 45.0], [0.0, 0.0, 0.0, 0.0]]),
    )  # fmt: skip
    np.testing.assert_allclose(held_share(site, meters)[0], [1.0, 0.8, 0.8, 1.0])
