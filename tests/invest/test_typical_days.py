"""Typical days stand for real ones: weights, extremes, links of stores; the same answer where nothing is left out."""

from dataclasses import replace

import numpy as np
import pytest

from gridtide.decide.program import solve
from gridtide.invest.campus import Agreement, Campus, Circuit
from gridtide.invest.pareto import least_cost
from gridtide.invest.size import written
from gridtide.invest.sizing import sizing_of
from gridtide.invest.targets import Targets
from gridtide.invest.typical import over_typical, typical_days
from gridtide.testing.instances.campus_year import campus_year


def test_every_day_is_stood_for_and_means_are_kept() -> None:
    """Weights add up to the year; sun and wind make what they make over all hours; the same seed, the same days."""
    campus = campus_year(40 * 24)
    days = typical_days(campus, 10, 7)
    assert len(days.chosen) == len(set(days.chosen.tolist())) == 10
    assert len(days.chain) == 40 and set(days.chain.tolist()) == set(range(10))
    thin = over_typical(campus, days)
    assert thin.hours.weight.sum() == pytest.approx(8760.0)
    for whole, part in zip(campus.options, thin.options, strict=True):
        if len(whole.share):
            made = float(part.share @ thin.hours.weight)
            assert made == pytest.approx(float(whole.share @ campus.hours.weight), rel=2e-2)
    again = typical_days(campus, 10, 7)
    assert (again.chosen == days.chosen).all() and (again.chain == days.chain).all()


def test_agreements_keep_the_mean_of_their_plants_too() -> None:
    """A plant elsewhere with the wind of the place is scaled as the place's own."""
    campus = campus_year(40 * 24)
    wind = next(one for one in campus.options if one.technology.name == "wind")
    agreed = Agreement(name="ppa", share=wind.share, price_per_mwh=50.0, most_kw=1000.0)
    thin = over_typical(replace(campus, agreements=(agreed,)), typical_days(campus, 10, 7))
    own = next(one for one in thin.options if one.technology.name == "wind")
    assert thin.agreements[0].share.tolist() == own.share.tolist()


def test_the_extreme_days_are_kept_and_stand_for_themselves() -> None:
    """The dearest day, and the one with the least sun, wind and water, are among them, once each."""
    campus = campus_year(40 * 24)
    assert campus.grid is not None
    days = typical_days(campus, 12, 0)
    price = campus.grid.buy_per_mwh.reshape(-1, 24).mean(axis=1)
    assert int(price.argmax()) in days.chosen
    place = days.chosen.tolist().index(int(price.argmax()))
    assert (days.chain == place).sum() == 1


@pytest.mark.parametrize("names", [("solar", "wind", "battery"), ("solar", "wind", "hydrogen")])
def test_as_many_days_as_there_are_cost_what_all_hours_cost(names: tuple[str, ...]) -> None:
    """Nothing is left out then: stores that carry on from day to day do what they do over all hours."""
    campus = campus_year(8 * 24, names=names, waiting_share=0.0)
    campus = replace(
        campus, grid=None if campus.grid is None else replace(campus.grid, circuits=_small(campus))
    )
    thin = over_typical(campus, typical_days(campus, 8, 0))
    costs = [
        solve(written(one, Targets(hourly_clean_share=0.9)).matrix, "simplex").objective
        for one in (campus, thin)
    ]
    assert costs[1] == pytest.approx(costs[0], rel=1e-6)


def _small(campus: Campus) -> tuple[Circuit, ...]:
    assert campus.grid is not None
    return tuple(replace(one, import_max_kw=12_000.0) for one in campus.grid.circuits)


def test_work_does_not_wait_into_the_next_typical_day() -> None:
    """What came in a day is done in it."""
    campus = campus_year(10 * 24, names=("solar", "wind"))
    thin = over_typical(campus, typical_days(campus, 4, 0))
    program = written(thin)
    sizing = sizing_of(program, solve(program.matrix, "simplex"))
    came = thin.waiting[0].arrives_kw.reshape(-1, 24).sum(axis=1)
    np.testing.assert_allclose(sizing.waiting_kw[0].reshape(-1, 24).sum(axis=1), came, rtol=1e-6)
    assert least_cost(thin, Targets()).cost >= least_cost(campus, Targets()).cost * 0.5
