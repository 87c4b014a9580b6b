"""What a change is worth, and what a promise costs, to somebody who knows everything."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.decide import vertex
from gridtide.decide.bound import best_course
from gridtide.decide.situation import Situation
from gridtide.fleet.site import Site
from gridtide.simulate.bound import bound_of, known_course
from gridtide.simulate.changes import Kind
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.simulate.worth import Differences, PromiseCost, Saving, Worths, worths_of
from gridtide.testing.studies import small_study

STUDY = small_study(2, hours=24, jobs=60, accelerators=48)
NEAR = 1e-6
FREEDOMS = {
    Kind.DEADLINE,
    Kind.SLACK,
    Kind.LATENCY,
    Kind.RESERVE,
    Kind.RAMP,
    Kind.DEMAND_CHARGE,
    Kind.EXPORT,
    Kind.CALL,
}
"""Whoever is given more of these has every course he had before."""


@cache
def found() -> Worths:
    """What changes are worth on a day of a small fleet."""
    return worths_of(STUDY, truth_of(STUDY), lambda what: None, top=3)


def amount(saving: Saving) -> float:
    """The middle of a saving that was found."""
    assert saving.least is not None
    assert saving.most is not None
    assert saving.least <= saving.most + NEAR * abs(saving.most)
    return (saving.least + saving.most) / 2.0


def differences(cost: PromiseCost) -> Differences:
    """What was found by solving again."""
    assert cost.differences is not None
    return cost.differences


def test_freedom_never_costs() -> None:
    """Slack, import, stores, supply, no ramp rule and no demand charge only ever save; less of them never does."""
    best = found().best
    assert best is not None
    tolerance = NEAR * abs(best.cost)
    seen = set()
    for worth in found().changes:
        saved = amount(worth.saving)
        sized = worth.kind in (Kind.IMPORT, Kind.BATTERY, Kind.SUPPLY)
        if worth.kind in FREEDOMS or (sized and worth.step > 0):
            assert saved >= -tolerance, worth.what
        elif sized:
            assert saved <= tolerance, worth.what
        seen.add(worth.kind)
    assert seen >= {Kind.SLACK, Kind.IMPORT, Kind.BATTERY, Kind.SUPPLY, Kind.WORK, Kind.SERVICE}


def test_a_class_of_promises_left_out_never_costs() -> None:
    """Where no power is paid for, work and requests that nobody asks for save what they cost; deadlines less."""
    saved = {(worth.kind, worth.subject): amount(worth.saving) for worth in found().changes}
    for kind in STUDY.jobs.classes:
        assert saved[Kind.WORK, kind.name] > 0
        assert saved[Kind.WORK, kind.name] >= saved[Kind.DEADLINE, kind.name] - NEAR
        assert saved[Kind.DEADLINE, kind.name] >= saved[Kind.SLACK, kind.name] - NEAR
    assert saved[Kind.SERVICE, "chat"] > 0


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), crowd=st.sampled_from([8, 40]), negative=st.booleans())
def test_a_promise_costs_at_its_price_what_lies_between_without_it_and_one_more(
    seed: int, crowd: int, negative: bool
) -> None:
    """Costs are convex: leaving it out saves no more than its price, one more like it costs no less."""
    study = small_study(seed, hours=24, jobs=crowd, accelerators=32, negative_prices=negative)
    worths = worths_of(study, truth_of(study), lambda what: None, top=2)
    assert worths.best is not None
    tolerance = NEAR * (1.0 + abs(worths.best.cost))
    assert len(worths.promises.dearest) == 2
    for cost in worths.promises.dearest:
        found = differences(cost)
        assert amount(found.without) <= cost.by_price + tolerance
        assert cost.by_price <= -amount(found.again) + tolerance
        assert amount(found.without) <= cost.at_most + tolerance
        if not negative:
            assert amount(found.without) >= -tolerance
        if found.hour is not None:
            assert amount(found.hour) >= -tolerance


def test_no_other_promise_costs_more_than_is_said() -> None:
    """Any job that is not listed, solved for on its own place in the list, stays below the proved limit."""
    limit = found().promises.others_at_most
    assert limit is not None
    all_of_them = worths_of(STUDY, truth_of(STUDY), lambda what: None, top=60).promises
    assert len(all_of_them.dearest) == all_of_them.of
    assert all_of_them.others_at_most is None
    listed = {cost.name for cost in found().promises.dearest}
    others = [
        amount(differences(cost).without) for cost in all_of_them.dearest if cost.name not in listed
    ]
    assert max(others) <= 1.05 * limit


def test_the_best_course_with_limits_costs_no_less_than_the_bound() -> None:
    """Limits lifted can only lower it."""
    bound, best = bound_of(STUDY, truth_of(STUDY)), found().best
    assert bound is not None
    assert best is not None
    assert best.cost >= bound - NEAR * abs(bound)


def test_a_battery_that_is_never_used_is_worth_nothing_more_or_less() -> None:
    """Where wear costs more than prices differ: a tenth more ties up no energy, a tenth less frees none."""
    sites = tuple(
        replace(site, battery=replace(site.battery, wear_cost_per_kwh=10.0, soc_start=0.05))
        if site.battery
        else site
        for site in STUDY.fleet.sites
    )
    idle = replace(STUDY, fleet=replace(STUDY.fleet, sites=sites))
    worths = worths_of(idle, truth_of(idle), lambda what: None, top=0)
    resized = [one for one in worths.changes if one.kind is Kind.BATTERY and "no " not in one.what]
    assert len(resized) == 2
    for worth in resized:
        assert amount(worth.saving) == pytest.approx(0.0, abs=1e-6)


def test_where_no_vertex_is_kept_promises_are_told_by_price(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Too large a program: changes are solved by shape, within its gap; promises have their limit and no difference."""
    monkeypatch.setattr(vertex, "VERTEX_COLUMNS", 100)
    large = worths_of(STUDY, truth_of(STUDY), lambda what: None, top=3)
    assert large.best is not None
    exact = {worth.what: amount(worth.saving) for worth in found().changes}
    for worth in large.changes:
        least, most = worth.saving.least, worth.saving.most
        assert least is not None and most is not None
        near = 1e-4 * abs(large.best.cost)
        assert least - near <= exact[worth.what] <= most + near
    assert [cost.differences for cost in large.promises.dearest] == [None] * 3
    limits = [cost.at_most for cost in large.promises.dearest]
    assert limits == sorted(limits, reverse=True)
    assert large.promises.others_at_most is not None
    assert large.promises.others_at_most <= limits[-1]


def limited(study: Study, *limits_kw: float) -> Study:
    """A study whose sites may import no more than this."""
    sites: list[Site] = [
        replace(site, contract=replace(site.contract, import_max_kw=limit))
        for site, limit in zip(study.fleet.sites, limits_kw, strict=True)
    ]
    return replace(study, fleet=replace(study.fleet, sites=tuple(sites)))


def course(study: Study) -> Situation:
    """The whole course of a study."""
    return known_course(study, truth_of(study))


def test_a_limit_that_binds_is_worth_something() -> None:
    """With half the import of a day's need, a little more of it saves money."""
    loose = best_course(course(STUDY), STUDY.objective)
    bound = best_course(course(limited(STUDY, 55.0, 1e6)), STUDY.objective)
    assert loose is not None
    assert bound is not None
    assert bound.cost > loose.cost


def test_power_that_cannot_be_had_is_no_course() -> None:
    """A site that may draw less than its parked machines do has no best course, whatever a kWh is said to cost."""
    assert best_course(course(limited(STUDY, 1.0, 1e6)), STUDY.objective) is None
    worths = worths_of(limited(STUDY, 1.0, 1e6), truth_of(STUDY), lambda what: None)
    assert worths.best is None
    assert worths.changes == ()


@pytest.mark.parametrize("jobs", [0, 1])
def test_a_course_of_hardly_any_work_is_answered(jobs: int) -> None:
    """No job has no promise to list; one job has one, and no other beside it."""
    study = small_study(4, hours=24, jobs=jobs, accelerators=16)
    worths = worths_of(study, truth_of(study), lambda what: None)
    assert worths.best is not None
    assert worths.promises.of == jobs
    assert len(worths.promises.dearest) == jobs
    assert worths.promises.others_at_most is None
    assert np.isfinite(worths.best.cost)
