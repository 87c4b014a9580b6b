"""The part of a month's demand charge that a plan is asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridtide.decide.peak import peak_prices
from gridtide.decide.situation import Situation
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.timeline import regular

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
    prices = peak_prices(seen(MONDAY + timedelta(days=day), 24), period)
    assert prices == pytest.approx(part * CHARGE)


def test_the_month_is_that_of_the_clock_of_the_site() -> None:
    """30 March, 00:00 in Berlin, by then on summer time: with 12 hours 29.5 of 31 days less an hour are told."""
    as_of = datetime(2026, 3, 29, 22, tzinfo=UTC)
    told = (29 * 24 - 1 + 12) / (31 * 24 - 1)
    assert peak_prices(seen(as_of, 12), OBJECTIVE) == pytest.approx(told * CHARGE)


def test_what_comes_after_the_period_is_not_asked_for_twice() -> None:
    """A horizon beyond the end of the period carries the whole charge, not more."""
    period = replace(OBJECTIVE, begins=MONDAY, ends=MONDAY + timedelta(hours=20))
    assert peak_prices(seen(MONDAY, 24), period) == pytest.approx(CHARGE)
