"""Backtests on a small seeded study: known errors, known captures, costs that add up."""

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.simulate.backtest import Backtest, ZoneKind, backtest, slack_class, zone_kind
from gridtide.simulate.cost_shares import cost_by_job, daily_cost
from gridtide.simulate.local_days import local_days
from gridtide.simulate.truth import truth_of
from gridtide.stores.memory import MemoryStore
from gridtide.testing.courses import course_of
from gridtide.testing.studies import small_study

STUDY = small_study(1, hours=48, jobs=12)


def replayed(forecasters: tuple[str, ...], policies: tuple[str, ...]) -> Backtest:
    """A backtest of the small study, nothing written."""
    return backtest(
        STUDY, forecasters, policies, MemoryStore, lambda name: lambda done, whole: None
    )


@pytest.fixture(scope="module")
def found() -> Backtest:
    """Two forecasters, one of which knows all."""
    return replayed(("persistence", "perfect-foresight"), ("run-at-once", "coordinated"))


def test_a_perfect_forecaster_has_no_error(found: Backtest) -> None:
    """MAE 0 wherever something is judged; persistence errs on the price."""
    rows = {(row.kind, row.zone, row.forecaster): row for row in found.forecasts}
    for (kind, zone, forecaster), row in rows.items():
        assert row.judged == rows[kind, zone, "perfect-foresight"].judged
        if forecaster == "perfect-foresight":
            assert [error for error in row.mae if not np.isnan(error)] == [0.0] * sum(
                count > 0 for count in row.judged
            )
    assert any(np.nansum(row.mae) > 0 for row in found.forecasts if row.forecaster == "persistence")


def test_hours_that_were_published_are_not_judged(found: Backtest) -> None:
    """Day-ahead prices of the first 24 hours are known at midnight, so no forecaster earns them."""
    price = next(row for row in found.forecasts if row.kind == "price_per_mwh")
    assert price.judged[0] == 0
    assert np.isnan(price.mae[0])


def test_foresight_captures_all_and_the_reference_nothing(found: Backtest) -> None:
    """They stand last and first, run once, and foresight regrets no day."""
    first, last = found.policies[0], found.policies[-1]
    assert (first.policy, last.policy) == ("run-at-once", "perfect-foresight")
    assert first.forecaster is None
    assert last.forecaster is None
    assert first.capture.ratio == 0.0
    assert last.capture.ratio == 1.0
    assert not last.daily_regret.any()
    assert [row.forecaster for row in found.policies[1:-1]] == ["persistence", "perfect-foresight"]
    for row in found.policies:
        assert row.promises.missed_deadlines == 0


def test_knowing_every_signal_is_the_yardstick_of_a_forecast(found: Backtest) -> None:
    """The policy with perfect signals captures all of its own; the reference, which looks at none, n/a or nothing."""
    rows = {(row.policy, row.forecaster): row for row in found.policies}
    assert rows["coordinated", "perfect-foresight"].forecast_capture.ratio == 1.0
    persisting = rows["coordinated", "persistence"]
    at_once = found.policies[0].settlement.total_cost
    informed = rows["coordinated", "perfect-foresight"].settlement.total_cost
    best = min(informed, persisting.settlement.total_cost)
    taken = (at_once - persisting.settlement.total_cost) / (at_once - best)
    assert persisting.forecast_capture.ratio == pytest.approx(taken)
    assert persisting.capture.ratio is not None
    assert taken >= persisting.capture.ratio


def test_costs_of_days_add_up_to_the_bill() -> None:
    """Energy, wear and carbon of all sites and days are those of the whole settlement."""
    truth = truth_of(STUDY)
    found = replayed(("persistence",), ())
    parts = dict(found.policies[0].settlement.parts)
    daily = daily_cost(STUDY, truth, course_of(STUDY, "run-at-once"), local_days(STUDY))
    assert daily.shape == (2, len(local_days(STUDY).dates))
    assert daily.sum() == pytest.approx(parts["energy"] + parts["wear"] + parts["carbon"])


def test_the_energy_of_jobs_is_shared_out_whole() -> None:
    """At a price of one, what jobs cost is what their classes drew."""
    truth = truth_of(STUDY)
    course = course_of(STUDY, "run-at-once")
    ones = type(truth)(
        **{
            name: np.full_like(value, 1000.0) if "price" in name else value
            for name, value in vars(truth).items()
        }
    )
    drawn_kwh = (course.telemetry.class_kw * STUDY.timeline.hours).sum()
    assert cost_by_job(STUDY, ones, course).sum() == pytest.approx(drawn_kwh)


def test_a_zone_is_of_the_kind_its_history_says() -> None:
    """The seeded prices are published on the day before; slack is release to latest start."""
    assert zone_kind(STUDY, STUDY.fleet.sites[0]) is ZoneKind.DAY_AHEAD
    slack_h = (STUDY.jobs.deadline_s - STUDY.jobs.release_s - STUDY.jobs.declared_s) / 3600.0
    assert ((slack_class(STUDY) == 0) == (slack_h <= 8.0)).all()


@pytest.mark.parametrize(
    ("forecasters", "policies"), [(("nope",), ("coordinated",)), (("persistence",), ("nope",))]
)
def test_unknown_names_are_refused(forecasters: tuple[str, ...], policies: tuple[str, ...]) -> None:
    """Before any course is run."""
    with pytest.raises(BadInput, match="nope"):
        replayed(forecasters, policies)
