"""Days are those of each site's clock: 23 to 25 hours, and whole only where they lie inside the study."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from gridtide.signals.history import History
from gridtide.simulate.backtest import SLACK_NAMES, slack_class
from gridtide.simulate.forecast_scores import asked_at
from gridtide.simulate.local_days import local_days
from gridtide.simulate.study import Study
from gridtide.testing.studies import small_study
from gridtide.timeline import at_wall, clock_offsets_s, regular

SMALL = small_study(1, hours=48, jobs=12)
SPRING, AUTUMN = datetime(2023, 3, 25, 23, tzinfo=UTC), datetime(2023, 10, 28, 22, tzinfo=UTC)


def lasting(start: datetime, hours: int, clocks: tuple[str, str]) -> Study:
    """The small study's sites on other clocks, over another time."""
    sites = tuple(
        replace(site, clock=clock) for site, clock in zip(SMALL.fleet.sites, clocks, strict=True)
    )
    return replace(
        SMALL,
        fleet=replace(SMALL.fleet, sites=sites),
        timeline=regular(start, timedelta(hours=1), hours),
        history=History(),
    )


@pytest.mark.parametrize(("start", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_the_day_on_which_the_clock_changes_has_its_own_hours(start: datetime, hours: int) -> None:
    """Midnight to midnight in Berlin, spring and autumn; the next day begins at its own midnight."""
    days = local_days(lasting(start, hours + 24, ("Europe/Berlin", "Europe/Berlin")))
    assert days.hours.tolist() == [[hours, 24], [hours, 24]]
    assert days.whole.all()


def test_every_site_has_the_day_of_its_own_clock() -> None:
    """Tokyo is a day ahead of Los Angeles for most of the time; a day counts as whole where both have all of it."""
    days = local_days(
        lasting(datetime(2023, 6, 1, tzinfo=UTC), 96, ("Asia/Tokyo", "America/Los_Angeles"))
    )
    assert days.dates == tuple(date(2023, 5, 31) + timedelta(days=day) for day in range(6))
    assert days.hours.tolist() == [[0, 15, 24, 24, 24, 9], [7, 24, 24, 24, 17, 0]]
    assert days.whole.tolist() == [False, False, True, True, False, False]
    assert days.hours.sum(axis=1).tolist() == [96, 96]


def test_a_study_of_some_hours_has_no_whole_day() -> None:
    """A part of a day is told, never taken for one."""
    days = local_days(lasting(SPRING + timedelta(hours=3), 12, ("Europe/Berlin", "Europe/Berlin")))
    assert not days.whole.any()


@pytest.mark.parametrize(("start", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_forecasts_are_asked_for_at_the_same_hour_of_the_clock(start: datetime, hours: int) -> None:
    """Not an hour earlier or later once the clock has changed."""
    study = lasting(start, 72, ("Europe/Berlin", "Europe/Berlin"))
    study = replace(study, history=History(clocks=(("DE", "Europe/Berlin"),)))
    asked = asked_at(study, "DE")
    assert asked[:2] == (start, start + timedelta(hours=hours))
    assert len(asked) == 3 + (hours == 23)
    assert asked_at(study, "elsewhere") == tuple(start + timedelta(days=day) for day in range(3))


@pytest.mark.parametrize(("start", "hours"), [(SPRING, 23), (AUTUMN, 25)])
def test_the_same_hour_of_the_next_day_is_a_slack_of_24_hours(start: datetime, hours: int) -> None:
    """A job that may start until noon tomorrow has the slack of its kind on the day of a change, too."""
    noon_s = int(start.timestamp()) - 12 * 3600
    count = len(SMALL.jobs)
    jobs = replace(
        SMALL.jobs,
        release_s=np.full(count, noon_s),
        deadline_s=noon_s + (hours + 1) * 3600 + np.zeros(count, dtype=np.int64),
        declared_s=np.full(count, 3600),
        expected_s=np.full(count, 3600),
    )
    study = replace(lasting(start, 72, ("Europe/Berlin", "Europe/Berlin")), jobs=jobs)
    assert {SLACK_NAMES[number] for number in slack_class(study)} == {"8 to 24 h"}


@pytest.mark.parametrize(
    "clock", ["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe"]
)
def test_an_instant_read_on_a_clock_is_found_again(clock: str) -> None:
    """But for the hour that a clock shows twice, which is one of the two."""
    at_s = np.arange(int(datetime(2023, 1, 1, tzinfo=UTC).timestamp()), 1_704_067_200, 1800)
    wall_s = at_s + clock_offsets_s(clock, at_s)
    again_s = at_wall(clock, wall_s)
    assert (again_s + clock_offsets_s(clock, again_s) == wall_s).all()
    assert (again_s != at_s).sum() <= 4
