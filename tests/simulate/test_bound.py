"""The bound of a course: no policy falls below it, and it is not far away."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gridtide.signals.signal import Kind
from gridtide.simulate.bound import bound_of
from gridtide.simulate.settlement import settle
from gridtide.simulate.study import Study
from gridtide.simulate.truth import truth_of
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

POLICIES = ("run-at-once", "coordinated", "perfect-foresight", "wait-awhile-interruptible")


def cost_of(study: Study, name: str) -> float:
    """Total cost of a policy."""
    return settle(study, truth_of(study), course_of(study, name), 0.0).total_cost


def paid_for_drawing(study: Study) -> Study:
    """The study with prices below nothing that turn every hour, jobs free to pause, no peak charged, no store."""
    series = tuple(
        replace(rows, values=np.where(rows.start_s // 3600 % 2 == 1, -100.0, -1.0))
        if rows.kind is Kind.PRICE
        else rows
        for rows in study.history.series
    )
    sites = tuple(
        replace(
            site,
            contract=replace(site.contract, demand_charge_per_kw_month=0.0),
            battery=None,
            supplies=(),
        )
        for site in study.fleet.sites
    )
    return replace(
        study,
        history=replace(study.history, series=series),
        fleet=replace(study.fleet, sites=sites),
        services=(),
        jobs=replace(study.jobs, interruptible=np.ones(len(study.jobs), dtype=np.bool_)),
    )


@settings(max_examples=6, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    crowd=st.sampled_from([10, 60]),
    negative=st.booleans(),
    delay_cost=st.sampled_from([0.0, 0.05]),
)
def test_no_policy_costs_less_than_the_bound(
    seed: int, crowd: int, negative: bool, delay_cost: float
) -> None:
    """Negative prices, waits that cost, crowded sites, foresight: all stay above it."""
    study = small_study(seed, hours=24, jobs=crowd, accelerators=32, negative_prices=negative)
    kinds = tuple(
        replace(kind, delay_cost_per_accelerator_h=delay_cost) for kind in study.jobs.classes
    )
    study = replace(study, jobs=replace(study.jobs, classes=kinds))
    bound = bound_of(study, truth_of(study))
    assert bound is not None
    for name in POLICIES:
        assert cost_of(study, name) >= bound - 1e-6 * abs(bound)


@settings(max_examples=3, deadline=None)
@example(seed=3, restart_s=600)
@given(seed=st.integers(0, 10_000), restart_s=st.sampled_from([0, 120, 600, 900]))
def test_the_bound_holds_where_every_hour_pays_for_drawing(seed: int, restart_s: int) -> None:
    """Pausing then earns: each restart draws power once more, and buildings may draw all they can."""
    study = paid_for_drawing(small_study(seed, hours=24, jobs=40, accelerators=256))
    jobs = replace(study.jobs, restart_s=np.full(len(study.jobs), restart_s))
    study = replace(study, jobs=jobs)
    bound = bound_of(study, truth_of(study))
    assert bound is not None
    for name in POLICIES:
        assert cost_of(study, name) >= bound - 1e-6 * abs(bound)


@pytest.mark.parametrize("clock", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_the_bound_holds_and_is_near_where_a_billing_month_turns(clock: str) -> None:
    """The first of March in UTC is the last of February in New York: two peaks are charged, and both are bounded."""
    study = small_study(2, hours=24, jobs=60)
    sites = tuple(
        replace(
            site,
            clock=clock,
            contract=replace(site.contract, demand_charge_per_kw_month=80.0),
        )
        for site in study.fleet.sites
    )
    study = replace(study, fleet=replace(study.fleet, sites=sites))
    bound = bound_of(study, truth_of(study))
    assert bound is not None
    assert bound <= cost_of(study, "coordinated") * (1.0 + 1e-6)
    assert bound <= cost_of(study, "perfect-foresight") * (1.0 + 1e-6) <= 1.2 * bound


def test_perfect_foresight_comes_near_the_bound() -> None:
    """On a day of a small fleet the best known course lies within a tenth of the bound."""
    study = small_study(2, hours=24, jobs=60)
    bound = bound_of(study, truth_of(study))
    assert bound is not None
    assert cost_of(study, "perfect-foresight") <= 1.1 * bound
