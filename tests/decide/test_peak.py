"""The part of a month's demand charge that a plan is asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridtide.decide.facts import facts_of, held_of
from gridtide.decide.peak import NEVER_S, DemandPeriods, demand_periods, next_month_s
from gridtide.decide.planners.coordinated import written
from gridtide.decide.program import matrix_of, solve
from gridtide.decide.situation import Situation
from gridtide.decide.solving import solution_of
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.timeline import epoch_s, regular

CHARGE = 5.0 * OBJECTIVE.demand_charge_share
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def seen(as_of: datetime, hours: int) -> Situation:
    """A situation at an instant that looks some hours ahead."""
    one = next(iter(situations()))
    return replace(one, as_of=as_of, horizon=regular(as_of, timedelta(hours=1), hours))


@pytest.mark.parametrize(("day", "part"), [(0, 0.1), (4, 0.5), (9, 1.0)])
def test_a_plan_is_asked_for_the_days_up_to_its_end(day: int, part: float) -> None:
    """Ten days are settled, a plan sees one: the first is asked for a tenth, the last for all."""
    period = replace(OBJECTIVE, begins=MONDAY, ends=MONDAY + timedelta(days=10))
    prices = demand_periods(seen(MONDAY + timedelta(days=day), 24), period).price_per_kw[:, 0]
    assert prices == pytest.approx(part * CHARGE)


def test_the_month_is_that_of_the_clock_of_the_site() -> None:
    """30 March, 00:00 in Berlin, by then on summer time: with 12 hours 29.5 of 31 days less an hour are told."""
    as_of = datetime(2026, 3, 29, 22, tzinfo=UTC)
    told = (29 * 24 - 1 + 12) / (31 * 24 - 1)
    assert demand_periods(seen(as_of, 12), OBJECTIVE).price_per_kw[:, 0] == pytest.approx(
        told * CHARGE
    )


def test_what_comes_after_the_period_is_not_asked_for_twice() -> None:
    """A horizon beyond the end of the period carries the whole charge, not more."""
    period = replace(OBJECTIVE, begins=MONDAY, ends=MONDAY + timedelta(hours=20))
    assert demand_periods(seen(MONDAY, 24), period).price_per_kw[:, 0] == pytest.approx(CHARGE)


def new_year(hours: int = 12) -> Situation:
    """A situation of which half the horizon lies in the next billing month; 900 kW were drawn in the first."""
    one = next(iter(situations()))
    as_of = datetime(2026, 3, 31, 22, tzinfo=UTC) - timedelta(hours=hours // 2)
    state = replace(one.state, peak_import_kw=np.full(len(one.fleet.sites), 900.0))
    return replace(one, as_of=as_of, horizon=regular(as_of, timedelta(hours=1), hours), state=state)


def test_each_month_pays_its_own_peak() -> None:
    """What was drawn before counts for the month under way alone; each month's peak lies among its steps."""
    months = demand_periods(new_year(), OBJECTIVE)
    sites = len(months.known_kw)
    assert months.of_step.tolist() == [[0] * 6 + [1] * 6] * sites
    draw_kw = np.tile(np.arange(12.0) * 100.0, (sites, 1))
    assert months.peaks_kw(draw_kw).tolist() == [[900.0, 1100.0]] * sites
    first, second = CHARGE, CHARGE * 6 / (30 * 24)
    assert months.charge(draw_kw) == pytest.approx(sites * (900.0 * first + 1100.0 * second))


def test_a_month_after_what_is_added_up_counts_nothing() -> None:
    """The objective ends with the month; the horizon looks beyond."""
    ends = datetime(2026, 3, 31, 22, tzinfo=UTC)
    months = demand_periods(new_year(), replace(OBJECTIVE, begins=MONDAY, ends=ends))
    assert months.price_per_kw == pytest.approx(np.tile([CHARGE, 0.0], (len(months.known_kw), 1)))


def test_months_turn_by_the_clock_of_each_site_that_pays_for_its_peak() -> None:
    """In Berlin two hours before the month ends in UTC; without a demand charge no month matters."""
    fleet = next(iter(situations())).fleet
    turn = datetime(2026, 3, 31, 22, tzinfo=UTC)
    assert next_month_s(fleet, turn - timedelta(seconds=1)) == epoch_s(turn)
    assert next_month_s(fleet, turn) == epoch_s(datetime(2026, 4, 30, 22, tzinfo=UTC))
    free = replace(
        fleet,
        sites=tuple(
            replace(site, contract=replace(site.contract, demand_charge_per_kw_month=0.0))
            for site in fleet.sites
        ),
    )
    assert next_month_s(free, turn) == NEVER_S


@pytest.mark.parametrize("first", [1, 2, 40, 94, 95])
def test_a_plan_over_two_months_is_the_same_by_shape_and_by_simplex(first: int) -> None:
    """However short the end of a month is, and the cost holds the charge of both."""
    one = next(iter(situations()))
    later = np.arange(len(one.horizon)) >= first
    months = np.tile(later.astype(np.int64), (len(one.fleet.sites), 1))
    facts = facts_of(one, OBJECTIVE, held_of(one, OBJECTIVE))
    charged = DemandPeriods(
        of_step=months,
        price_per_kw=np.tile([0.4, 0.3], (len(months), 1)),
        known_kw=np.zeros((len(months), 2)),
    )
    program, columns, _ = written(one, replace(facts, months=charged))
    matrix = matrix_of(program)
    exact, ours = solve(matrix), solution_of(matrix, exact_columns=0)
    assert ours.objective == pytest.approx(exact.objective, rel=1e-4)
    draw_kw = exact.values[columns.draw]
    assert exact.values[columns.peak] == pytest.approx(charged.peaks_kw(draw_kw), abs=1e-6)
