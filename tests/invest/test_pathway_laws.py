"""What holds of every course of the long run, whatever drives it."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.case.pathway import outlook
from gridtide.digest import digest
from gridtide.invest.pathway.assumptions import Drivers
from gridtide.invest.pathway.calibration import Calibrated, calibrated
from gridtide.invest.pathway.claims import required
from gridtide.invest.pathway.coordination import cost_of_moving, flexible_share, paying
from gridtide.invest.pathway.course import CHIPS, GRID, course_of
from gridtide.invest.pathway.fan import (
    ASSUMPTIONS,
    Prior,
    at_level,
    drawn,
    quantiles,
    rank_correlations,
    samples,
)
from gridtide.invest.pathway.outlook import Outlook
from gridtide.invest.pathway.worth import scarcity, worth_of

FEW = settings(max_examples=25, deadline=None)


@cache
def read() -> Outlook:
    """The bundled file."""
    return outlook()


@cache
def known() -> Calibrated:
    """Its newest anchors."""
    return calibrated(read().editions["2026"], read().base.drivers)


@cache
def courses(seed: int = 3, draws: int = 40) -> Drivers:
    """Courses that differ in everything a fan draws."""
    return drawn(read().base.drivers, read().priors, samples(read().priors, draws, seed))


@FEW
@given(more=st.floats(1.01, 1.5), seed=st.integers(0, 50))
def test_a_joule_that_does_more_lowers_demand_where_nothing_is_taken_back(
    more: float, seed: int
) -> None:
    """Without rebound, in no year and no region more."""
    drivers = replace(courses(seed), rebound=np.zeros(40))
    better = replace(
        drivers,
        process_gain=drivers.process_gain * more,
        architecture_gain=drivers.architecture_gain * more,
        plain_gain=drivers.plain_gain * more,
    )
    before, after = course_of(drivers, known()).wanted_twh, course_of(better, known()).wanted_twh
    assert (after <= before * (1.0 + 1e-12)).all()
    assert (after[:, -1] < before[:, -1]).all()


@FEW
@given(share=st.floats(0.0, 0.9), more=st.floats(0.05, 1.0), seed=st.integers(0, 50))
def test_what_is_taken_back_raises_demand_as_a_joule_does_more(
    share: float, more: float, seed: int
) -> None:
    """A rebound never lowers demand where a joule does more each year than in the reference."""
    drivers = courses(seed)
    quick = replace(
        drivers,
        process_gain=np.full(40, 0.5),
        process_most=np.full(40, 1e6),
        plain_gain=np.full(40, 0.2),
        plain_most=np.full(40, 1e4),
        special_share=np.zeros(40),
    )
    less = course_of(replace(quick, rebound=np.full(40, share)), known()).wanted_twh
    taken = course_of(replace(quick, rebound=np.full(40, share + more)), known()).wanted_twh
    assert (taken >= less * (1.0 - 1e-12)).all()


@FEW
@given(factor=st.floats(1.0, 4.0), seed=st.integers(0, 50))
def test_more_chips_never_lower_what_any_region_draws(factor: float, seed: int) -> None:
    """And limits never raise it above what is wanted."""
    scarce = replace(courses(seed), chips_per_year=courses(seed).chips_per_year * 0.5)
    more = replace(scarce, chips_per_year=scarce.chips_per_year * factor)
    before, after = course_of(scarce, known()), course_of(more, known())
    assert (after.electricity_twh >= before.electricity_twh * (1.0 - 1e-9)).all()
    assert (after.drawn_twh <= after.wanted_twh * (1.0 + 1e-9)).all()


@FEW
@given(factor=st.floats(1.0, 4.0), seed=st.integers(0, 50))
def test_more_grid_never_lowers_what_a_region_draws_while_chips_last(
    factor: float, seed: int
) -> None:
    """Where chips are short, one region's grid takes chips from another; so they are plenty here."""
    narrow = replace(
        courses(seed),
        chips_per_year=np.full_like(courses(seed).chips_per_year, 1e12),
        grid_gw_per_year=courses(seed).grid_gw_per_year * 0.3,
    )
    wider = replace(narrow, grid_gw_per_year=narrow.grid_gw_per_year * factor)
    before, after = course_of(narrow, known()), course_of(wider, known())
    assert (after.electricity_twh >= before.electricity_twh * (1.0 - 1e-9)).all()


def test_limits_hold() -> None:
    """No year fits more accelerators than chips are made, no grid carries more than it has connected."""
    drivers = replace(
        courses(),
        chips_per_year=courses().chips_per_year * 0.6,
        grid_gw_per_year=courses().grid_gw_per_year * 0.4,
    )
    course = course_of(drivers, known())
    past = known().past
    made = course.accelerators_added[:, past:].sum(axis=2)
    assert (made <= drivers.chips_per_year[:, past:] * (1.0 + 1e-9)).all()
    mean_gw = course.electricity_twh / 8.76
    came = np.cumsum(drivers.grid_gw_per_year[:, past:], axis=1)
    assert (mean_gw[:, past:] <= (mean_gw[:, past - 1 : past] + came) * (1.0 + 1e-9)).all()
    assert {CHIPS, GRID} <= set(np.unique(course.held_by))


def test_quantiles_are_ordered_and_the_same_seed_gives_the_same_bytes() -> None:
    """Another seed gives others."""
    first = course_of(courses(7, 60), known())
    found = quantiles(first.electricity_twh)
    assert (np.diff(found, axis=0) >= 0.0).all()
    again = drawn(read().base.drivers, read().priors, samples(read().priors, 60, 7))
    assert digest(course_of(again, known())) == digest(first)
    assert digest(course_of(courses(8, 60), known())) != digest(first)
    world = first.electricity_twh.sum(axis=2)
    assert found[2, :, -1] == pytest.approx(np.median(world, axis=0))


def test_draws_are_those_of_the_triangle() -> None:
    """Mean (low + mode + high) / 3 of a triangle; below its mode lies (mode - low) / (high - low) of its weight."""
    prior = Prior(
        name="rebound", logarithmic=False, low=0.0, mode=1.0, high=4.0, mark="assumed", source="-"
    )
    (values,) = samples([prior], 4000, 1)
    assert values.mean() == pytest.approx(5.0 / 3.0, abs=1e-3)
    assert (values < 1.0).mean() == pytest.approx(0.25, abs=1e-3)
    curved = replace(prior, logarithmic=True, low=1.0, mode=10.0, high=1000.0)
    ends = at_level(curved, np.array([0.0, 1.0 / 3.0, 1.0]))
    assert ends == pytest.approx([1.0, 10.0, 1000.0])


def test_rank_correlation_tells_what_rises_together() -> None:
    """1 for what rises with it however bent, -1 for what falls, by hand 0.5 for 1, 3, 2."""
    outcome = np.array([1.0, 2.0, 3.0])
    values = np.array([[1.0, 8.0, 27.0], [3.0, 2.0, 0.0], [1.0, 3.0, 2.0]])
    assert rank_correlations(values, outcome) == pytest.approx([1.0, -1.0, 0.5])


def test_every_prior_changes_what_it_says() -> None:
    """Each assumption at its two ends gives two courses, but for the share of training, which moves within them."""
    assert {one.name for one in read().priors} == set(ASSUMPTIONS)
    base = read().base.drivers
    for prior in read().priors:
        known_chips = [one for one in read().priors if one.name.startswith("specialised")]
        others = [one for one in known_chips if one.name != prior.name]
        chosen = [*others, prior]
        values = np.array([[one.mode] * 2 for one in others] + [[prior.low, prior.high]])
        scarce = replace(base, chips_per_year=base.chips_per_year * 0.4)
        scarce = replace(scarce, grid_gw_per_year=scarce.grid_gw_per_year * 0.4)
        course = course_of(drawn(scarce, chosen, values), known())
        assert not np.array_equal(course.drawn_twh[0], course.drawn_twh[1]), prior.name


def test_a_price_stands_only_on_what_holds_demand_back() -> None:
    """Beside the integral of what more accelerators would be worth: the slope of benefit less cost at the limit."""
    scenario = next(one for one in read().scenarios if one.name == "high")
    drivers = replace(scenario.drivers, grid_gw_per_year=scenario.drivers.grid_gw_per_year * 0.5)
    tight = replace(scenario, drivers=drivers)
    course = course_of(drivers, known())
    worth = worth_of(tight, course, 4.0)
    held = course.held_by[0]
    assert ((worth.power_per_kw_year > 0.0) == (held == GRID)).all()
    assert ((worth.chip_per_year > 0.0) == (held == CHIPS)).all()
    year, region = np.argwhere(held == GRID)[0]
    costs, at = tight.costs, (0, int(year), int(region))
    kw, used_h = drivers.accelerator_kw[0, year], 8760.0 * drivers.accelerator_use[0]
    cost = costs.compute_per_accelerator_h[year] + costs.price_per_mwh[year] / 1000.0 * kw
    wanted = course.wanted_twh[at][:2].sum() / (kw * used_h * 1e-9)
    there = course.accelerators[at]

    def gain(many: float) -> float:
        grid = np.linspace(0.5 * there, many, 200_001)
        price = cost * (wanted / grid) ** (1.0 / costs.elasticity)
        return float(np.trapezoid(price - cost, grid) * used_h)

    step = 1e-4 * there
    slope_per_kw = (gain(there + step) - gain(there - step)) / (2.0 * step * kw)
    assert worth.power_per_kw_year[year, region] == pytest.approx(slope_per_kw, rel=1e-3)
    assert (scarcity(course, 1.0) >= 1.0).all()


def test_moving_work_costs_what_the_reference_says() -> None:
    """Two dollars an accelerator-hour at 1.4 kW, all of it lost: 1,428.6 per MWh less the price of its energy."""
    work = replace(
        read().classes[0],
        lost_share=1.0,
        restart_h=0.0,
        delay_cost_per_mwh=0.0,
        value_per_kw_h=None,
    )
    found = cost_of_moving(work, np.array([2.0]), np.array([1.4]), np.array([50.0]))
    assert found[0] + 50.0 == pytest.approx(1428.6, abs=0.05)
    kept = replace(work, lost_share=0.0, restart_h=0.5, shift_h=2.0, delay_cost_per_mwh=7.0)
    found = cost_of_moving(kept, np.array([2.0]), np.array([1.4]), np.array([50.0]))
    assert found[0] == pytest.approx(0.25 * 1428.5714 + 7.0, abs=1e-3)


def test_work_pays_to_move_no_later_where_it_also_makes_room() -> None:
    """And what can move is between nothing and all."""
    scenario = next(one for one in read().scenarios if one.name == "high")
    course = course_of(scenario.drivers, known())
    found = paying(scenario, worth_of(scenario, course, 4.0), read().classes, 40.0)
    for one in found:
        for region in range(5):
            by_room = one.pays_when_called_from(region)
            if one.pays_from is not None:
                assert by_room is not None and by_room <= one.pays_from
    share = flexible_share(course, read().classes)
    assert ((share > 0.0) & (share < 1.0)).all()


def test_a_statement_beyond_the_fan_is_said_to_be() -> None:
    """Its percentile is the share of courses below; 0 needs nothing."""
    fan = course_of(courses(), known())
    base = read().base
    course = course_of(base.drivers, known())
    claim = replace(read().claims[0], low_share=0.0001, high_share=0.9)
    found = required(claim, read().society, base, course, fan)
    assert found.percentile == (0.0, 1.0)
    assert found.growth[0] < 0.0 < found.growth[1]
    at_2040 = fan.electricity_twh[:, 16].sum(axis=1)
    middle = replace(claim, low_share=float(np.median(at_2040)) / (27_700.0 * 1.025**16))
    found = required(replace(middle, high_share=0.9), read().society, base, course, fan)
    assert found.percentile[0] == pytest.approx(0.5, abs=0.03)
