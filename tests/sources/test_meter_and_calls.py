"""A stranger's meter and the calls it is settled by."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.settle.call import Call, Meter
from gridtide.settle.certificates import Certificate
from gridtide.settle.followed import Clearing, FollowedBlocks
from gridtide.settle.k_factor import Movements
from gridtide.settle.pjm_regulation import Awards
from gridtide.settle.reduction import Direction
from gridtide.sources.award_table import AwardTable
from gridtide.sources.call_table import CallTable
from gridtide.sources.certificate_table import CertificateTable
from gridtide.sources.clearing_table import ClearingTable
from gridtide.sources.followed import FollowedFile
from gridtide.sources.meter_table import MeterTable
from gridtide.sources.movement_table import MovementTable
from gridtide.testing.sources import FilePromises

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"


class TestMeterTable(FilePromises):
    """A day of quarters."""

    source = MeterTable(path=FIXTURES / "meter.csv")

    def is_noun(self, found: object) -> bool:
        """A meter of equal intervals, nothing negative or infinite."""
        assert isinstance(found, Meter)
        drawn = found.import_kw[~np.isnan(found.import_kw)]
        return found.timeline.step_s is not None and bool((np.isfinite(drawn) & (drawn >= 0)).all())


class TestCallTable(FilePromises):
    """Two calls with all columns."""

    source = CallTable(path=FIXTURES / "calls.csv")

    def is_noun(self, found: object) -> bool:
        """Calls in order that do not overlap."""
        assert isinstance(found, tuple) and found
        assert all(isinstance(call, Call) and call.start_s < call.end_s for call in found)
        return all(one.end_s <= two.start_s for one, two in pairwise(found))


class TestAwardTable(FilePromises):
    """Three intervals around a change of the rules."""

    source = AwardTable(path=FIXTURES / "awards.csv")

    def is_noun(self, found: object) -> bool:
        """Awards in order, scores within 0 and 1, no award negative."""
        assert isinstance(found, Awards)
        inside = (found.score >= 0).all() and (found.score <= 1).all()
        return bool(inside and (found.award_kw >= 0).all() and (np.diff(found.start_s) > 0).all())


class TestFollowedFile(FilePromises):
    """An hour of twelve blocks."""

    source = FollowedFile(path=FIXTURES / "followed.json")

    def is_noun(self, found: object) -> bool:
        """Blocks of five minutes, scores within 0 and 1."""
        assert isinstance(found, FollowedBlocks)
        inside = (found.score >= 0).all() and (found.score <= 1).all()
        return bool(
            inside and (np.diff(found.start_s) == 300).all() and (found.award_kw >= 0).all()
        )


class TestClearingTable(FilePromises):
    """Two half hours."""

    source = ClearingTable(path=FIXTURES / "clearing.csv")

    def is_noun(self, found: object) -> bool:
        """Spans in order that do not overlap."""
        assert isinstance(found, Clearing)
        return bool((found.end_s[:-1] <= found.start_s[1:]).all())


class TestMovementTable(FilePromises):
    """Two movements of two periods."""

    source = MovementTable(path=FIXTURES / "movements.csv")

    def is_noun(self, found: object) -> bool:
        """Movements in order, nothing negative or unknown."""
        assert isinstance(found, Movements)
        inside = np.isfinite(found.measured).all() and (found.measured >= 0).all()
        return bool(inside and (np.diff(found.period_s) >= 0).all() and (found.mileage >= 0).all())


class TestCertificateTable(FilePromises):
    """One retired, one not."""

    source = CertificateTable(path=FIXTURES / "certificates.csv")

    def is_noun(self, found: object) -> bool:
        """Certificates, each once."""
        assert isinstance(found, tuple) and found
        assert all(isinstance(one, Certificate) and one.kwh >= 0 for one in found)
        return len({one.id for one in found}) == len(found)


def test_energy_of_an_interval_becomes_its_mean_power(tmp_path: Path) -> None:
    """25 kWh in a quarter of an hour are 100 kW; a hole is unknown; a value for a day is said."""
    rows = [f"2026-06-01T{k // 4:02d}:{15 * (k % 4):02d}:00Z,25" for k in range(96)]
    rows += ["2026-06-02T00:15:00Z,20"]
    path = tmp_path / "meter.csv"
    path.write_text("\n".join(["interval_start,kwh", *rows]) + "\n")
    meter = MeterTable(path=path).read()
    assert meter.import_kw[0] == 100.0
    assert np.isnan(meter.import_kw[96]) and meter.import_kw[97] == 80.0
    assert meter.notes == (
        "1 steps have no row and are unknown",
        "96 intervals lie in runs of one value of a day or longer",
    )


def test_negative_and_uneven_readings_are_refused_together_with_their_rows(tmp_path: Path) -> None:
    """A meter of imports draws nothing negative."""
    path = tmp_path / "meter.csv"
    path.write_text("time_utc,import_kw\n2026-06-01T00:00:00Z,-5\n2026-06-01T01:00:00Z,nan\n")
    with pytest.raises(BadInput) as error:
        MeterTable(path=path).read()
    assert len(error.value.findings) == 2
    path.write_text(
        "time_utc,import_kw\n2026-06-01T00:00:00Z,5\n2026-06-01T01:00:00Z,5\n2026-06-01T01:40:00Z,5\n"
    )
    with pytest.raises(BadInput, match="not all equal"):
        MeterTable(path=path).read()


def test_calls_that_overlap_or_end_before_they_begin_are_refused(tmp_path: Path) -> None:
    """Conflicting calls are not settled twice."""
    path = tmp_path / "calls.csv"
    path.write_text(
        "start,end\n2026-06-01T16:00:00Z,2026-06-01T18:00:00Z\n2026-06-01T17:00:00Z,2026-06-01T19:00:00Z\n"
    )
    with pytest.raises(BadInput, match="do not overlap"):
        CallTable(path=path).read()
    path.write_text("start,end\n2026-06-01T16:00:00Z,2026-06-01T15:00:00Z\n")
    with pytest.raises(BadInput, match="after the start"):
        CallTable(path=path).read()


def test_a_call_says_what_it_pays() -> None:
    """All columns are read; an empty cell is nothing."""
    first, second = CallTable(path=FIXTURES / "calls.csv").read()
    assert first.direction is Direction.REDUCE and first.committed_kw == 400.0
    assert second.direction is Direction.ABSORB and second.committed_kw is None
    assert second.threshold_per_mwh == float("-inf")


def test_a_certificate_that_is_retired_at_no_date_or_of_no_month_is_refused(tmp_path: Path) -> None:
    """A word such as `no` once counted as retired."""
    ledger = tmp_path / "ledger.csv"
    ledger.write_text(
        "id,vintage,kwh,retired_at\na,2026-13,1,2026-05-01\nb,2026-05,1,no\nc,2026-05,1,\nd,2026-05,1,2026-05-31\n"
    )
    with pytest.raises(BadInput) as refused:
        CertificateTable(path=ledger).read()
    said = [(one.subject.split()[-1], one.value) for one in refused.value.findings]
    assert said == [("vintage", "2026-13"), ("retired_at", "no")]


def test_power_and_energy_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    """One of them once went first in silence; both alike are welcome."""
    meter = tmp_path / "meter.csv"
    rows = [f"2026-03-02T{hour:02d}:{half}:00Z,100," for hour in range(24) for half in ("00", "30")]
    meter.write_text("time,import_kw,import_kwh\n" + "\n".join(row + "50" for row in rows) + "\n")
    assert float(MeterTable(path=meter).read().import_kw.max()) == 100.0
    meter.write_text("time,import_kw,import_kwh\n" + "\n".join(row + "100" for row in rows) + "\n")
    with pytest.raises(BadInput) as refused:
        MeterTable(path=meter).read()
    assert "say different things in 48 rows" in str(refused.value.findings[0])
