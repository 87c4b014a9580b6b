"""The part of a month's demand charge that a plan is asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from gridtide.decide.peak import peak_prices
from gridtide.decide.situation import Situation
from gridtide.testing.planners import OBJECTIVE, situations
from gridtide.timeline import regular

CHARGE = 5.0 * OBJECTIVE.demand_charge_share


def seen(as_of: datetime, hours: int) -> Situation:
    """A situation at an instant that looks some hours ahead."""
    one = next(iter(situations()))
    return replace(one, as_of=as_of, horizon=regular(as_of, timedelta(hours=1), hours))


def test_a_day_of_ten_is_asked_for_a_tenth() -> None:
    """Ten days before the objective ends, a plan of a day."""
    as_of = datetime(2026, 3, 2, tzinfo=UTC)
    ends = replace(OBJECTIVE, ends=as_of + timedelta(days=10))
    assert peak_prices(seen(as_of, 24), ends) == pytest.approx(0.1 * CHARGE)


def test_the_month_ends_on_the_clock_of_the_site() -> None:
    """48 hours before the first of April in Berlin, by then on summer time, a plan of 12 is asked for a quarter."""
    as_of = datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert peak_prices(seen(as_of, 12), OBJECTIVE) == pytest.approx(0.25 * CHARGE)


def test_a_plan_that_sees_the_end_is_asked_for_all() -> None:
    """Where nothing comes after the horizon, the peak is its own to pay."""
    as_of = datetime(2026, 3, 2, tzinfo=UTC)
    ends = replace(OBJECTIVE, ends=as_of + timedelta(hours=20))
    assert peak_prices(seen(as_of, 24), ends) == pytest.approx(CHARGE)
