"""Meters minute by minute, as the Phoenix demonstration published them or from one's own."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.sources.minute_power import MinutePower, MinutePowerTable
from gridtide.testing.sources import FilePromises

FIXTURES = Path(__file__).parents[1] / "fixtures" / "sources"


class TestMinutePowerTable(FilePromises):
    """Every promise of a reader of one file."""

    source = MinutePowerTable(path=FIXTURES / "minute_power.csv")

    def is_noun(self, found: object) -> bool:
        """A meter with a value for each row."""
        return isinstance(found, MinutePower) and bool(np.isfinite(found.power_kw).all())


def read(folder: Path, text: str) -> MinutePower:
    """The meter of a table with this text."""
    path = folder / "meter.csv"
    path.write_text(text)
    return MinutePowerTable(path=path).read()


def test_watts_and_kilowatts_are_told_apart(tmp_path: Path) -> None:
    """By the name of the column."""
    theirs = read(tmp_path, "timestamp,total\n2025-05-04 14:40:00-07:00,94000\n")
    ours = read(tmp_path, "time,power_kw\n14:40,94\n")
    assert theirs.power_kw.tolist() == ours.power_kw.tolist() == [94.0]
    assert theirs.first_min == ours.first_min == 14 * 60 + 40


def test_a_minute_that_lacks_or_comes_twice_is_named(tmp_path: Path) -> None:
    """And one that is no time; midnight is no gap."""
    with pytest.raises(BadInput) as refused:
        read(tmp_path, "time,power_kw\n10:00,1\n10:02,1\nsoon,1\n10:03,x\n")
    said = str(refused.value)
    assert all(one in said for one in ("line 3 time", "line 4 time", "line 5 power_kw"))
    assert len(read(tmp_path, "time,power_kw\n23:59,1\n00:00,2\n").power_kw) == 2


@pytest.mark.real
def test_the_event_is_the_published_one(data_dir: Path) -> None:
    """Baseline, mean, most and least of the window as they are printed in the study of the event."""
    found = MinutePowerTable(path=data_dir / "emerald_phoenix" / "SRP_total_power.csv").read()
    start = 16 * 60 + 20 - found.first_min
    share = found.power_kw[start : start + 191] / np.median(found.power_kw[:90])
    assert round(float(np.median(found.power_kw[:90])), 3) == 93.585
    told = [round(float(one), 4) for one in (share.mean(), share.max(), share.min())]
    assert told == [0.6842, 0.7456, 0.4976]
