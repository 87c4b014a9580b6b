"""What every forecaster promises; a newcomer's test inherits this class."""

from datetime import datetime, timedelta

import numpy as np

from gridtide.digest import digest
from gridtide.signals.forecaster import Forecaster
from gridtide.signals.history import History, add
from gridtide.signals.signal import Kind, Nature, Signal
from gridtide.testing.studies import START, small_study
from gridtide.timeline import Timeline, regular

AS_OF = START + timedelta(hours=14)
ZONES = ((Kind.PRICE, "east"), (Kind.TEMPERATURE, "north"), (Kind.WIND, "north"))


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

    def _asked(self, history: History, kind: Kind, zone: str) -> Signal:
        return self.forecaster()(history, kind, zone, _ahead(), AS_OF)


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
