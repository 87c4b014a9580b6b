"""What sacct prints becomes jobs: steps folded, arrays apart, the clock's zone never guessed."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.fleet.trace import UNKNOWN_S, JobTrace
from gridtide.sources.sacct import SacctJobs
from gridtide.testing.sources import JobSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "sacct.txt"
HEADER = "JobID|Partition|State|Submit|Start|Elapsed|Timelimit|AllocTRES|ConsumedEnergyRaw"


def read(unit: str = "gpu") -> JobTrace:
    return SacctJobs(path=FIXTURE, zone="Asia/Shanghai", unit=unit).read()  # type: ignore[arg-type]


def written(tmp_path: Path, *rows: str, zone: str = "Europe/Berlin") -> SacctJobs:
    path = tmp_path / "rows.txt"
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    return SacctJobs(path=path, zone=zone)


class TestSacctJobs(JobSourcePromises):
    source = SacctJobs(path=FIXTURE, zone="Asia/Shanghai")


def test_jobs_that_ran_are_kept_in_order_of_submission() -> None:
    """Array tasks stand for themselves; pending, running and cancelled ones are counted out."""
    trace = read()
    assert trace.name.tolist() == ["100_1", "100_2", "101", "104+0"]
    notes = " ".join(trace.notes)
    assert "1 of 7 jobs still ran" in notes
    assert "2 of 7 jobs never ran" in notes


def test_local_times_are_read_on_the_given_clock() -> None:
    """23:00 on 1 March in Shanghai is 15:00 UTC."""
    trace = read()
    assert trace.anchored
    assert trace.submit_s[0] == 1_772_377_200
    assert trace.queued_s.tolist() == [1, 600, 300, 10]


def test_spans_and_limits_are_seconds_and_no_limit_is_unknown() -> None:
    """1-02:00:00 is 93,600 s; UNLIMITED and Partition_Limit declare nothing."""
    trace = read()
    assert trace.duration_s.tolist() == [93_600, 30, 7_200, 600]
    assert trace.declared_s.tolist() == [UNKNOWN_S, UNKNOWN_S, 86_400, UNKNOWN_S]


def test_accelerators_are_counted_typed_or_not() -> None:
    """gres/gpu=2 is two; gres/gpu:a100=1 with gres/gpu:h100=2 is three; none is none, and said."""
    trace = read()
    assert trace.units.tolist() == [3.0, 0.0, 2.0, 8.0]
    assert "1 of 7 jobs were given no gpu and count 0" in trace.notes
    assert read("cpu").units.tolist() == [4.0, 4.0, 16.0, 8.0]
    assert read("node").units.tolist() == [1.0, 1.0, 1.0, 2.0]


def test_energy_of_overlapping_steps_is_not_added_up() -> None:
    """Batch and extern saw 2 kWh each of the same node, the steps 1.83 together: the job used 2."""
    energy_kwh = read().energy_kwh
    np.testing.assert_allclose(energy_kwh, [np.nan, np.nan, 2.0, 10.0])


def test_a_zone_that_no_clock_has_is_refused() -> None:
    """The zone is required and must exist."""
    with pytest.raises(BadInput, match="Berlin/Europe"):
        SacctJobs(path=FIXTURE, zone="Berlin/Europe").read()


def test_the_doubled_autumn_hour_is_noted_and_keeps_waits_positive(tmp_path: Path) -> None:
    """Submitted 02:50 summer time, started 02:10 winter time: 20 minutes, not minus 40."""
    row = "7|gpu|COMPLETED|2025-10-26T02:50:00|2025-10-26T02:10:00|01:00:00|||"
    trace = written(tmp_path, row).read()
    assert trace.queued_s.tolist() == [1_200]
    assert "1 of 1 jobs fall in the doubled autumn hour" in trace.notes


def test_a_time_that_spring_skips_is_refused(tmp_path: Path) -> None:
    """02:30 on 30 March 2025 does not exist in Berlin: the zone must be wrong."""
    row = "7|gpu|COMPLETED|2025-03-30T02:30:00|2025-03-30T03:10:00|01:00:00|||"
    with pytest.raises(BadInput, match="line 2 submit"):
        written(tmp_path, row).read()


def test_all_faults_of_all_rows_show_at_once(tmp_path: Path) -> None:
    """A start before submission, a span of letters and a negative energy."""
    rows = (
        "1|gpu|COMPLETED|2025-06-01T10:00:00|2025-06-01T09:00:00|01:00:00|||",
        "2|gpu|COMPLETED|2025-06-01T10:00:00|2025-06-01T11:00:00|soon|||",
        "3|gpu|COMPLETED|2025-06-01T10:00:00|2025-06-01T11:00:00|01:00:00||cpu=1|-5",
    )
    with pytest.raises(BadInput) as error:
        written(tmp_path, *rows).read()
    said = sorted(finding.subject.split("line ")[1] for finding in error.value.findings)
    assert said == ["2 start", "3 elapsed", "4 energy"]


def test_a_name_that_holds_the_separator_is_explained(tmp_path: Path) -> None:
    """A bar in a job name shifts the columns; the answer says how to export without it."""
    row = "a|b|gpu|COMPLETED|2025-06-01T10:00:00|2025-06-01T11:00:00|01:00:00||cpu=1"
    with pytest.raises(BadInput, match="JobName"):
        written(tmp_path, row).read()


def test_runs_of_a_requeued_job_are_all_kept_without_doubling_its_steps(tmp_path: Path) -> None:
    """sacct -D tells one id twice; its batch energy belongs to neither for sure."""
    rows = (
        "9|gpu|NODE_FAIL|2025-06-01T10:00:00|2025-06-01T11:00:00|01:00:00||gres/gpu=1|",
        "9|gpu|COMPLETED|2025-06-01T10:00:00|2025-06-01T13:00:00|01:00:00||gres/gpu=1|",
        "9.batch||COMPLETED|2025-06-01T13:00:00|2025-06-01T13:00:00|01:00:00||gres/gpu=1|3600000",
    )
    trace = written(tmp_path, *rows).read()
    assert len(trace) == 2
    assert np.isnan(trace.energy_kwh).all()
    assert "requeued" in " ".join(trace.notes)


def test_only_the_columns_it_needs_are_needed(tmp_path: Path) -> None:
    """Partition, Timelimit and ConsumedEnergyRaw may be left out; AllocTRES may not."""
    path = tmp_path / "few.txt"
    path.write_text(
        "JobID|State|Submit|Start|Elapsed|AllocTRES\n"
        "1|COMPLETED|2025-06-01T10:00:00|2025-06-01T11:00:00|01:00:00|gres/gpu=4\n"
    )
    assert SacctJobs(path=path, zone="UTC").read().units.tolist() == [4.0]
    path.write_text(path.read_text().replace("AllocTRES", "ReqTRES"))
    with pytest.raises(BadInput, match="has no column AllocTRES"):
        SacctJobs(path=path, zone="UTC").read()
