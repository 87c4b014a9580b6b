"""What every forecaster promises; a newcomer's test inherits this class."""

from datetime import datetime, timedelta

import numpy as np

from gridtide.digest import digest
from gridtide.signals.forecaster import Forecaster, ForecastsQuantiles
from gridtide.signals.history import History, add
from gridtide.signals.paths import Paths
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.testing.studies import START, small_study
from gridtide.timeline import Timeline, regular

AS_OF = START + timedelta(hours=14)
ZONES = ((Kind.PRICE, "east"), (Kind.TEMPERATURE, "north"), (Kind.WIND, "north"))
LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
COURSES = 40


class ForecasterPromises:
    """Give `forecaster()` that returns the function under test; `history()` where it needs another one."""

    def forecaster(self) -> Forecaster:
        """The forecaster under test."""
        raise NotImplementedError("return the forecaster under test")

    def history(self) -> History:
        """What the forecaster may look at: seeded prices, weather and wind up to as_of and beyond."""
        return small_study(3, hours=72).history

    def test_it_answers_every_step_of_what_was_asked(self) -> None:
        """Same kind, zone, timeline and currency as asked, finite values, issued at as_of, called a forecast."""
        for kind, zone in ZONES:
            found = self._asked(self.history(), kind, zone)
            assert (found.kind, found.zone) == (kind, zone)
            assert digest(found.timeline) == digest(_ahead())
            assert np.isfinite(found.values).all()
            assert found.currency == ("EUR" if kind is Kind.PRICE else None)
            assert found.issued_at == AS_OF
            assert found.nature is Nature.FORECAST

    def test_it_never_reads_past_as_of(self) -> None:
        """What is issued later, however wild, leaves every byte as it was."""
        for kind, zone in ZONES:
            before = self._asked(self.history(), kind, zone)
            after = self._asked(poisoned(self.history(), kind, zone), kind, zone)
            assert digest(before) == digest(after)

    def test_the_same_question_gets_the_same_bytes(self) -> None:
        """No clock, no chance, no memory between calls."""
        for kind, zone in ZONES:
            first, second = (self._asked(self.history(), kind, zone) for _ in range(2))
            assert digest(first) == digest(second)

    def test_a_series_it_knows_nothing_of_is_unknown(self) -> None:
        """NaN where nothing was ever said: never 0, never a guess without ground."""
        found = self._asked(self.history(), Kind.SOLAR, "nowhere")
        assert np.isnan(found.values).all()

    def test_a_history_that_has_only_begun_is_answered(self) -> None:
        """Two hours of values: within what was seen, or unknown; never an error, never out of the air."""
        for kind, zone in ZONES:
            begun = add(History(), [_begun(kind, zone)])
            values = self._asked(begun, kind, zone).values
            assert (np.isnan(values) | ((values >= 1.0) & (values <= 2.0))).all()

    def _asked(self, history: History, kind: Kind, zone: str) -> Signal:
        return self.forecaster()(history, kind, zone, _ahead(), AS_OF)


class QuantileForecasterPromises(ForecasterPromises):
    """For a forecaster that also says how sure it is: give `forecaster()` that is a ForecastsQuantiles."""

    def long_history(self) -> History:
        """Five months of seeded hours with the shape of days and errors that last, and a day published ahead."""
        return long_history()

    def test_quantiles_say_which_they_are_and_never_cross(self) -> None:
        """One signal a level, in order, finite, each not below the one before it at any step."""
        for kind, zone in ZONES:
            found = self._quantiles(self.long_history(), kind, zone)
            assert tuple(signal.quantile for signal in found) == LEVELS
            assert all(signal.issued_at == AS_OF for signal in found)
            values = np.stack([signal.values for signal in found])
            assert np.isfinite(values).all()
            assert (np.diff(values, axis=0) >= 0.0).all()

    def test_the_point_forecast_lies_among_its_quantiles(self) -> None:
        """Not below those under one half, not above those over it; the middle one is the point itself."""
        for kind, zone in ZONES:
            point = self._asked(self.long_history(), kind, zone).values
            for level, signal in zip(
                LEVELS, self._quantiles(self.long_history(), kind, zone), strict=True
            ):
                below, above = level <= 0.5, level >= 0.5
                assert (signal.values <= point).all() or not below
                assert (signal.values >= point).all() or not above

    def test_quantiles_and_paths_never_read_past_as_of(self) -> None:
        """What is issued later, however wild, leaves every byte of them as it was."""
        for kind, zone in ZONES:
            whole = poisoned(self.long_history(), kind, zone)
            before, after = (
                (self._quantiles(history, kind, zone), self._paths(history, kind, zone))
                for history in (self.long_history(), whole)
            )
            assert digest(before) == digest(after)

    def test_what_was_asked_before_changes_nothing(self) -> None:
        """The same bytes from a history never seen and from one that was asked about a later day."""
        for kind, zone in ZONES:
            fresh, used = self.long_history(), self.long_history()
            later = regular(AS_OF + timedelta(days=9), timedelta(hours=1), 24)
            quantiles = self._sure().quantiles
            quantiles(used, kind, zone, later, AS_OF + timedelta(days=9), LEVELS)
            answers = [
                (self._asked(history, kind, zone), self._quantiles(history, kind, zone))
                for history in (fresh, used)
            ]
            assert digest(answers[0]) == digest(answers[1])

    def test_what_is_published_has_no_spread(self) -> None:
        """Every quantile and every course of a published step is the published value."""
        kind, zone = Kind.PRICE, "east"
        ahead = add(self.long_history(), [_schedule(kind, zone)])
        for values in (
            *(signal.values for signal in self._quantiles(ahead, kind, zone)),
            *self._paths(ahead, kind, zone).values,
        ):
            assert values[:6].tolist() == [55.0] * 6

    def test_too_short_a_history_has_a_point_and_no_quantiles(self) -> None:
        """Spread that nothing was learned of is unknown, not narrow."""
        kind, zone = Kind.WIND, "north"
        assert np.isfinite(self._asked(self.history(), kind, zone).values).all()
        assert all(
            np.isnan(signal.values).all() for signal in self._quantiles(self.history(), kind, zone)
        )
        assert np.isnan(self._paths(self.history(), kind, zone).values).all()

    def test_courses_follow_from_their_seed(self) -> None:
        """The same seed the same bytes, another seed other courses; finite, and one row a course."""
        kind, zone = Kind.WIND, "north"
        first, again, other = (self._paths(self.long_history(), kind, zone, s) for s in (1, 1, 2))
        assert first.values.shape == (COURSES, len(_ahead())) and np.isfinite(first.values).all()
        assert digest(first) == digest(again) != digest(other)

    def test_hours_of_a_course_go_together(self) -> None:
        """Errors that last are drawn as errors that last: neighbouring hours are correlated over courses."""
        values = self._paths(self.long_history(), Kind.WIND, "north").values[:, 1::2]
        together = [
            np.corrcoef(values[:, hour], values[:, hour + 1])[0, 1]
            for hour in range(values.shape[1] - 1)
        ]
        assert np.mean(together) > 0.5

    def _sure(self) -> ForecastsQuantiles:
        forecast = self.forecaster()
        assert isinstance(forecast, ForecastsQuantiles)
        return forecast

    def _quantiles(self, history: History, kind: Kind, zone: str) -> tuple[Signal, ...]:
        return self._sure().quantiles(history, kind, zone, _ahead(), AS_OF, LEVELS)

    def _paths(self, history: History, kind: Kind, zone: str, seed: int = 1) -> Paths:
        rng = np.random.default_rng(seed)
        return self._sure().paths(history, kind, zone, _ahead(), AS_OF, COURSES, rng)


def long_history() -> History:
    """ZONES hour by hour for 150 days until 10 days after as_of: a daily shape and noise with a memory."""
    start = (AS_OF - timedelta(days=140)).replace(hour=0)
    timeline = regular(start, timedelta(hours=1), 150 * 24)
    hour = np.arange(len(timeline))
    rng = np.random.default_rng(5)
    signals = []
    for kind, zone in ZONES:
        noise = np.zeros(len(timeline))
        for at, shock in enumerate(rng.normal(0.0, 2.0, len(timeline) - 1), start=1):
            noise[at] = 0.9 * noise[at - 1] + shock
        signals.append(
            Signal(
                kind=kind,
                zone=zone,
                timeline=timeline,
                values=60.0 + 20.0 * np.sin(2 * np.pi * hour / 24) + noise,
                source="seeded",
                currency="EUR" if kind is Kind.PRICE else None,
                nature=Nature.SYNTHETIC,
            )
        )
    return add(History(), signals)


def _schedule(kind: Kind, zone: str) -> Signal:
    """Three hours from as_of on, said an hour before."""
    return Signal(
        kind=kind,
        zone=zone,
        timeline=regular(AS_OF, timedelta(hours=1), 3),
        values=np.full(3, 55.0),
        source="published ahead",
        currency="EUR" if kind is Kind.PRICE else None,
        issued_at=AS_OF - timedelta(hours=1),
        nature=Nature.SCHEDULE,
    )


def _begun(kind: Kind, zone: str) -> Signal:
    """The two hours before as_of."""
    return Signal(
        kind=kind,
        zone=zone,
        timeline=regular(AS_OF - timedelta(hours=2), timedelta(hours=1), 2),
        values=np.asarray([1.0, 2.0]),
        source="begun",
        currency="EUR" if kind is Kind.PRICE else None,
        nature=Nature.ACTUAL,
    )


def _ahead() -> Timeline:
    return regular(AS_OF, timedelta(minutes=30), 48)


def poisoned(history: History, kind: Kind, zone: str) -> History:
    """The history with a wild series issued just behind as_of."""
    late: datetime = AS_OF + timedelta(seconds=1)
    wild = Signal(
        kind=kind,
        zone=zone,
        timeline=_ahead(),
        values=np.full(len(_ahead()), 12_345.0),
        source="issued too late",
        currency="EUR" if kind is Kind.PRICE else None,
        issued_at=late,
        nature=Nature.ACTUAL,
    )
    return add(history, [wild])
