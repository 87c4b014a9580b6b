"""What everything that keeps readings promises; a newcomer's test inherits this class."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.loop.measured import KeepsReadings, Readings

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
FAR = timedelta(days=400)
Row = tuple[datetime, str, str, str, float]


def readings_of(*rows: Row) -> Readings:
    """Readings of rows."""
    at = [np.datetime64(row[0].astimezone(UTC).replace(tzinfo=None), "us") for row in rows]
    return Readings(
        at=np.array(at, dtype="datetime64[us]"),
        site=tuple(row[1] for row in rows),
        subject=tuple(row[2] for row in rows),
        quantity=tuple(row[3] for row in rows),
        value=np.array([row[4] for row in rows], dtype=np.float64),
    )


def rows_of(readings: Readings) -> list[Row]:
    """Rows of readings, in their order."""
    at = [one.replace(tzinfo=UTC) for one in readings.at.astype(object).tolist()]
    columns = (at, readings.site, readings.subject, readings.quantity, readings.value.tolist())
    return list(zip(*columns, strict=True))


class ReadingPromises:
    """Give `new_readings()`, empty, and `reopened(readings)` that opens the same ones again."""

    def new_readings(self) -> KeepsReadings:
        """An empty keeper of readings."""
        raise NotImplementedError("return an empty keeper of the kind under test")

    def reopened(self, readings: KeepsReadings) -> KeepsReadings:
        """The same readings as another process would open them."""
        return readings

    def test_readings_come_back_by_instant_subject_and_quantity(self) -> None:
        """Whole, of the site and the time that was asked for, begin included and end not."""
        rows: list[Row] = [
            (MIDNIGHT + timedelta(hours=hour, microseconds=1), site, subject, quantity, hour + 0.1)
            for hour in (26, 0, 25, 720)
            for site in ("乙", "a")
            for subject, quantity in (("rack", "it_kw"), ("meter", "import_kw"), ("Meter", "c"))
        ]
        readings = self.new_readings()
        readings.write(readings_of(*rows[:5]))
        readings.write(readings_of(*rows[5:]))
        again = self.reopened(readings)
        for site in ("a", "乙", "nobody"):
            wanted = sorted(row for row in rows if row[1] == site)
            assert rows_of(again.between(site, MIDNIGHT, MIDNIGHT + FAR)) == wanted
        begin, end = rows[0][0] - timedelta(hours=1), rows[0][0]
        wanted = sorted(row for row in rows if row[1] == "a" and begin <= row[0] < end)
        assert rows_of(again.between("a", begin, end)) == wanted
        assert len(wanted) == 3

    def test_what_is_unknown_stays_unknown(self) -> None:
        """Never 0, and never left out."""
        readings = self.new_readings()
        readings.write(readings_of((MIDNIGHT, "a", "meter", "import_kw", float("nan"))))
        kept = self.reopened(readings).between("a", MIDNIGHT, MIDNIGHT + FAR)
        assert np.isnan(kept.value).tolist() == [True]

    def test_a_reading_that_comes_twice_is_kept_once(self) -> None:
        """The first one: who does not know whether a batch was kept writes it again."""
        readings = self.new_readings()
        first = (MIDNIGHT, "a", "meter", "import_kw", 1.0)
        readings.write(readings_of(first))
        later = (MIDNIGHT + timedelta(seconds=2), "a", "meter", "import_kw", 3.0)
        readings.write(readings_of((MIDNIGHT, "a", "meter", "import_kw", 2.0), later))
        kept = self.reopened(readings).between("a", MIDNIGHT, MIDNIGHT + FAR)
        assert rows_of(kept) == [first, later]

    def test_a_batch_with_a_fault_is_refused_whole(self) -> None:
        """Every fault is said, and nothing is half-written."""
        readings = self.new_readings()
        good: Row = (MIDNIGHT, "a", "meter", "import_kw", 1.0)
        with pytest.raises(BadInput) as refused:
            readings.write(
                readings_of(
                    good, (MIDNIGHT, "", "m\0", "it_kw", 1.0), (MIDNIGHT, "a", "m", "q", np.inf)
                )
            )
        assert len(refused.value.findings) == 3
        assert rows_of(readings.between("a", MIDNIGHT, MIDNIGHT + FAR)) == []

    def test_nothing_is_a_batch_too(self) -> None:
        """Empty columns change nothing."""
        readings = self.new_readings()
        readings.write(readings_of())
        assert rows_of(readings.between("a", MIDNIGHT, MIDNIGHT + FAR)) == []
