"""What a course offers the grid it holds, is paid for, and no policy does better than the bound."""

from dataclasses import replace
from datetime import timedelta
from functools import cache

import numpy as np
import pytest

from gridtide.decide.bound import best_of
from gridtide.decide.relaxed import program_of, relaxed_course
from gridtide.decide.solving import solution_of
from gridtide.fleet.product import Direction
from gridtide.signals.history import add
from gridtide.signals.signal import Kind as SignalKind
from gridtide.signals.signal import Signal
from gridtide.simulate.bound import bound_of, known_course
from gridtide.simulate.capacity import REVENUE, meters_of
from gridtide.simulate.changes import Kind, changes_of
from gridtide.simulate.course import Course, run_course
from gridtide.simulate.policies import policy_named
from gridtide.simulate.settlement import Settlement, settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.offering import capacity_product, offering
from gridtide.testing.studies import small_study
from gridtide.timeline import regular

NORTH = 1
POLICIES = ("run-at-once", "coordinated", "perfect-foresight")


@cache
def study_of(price_per_mw_h: float, direction: Direction, battery_kw: float = 8.0) -> Study:
    """Two small sites for two days, of which the north may offer what a small store gives."""
    study = small_study(1, hours=48, jobs=30)
    product = capacity_product(price_per_mw_h, direction=direction)
    sites = tuple(
        replace(
            site,
            battery=replace(site.battery, charge_max_kw=battery_kw, discharge_max_kw=battery_kw),
        )
        if site.battery
        else site
        for site in study.fleet.sites
    )
    return replace(study, fleet=offering(replace(study.fleet, sites=sites), product))


@cache
def ran(study: Study, name: str) -> tuple[Course, Settlement]:
    """A policy through a study, settled."""
    policy, forecaster, knowing = policy_named(name, study)
    truth = truth_of(study)
    course = run_course(knowing, truth, policy, forecaster, MemoryStore(), lambda *_: None)
    return course, settle(study, truth, course, 0.0)


@pytest.mark.parametrize("direction", list(Direction))
@pytest.mark.parametrize("policy", POLICIES[1:])
def test_what_is_offered_is_held(policy: str, direction: Direction) -> None:
    """Power, energy and room are there in every step of every offer, by what the meters say."""
    course, settled = ran(study_of(40.0, direction), policy)
    ((site, capacity),) = settled.capacity
    assert site == "north" and capacity.offered_kw_h > 50.0
    assert capacity.not_held_kw_h == 0.0
    assert dict(settled.parts)[REVENUE] == pytest.approx(-capacity.offered_kw_h * 0.04)
    assert course.offered_kw.max() <= 8.0 + 1e-9


def test_energy_of_calls_is_paid_at_the_price_of_the_contract_and_bounded_all_the_same() -> None:
    """Revenue is that of the shares, step by step; no policy costs less than the bound."""
    plain = study_of(60.0, Direction.SYMMETRIC)
    product = replace(
        capacity_product(60.0), offered_max_kw=8.0, called_up_share=0.2, called_down_share=0.3
    )
    study = replace(plain, fleet=offering(plain.fleet, product))
    truth = truth_of(study)
    battery = study.fleet.sites[NORTH].battery
    assert battery is not None
    bought, given = product.bought_and_given(
        battery.charge_efficiency, battery.discharge_efficiency
    )
    worth = 60.0 - bought * truth.price_per_mwh[NORTH] - 1000.0 * given * battery.wear_cost_per_kwh
    assert truth.capacity_price_per_mw_h[0] == pytest.approx(worth)
    bound = bound_of(study, truth)
    assert bound is not None
    for policy in POLICIES:
        course, settled = ran(study, policy)
        assert bound <= settled.total_cost + 1e-6
        revenue = float((worth * course.offered_kw[0] * study.timeline.hours).sum()) / 1000.0
        assert dict(settled.parts)[REVENUE] == pytest.approx(-revenue)


@pytest.mark.parametrize("direction", list(Direction))
def test_no_policy_costs_less_than_the_bound(direction: Direction) -> None:
    """Revenue taken off."""
    study = study_of(40.0, direction)
    bound = bound_of(study, truth_of(study))
    assert bound is not None
    for policy in POLICIES:
        assert bound <= ran(study, policy)[1].total_cost + 1e-6


def test_what_an_offer_is_worth_is_no_ramp_that_is_passed() -> None:
    """The best course counts revenue as revenue, and is worth less without the product."""
    study = study_of(40.0, Direction.UP)
    course = relaxed_course(known_course(study, truth_of(study)), study.objective)
    best = best_of(program_of(course), solution_of(program_of(course).matrix))
    assert best is not None and best.steep_cost == 0.0
    (change,) = [one for one in changes_of(course) if one.kind is Kind.OFFER]
    without = program_of(change.changed())
    found = best_of(without, solution_of(without.matrix))
    assert found is not None and found.lower_bound > best.cost


def test_offers_earn_what_they_take_from_the_store_and_more() -> None:
    """Foresight with a product costs no more than without; nobody who plans nothing offers anything."""
    with_offers, without = study_of(40.0, Direction.SYMMETRIC), study_of(0.0, Direction.SYMMETRIC)
    costs = [ran(study, "perfect-foresight")[1].total_cost for study in (with_offers, without)]
    assert costs[0] < costs[1]
    assert ran(with_offers, "run-at-once")[1].capacity[0][1].offered_kw_h == 0.0


def test_a_price_that_is_a_series_is_followed_and_paid() -> None:
    """Twice the price in every other block of six hours: more is offered there, and each hour is paid at its own."""
    study = study_of(40.0, Direction.SYMMETRIC)
    steps = regular(study.timeline.start - timedelta(days=2), timedelta(hours=1), 24 * 5)
    price = np.where(np.arange(len(steps)) % 12 < 6, 1.0, 60.0)
    series = Signal(
        kind=SignalKind.CAPACITY_PRICE, zone="CAP", timeline=steps, values=price, currency="EUR", source="made up",
        issued_at=steps.start,
    )  # fmt: skip
    product = replace(capacity_product(), price_per_mw_h=None, price_zone="CAP")
    priced = replace(
        study,
        fleet=offering(study.fleet, product),
        history=add(study.history, [series]),
    )
    course, settled = ran(priced, "coordinated")
    dear = truth_of(priced).capacity_price_per_mw_h[0] > 30.0
    offered_kw = course.offered_kw[0]
    assert offered_kw[dear].mean() > offered_kw[~dear].mean()
    earned = (offered_kw * np.where(dear, 60.0, 1.0)).sum() * 0.25 / 1000.0
    assert settled.capacity[0][1].revenue == pytest.approx(earned)


def test_a_store_that_works_beside_its_offers_stays_within_bounds() -> None:
    """Energy balances at the meter and in the store of a site that offers."""
    study = study_of(40.0, Direction.SYMMETRIC)
    course, _ = ran(study, "coordinated")
    seen, battery = meters_of(study, course, NORTH), study.fleet.sites[NORTH].battery
    assert battery is not None
    went_in = battery.charge_efficiency * seen.charge_kw * seen.hours
    came_out = seen.discharge_kw * seen.hours / battery.discharge_efficiency
    np.testing.assert_allclose(seen.store_kwh, seen.store_before_kwh + went_in - came_out)
    assert seen.store_kwh.min() >= battery.soc_min * battery.energy_kwh - 1e-9
    meters = course.telemetry
    needed = meters.facility_kw[NORTH] - meters.supply_kw[NORTH] + meters.unused_supply_kw[NORTH]
    np.testing.assert_allclose(
        seen.import_kw - seen.export_kw, needed + seen.charge_kw - seen.discharge_kw, atol=1e-9
    )


@pytest.mark.parametrize("direction", list(Direction))
def test_what_is_offered_through_a_telescope_is_held(direction: Direction) -> None:
    """The twin keeps what stands: due blocks come from fine steps, later ones change until they are due."""
    study = study_of(40.0, direction)
    fine_h = study.cadence.replan_h + 2.0
    spans = ((round(4 * fine_h), 900), (8, 3600), (6, 4 * 3600))
    study = replace(study, cadence=replace(study.cadence, telescope=spans))
    course, settled = ran(study, "coordinated")
    _, regular = ran(study_of(40.0, direction), "coordinated")
    ((_, capacity),), ((_, fine),) = settled.capacity, regular.capacity
    assert capacity.not_held_kw_h == 0.0 and settled.promises.missed_deadlines == 0
    assert capacity.offered_kw_h > 0.5 * fine.offered_kw_h
    bound = bound_of(study, truth_of(study))
    assert bound is not None and bound <= settled.total_cost + 1e-6
    assert course.certificates[0].lower_bound <= course.certificates[0].cost
