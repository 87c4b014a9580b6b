"""Standard Workload Format: 18 fields, -1 unknown, and only what ran becomes a job."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.finding import BadInput
from gridtide.fleet.trace import UNKNOWN_S, JobTrace
from gridtide.sources.swf import SwfJobs
from gridtide.testing.sources import JobSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "tiny.swf"


class TestSwfJobs(JobSourcePromises):
    source = SwfJobs(path=FIXTURE)


def test_fields_are_read_in_order_of_submission() -> None:
    """Jobs 1, 2, 3 by time of submission, dated by the header."""
    trace = SwfJobs(path=FIXTURE).read()
    assert trace.name.tolist() == ["1", "2", "3"]
    assert trace.anchored
    assert (trace.submit_s - 1_700_000_000).tolist() == [0, 60, 120]
    assert trace.duration_s.tolist() == [3_600, 1_800, 60]
    assert trace.units.tolist() == [16.0, 8.0, 4.0]
    assert trace.unit == "processor"
    assert trace.label.tolist() == ["2", "1", ""]
    assert "Synthetic cluster" in trace.source


def test_minus_one_is_unknown() -> None:
    """An unknown wait or limit is marked, and the processors asked for stand in with a note."""
    trace = SwfJobs(path=FIXTURE).read()
    assert trace.declared_s.tolist() == [7_200, 3_600, UNKNOWN_S]
    assert trace.queued_s.tolist() == [10, 5, UNKNOWN_S]
    assert "1 of 6 jobs count the processors asked for, not those given" in trace.notes


def test_what_never_ran_or_is_told_twice_is_left_out_and_counted() -> None:
    """A cancelled job, a partial execution and one of unknown size."""
    notes = " ".join(SwfJobs(path=FIXTURE).read().notes)
    for said in ("1 of 6 jobs never ran", "1 of 6 lines tell a part", "1 of 6 jobs have no known"):
        assert said in notes


def test_without_a_start_in_the_header_the_trace_is_undated(tmp_path: Path) -> None:
    """Seconds since the start of the log are not dates."""
    (tmp_path / "a.swf").write_text(FIXTURE.read_text().replace("UnixStartTime", "Other"))
    assert not SwfJobs(path=tmp_path / "a.swf").read().anchored


def test_gzip_is_read_and_broken_gzip_refused(tmp_path: Path) -> None:
    """The archive ships logs packed."""
    packed = gzip.compress(FIXTURE.read_bytes())
    (tmp_path / "a.swf.gz").write_bytes(packed)
    assert len(SwfJobs(path=tmp_path / "a.swf.gz").read()) == 3
    (tmp_path / "b.swf.gz").write_bytes(packed[:-30])
    with pytest.raises(BadInput, match="broken gzip"):
        SwfJobs(path=tmp_path / "b.swf.gz").read()


def test_lines_with_a_wrong_number_of_fields_are_named(tmp_path: Path) -> None:
    """Line and count, all of them."""
    (tmp_path / "a.swf").write_text("1 2 3\n" + FIXTURE.read_text() + "9 9\n")
    with pytest.raises(BadInput) as error:
        SwfJobs(path=tmp_path / "a.swf").read()
    assert [finding.value for finding in error.value.findings] == ["3 fields", "2 fields"]


def test_a_header_start_that_is_no_time_is_refused(tmp_path: Path) -> None:
    """A date for the epoch is a fault of the header."""
    (tmp_path / "a.swf").write_text(FIXTURE.read_text().replace("1700000000", "Tuesday"))
    with pytest.raises(BadInput, match="UnixStartTime: Tuesday"):
        SwfJobs(path=tmp_path / "a.swf").read()


@given(
    rows=st.lists(
        st.lists(
            st.one_of(st.integers(-2, 10**12), st.sampled_from(["nan", "x", "-1"])),
            min_size=18,
            max_size=18,
        ),
        max_size=5,
    )
)
def test_any_rows_give_jobs_or_bad_input(
    rows: list[list[int | str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Rows of the right width with any content are a log or a list of faults."""
    path = tmp_path_factory.mktemp("swf") / "any.swf"
    path.write_text("\n".join(" ".join(str(cell) for cell in row) for row in rows))
    try:
        trace = SwfJobs(path=path).read()
    except BadInput as error:
        assert error.findings
    else:
        assert isinstance(trace, JobTrace)
        assert (trace.duration_s > 0).all()
        assert (trace.units > 0).all()
