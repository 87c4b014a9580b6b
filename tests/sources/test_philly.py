"""Philly jobs keep their attempts, their duplicates and the missing zone of their clock straight."""

import json
from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.fleet.trace import UNKNOWN_S
from gridtide.sources.philly import PhillyJobs
from gridtide.testing.sources import JobSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "philly_job_log.json"


class TestPhillyJobs(JobSourcePromises):
    source = PhillyJobs(path=FIXTURE)


def test_run_time_is_that_of_all_attempts_and_size_that_of_the_largest() -> None:
    """74 s + 2 h on two, then four GPUs; the wait ends with the first start."""
    trace = PhillyJobs(path=FIXTURE).read()
    assert trace.name.tolist() == [f"application_1_000{n}" for n in (1, 2, 5)]
    assert trace.duration_s.tolist() == [1_800, 74 + 7_200, 60]
    assert trace.units.tolist() == [1.0, 4.0, 1.0]
    assert trace.queued_s.tolist() == [10, 30, 1_200]
    assert trace.label.tolist() == ["bbbb22", "aaaa11", "aaaa11"]


def test_without_a_zone_the_trace_is_undated_and_says_so() -> None:
    """No zone is stated, so none is invented: the clock starts at 0."""
    trace = PhillyJobs(path=FIXTURE).read()
    assert not trace.anchored
    assert trace.submit_s[0] == 0
    assert "states no time zone" in " ".join(trace.notes)


def test_with_a_zone_the_trace_is_dated() -> None:
    """23:00 on 6 October in Los Angeles is 06:00 UTC on the 7th."""
    trace = PhillyJobs(path=FIXTURE, zone="America/Los_Angeles").read()
    assert trace.anchored
    assert trace.submit_s[0] == 1_507_356_000


def test_jobs_without_an_end_are_left_out_and_counted() -> None:
    """One still runs, one never ran; neither gets a length by guess."""
    notes = " ".join(PhillyJobs(path=FIXTURE).read().notes)
    assert "1 of 5 jobs were still running" in notes
    assert "1 of 5 jobs have no recorded run" in notes


def test_an_unknown_zone_is_refused() -> None:
    """A zone that no clock has is named."""
    with pytest.raises(BadInput, match="Mars/Olympus"):
        PhillyJobs(path=FIXTURE, zone="Mars/Olympus").read()


def test_an_attempt_that_ends_before_it_starts_names_its_job(tmp_path: Path) -> None:
    """Negative run times are faults, not jobs."""
    jobs = json.loads(FIXTURE.read_text())
    jobs[1]["attempts"][0]["end_time"] = "2017-10-06 22:59:00"
    (tmp_path / "bad.json").write_text(json.dumps(jobs))
    with pytest.raises(BadInput, match="job 2 end"):
        PhillyJobs(path=tmp_path / "bad.json").read()


def test_entries_of_a_wrong_shape_are_all_named(tmp_path: Path) -> None:
    """A missing key, a number for a text and a list for an object show at once."""
    jobs = json.loads(FIXTURE.read_text())
    del jobs[0]["vc"]
    jobs[1]["submitted_time"] = 7
    jobs[2] = []
    (tmp_path / "bad.json").write_text(json.dumps(jobs))
    with pytest.raises(BadInput) as error:
        PhillyJobs(path=tmp_path / "bad.json").read()
    assert len(error.value.findings) == 3


def test_truncated_and_deeply_nested_json_are_refused(tmp_path: Path) -> None:
    """A broken download and a hostile file give an answer, not a traceback."""
    (tmp_path / "cut.json").write_text(FIXTURE.read_text()[:900])
    (tmp_path / "deep.json").write_text("[" * 200_000)
    for name in ("cut.json", "deep.json"):
        with pytest.raises(BadInput, match=name):
            PhillyJobs(path=tmp_path / name).read()


@pytest.mark.real
def test_the_real_jobs_are_all_kept(data_dir: Path) -> None:
    """68,063 jobs, 94 % on one GPU, 51 repeated rows kept and said, longest 53.6 days."""
    trace = PhillyJobs(path=data_dir / "gpu_jobs" / "philly_2017.parquet").read()
    assert len(trace) == 68_063
    assert (trace.units == 1).mean() == pytest.approx(0.94, abs=0.005)
    assert "51 rows repeat another row exactly; they are kept" in trace.notes
    assert trace.duration_s.max() / 86_400 == pytest.approx(53.6, abs=0.05)
    assert len(np.unique(trace.label)) == 14
    assert (trace.queued_s == UNKNOWN_S).all()
    dated = PhillyJobs(
        path=data_dir / "gpu_jobs" / "philly_2017.parquet", zone="America/Los_Angeles"
    ).read()
    assert dated.anchored
