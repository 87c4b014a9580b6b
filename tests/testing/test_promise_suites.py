"""The shipped promise suites on everything that stands on our own shelves, and on what breaks them."""

from datetime import datetime, timedelta
from importlib.metadata import EntryPoint

import numpy as np
import pytest

from gridtide.decide.objective import Objective
from gridtide.decide.plan import Plan, Planner
from gridtide.decide.planners.coordinated import Coordinated
from gridtide.decide.situation import Situation
from gridtide.digest import digest
from gridtide.finding import BadInput
from gridtide.signals import forecaster as shelf
from gridtide.signals.forecaster import Forecaster, forecaster_named
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.simulate import policies
from gridtide.simulate.policies import policy_named
from gridtide.testing.forecasters import (
    AS_OF,
    ZONES,
    ForecasterPromises,
    QuantileForecasterPromises,
    poisoned,
)
from gridtide.testing.planners import PlannerPromises
from gridtide.testing.studies import START, WARM_UP_H, small_study
from gridtide.timeline import Timeline, regular


class TestPersistence(ForecasterPromises):
    """The last day again."""

    def forecaster(self) -> Forecaster:
        return forecaster_named("persistence")


class TestNowcast(ForecasterPromises):
    """The last day again, corrected by the newest value."""

    def forecaster(self) -> Forecaster:
        return forecaster_named("nowcast")


class TestSameWeekday(ForecasterPromises):
    """The same weekday a week ago."""

    def forecaster(self) -> Forecaster:
        return forecaster_named("same-weekday")

    def history(self) -> History:
        """A history that reaches a week back."""
        return add(super().history(), week_of_history())


class TestRidge(QuantileForecasterPromises):
    """A rule learned from the days before."""

    def forecaster(self) -> Forecaster:
        return forecaster_named("ridge")


class TestPublished(ForecasterPromises):
    """A forecast that came with the data."""

    def forecaster(self) -> Forecaster:
        return forecaster_named("published")

    def history(self) -> History:
        """A history with forecasts issued before as_of."""
        return add(super().history(), [issued(kind, zone) for kind, zone in ZONES])


class TestPerfectForesight(ForecasterPromises):
    """For bounds: it keeps every promise but one, and breaks that one on purpose."""

    def forecaster(self) -> Forecaster:
        return forecaster_named("perfect-foresight")

    def test_it_never_reads_past_as_of(self) -> None:
        """It does: that is what it is for."""
        kind, zone = Kind.TEMPERATURE, "north"
        before = self._asked(self.history(), kind, zone)
        assert digest(before) != digest(self._asked(poisoned(History(), kind, zone), kind, zone))


class TestCoordinated(PlannerPromises):
    """The planner of the house."""

    def planner(self, objective: Objective) -> Planner:
        return Coordinated(objective=objective)


def issued(kind: Kind, zone: str) -> Signal:
    """A forecast of three days, issued an hour before as_of."""
    start = AS_OF - timedelta(hours=24)
    return Signal(
        kind=kind,
        zone=zone,
        timeline=regular(start, timedelta(hours=1), 96),
        values=np.linspace(1.0, 0.5, 96),
        source="a forecast",
        currency="EUR" if kind is Kind.PRICE else None,
        issued_at=AS_OF - timedelta(hours=1),
        nature=Nature.FORECAST,
    )


def week_of_history() -> list[Signal]:
    """Eight days of measured values before the study begins."""
    start = START - timedelta(hours=WARM_UP_H, days=8)
    return [
        Signal(
            kind=kind,
            zone=zone,
            timeline=regular(start, timedelta(hours=1), 24 * 8),
            values=np.linspace(0.0, 1.0, 24 * 8),
            source="measured",
            currency="EUR" if kind is Kind.PRICE else None,
            nature=Nature.ACTUAL,
        )
        for kind, zone in ZONES
    ]


def peeking(history: History, kind: Kind, zone: str, timeline: Timeline, as_of: datetime) -> Signal:
    """A forecaster that cheats: it looks at what comes."""
    return forecaster_named("perfect-foresight")(history, kind, zone, timeline, as_of)


class Frugal:
    """A stranger's planner: the coordinated plan under another objective."""

    def __init__(self, objective: Objective) -> None:
        self.inner = Coordinated(objective=objective)

    def plan(self, situation: Situation) -> Plan:
        """The coordinated plan."""
        return self.inner.plan(situation)


def test_the_suite_catches_a_forecaster_that_peeks() -> None:
    """A promise suite that passes everything promises nothing."""

    class Suite(ForecasterPromises):
        def forecaster(self) -> Forecaster:
            return peeking

    with pytest.raises(AssertionError):
        Suite().test_it_never_reads_past_as_of()


def test_a_stranger_s_forecaster_and_planner_are_found_by_their_entry_points(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One file and one line: the name can then be written in a case."""

    def registered(group: str) -> list[EntryPoint]:
        places = {
            "gridtide.forecasters": ("peeking", f"{__name__}:peeking"),
            "gridtide.planners": ("frugal", f"{__name__}:Frugal"),
        }
        name, place = places[group]
        return [EntryPoint(name=name, value=place, group=group)]

    monkeypatch.setattr(shelf, "entry_points", registered)
    monkeypatch.setattr(policies, "entry_points", registered)
    assert forecaster_named("peeking") is peeking
    policy, _, _ = policy_named("frugal", small_study(0))
    assert policy.name == "frugal"
    with pytest.raises(BadInput, match="frugal"):
        policy_named("nobody", small_study(0))
