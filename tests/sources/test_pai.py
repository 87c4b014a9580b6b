"""PAI jobs come in as the redistributor or the vendor wrote them, units never taken for more than said."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.sources.pai import PaiJobs
from gridtide.testing.sources import JobSourcePromises

FOLDER = Path(__file__).parents[1] / "fixtures" / "sources"
SAMPLE = PaiJobs(path=FOLDER / "pai_sample.csv")
TASKS = PaiJobs(path=FOLDER / "pai_task_table.csv", layout="task_table")


class TestPaiSample(JobSourcePromises):
    source = SAMPLE


class TestPaiTasks(JobSourcePromises):
    source = TASKS


def test_equal_jobs_are_kept_and_said() -> None:
    """Two equal rows can be two jobs."""
    trace = SAMPLE.read()
    assert len(trace) == 5
    assert "1 rows repeat another row exactly; they are kept" in trace.notes


def test_the_unit_is_not_called_an_accelerator() -> None:
    """The sample does not say whether it counts GPUs or CPUs."""
    trace = SAMPLE.read()
    assert trace.unit == "unit"
    assert not trace.anchored
    assert trace.submit_s.tolist() == [0, 68, 463, 2_619, 2_619]


def test_tasks_count_shares_of_accelerators() -> None:
    """Two instances of half a GPU are one, four of one are four, and none planned is none."""
    trace = TASKS.read()
    assert trace.name.tolist() == ["bbb/worker", "aaa/tensorflow", "eee/evaluator"]
    assert trace.units.tolist() == [4.0, 1.0, 0.0]
    assert trace.duration_s.tolist() == [300, 600, 60]
    assert trace.unit == "accelerator"
    notes = " ".join(trace.notes)
    assert "1 of 5 tasks have not ended" in notes
    assert "starts are used" in notes


@pytest.mark.parametrize("spoilt", ["-5.0", "0", "NaN", "1e12", "abc", ""])
def test_a_length_that_cannot_be_names_its_line(tmp_path: Path, spoilt: str) -> None:
    """Negative, zero, absurd and missing lengths are faults of a line."""
    (tmp_path / "bad.csv").write_text(SAMPLE.path.read_text().replace("1570.0", spoilt))
    with pytest.raises(BadInput, match="line 4 duration"):
        PaiJobs(path=tmp_path / "bad.csv").read()


def test_all_faulty_rows_are_counted(tmp_path: Path) -> None:
    """Five are shown, the rest are counted with the last one's line."""
    lines = ["arrival_time,length,cpus"] + ["1,-1,1"] * 30
    (tmp_path / "bad.csv").write_text("\n".join(lines))
    with pytest.raises(BadInput) as error:
        PaiJobs(path=tmp_path / "bad.csv").read()
    assert len(error.value.findings) == 6
    assert "25 more rows" in str(error.value.findings[-1])
    assert "line 31" in str(error.value.findings[-1])


def test_an_unknown_layout_is_refused() -> None:
    """The mend names the two there are."""
    with pytest.raises(BadInput, match="sample or task_table"):
        PaiJobs(path=SAMPLE.path, layout="other").read()  # type: ignore[arg-type]


@pytest.mark.real
def test_the_real_sample_is_kept_whole(data_dir: Path) -> None:
    """49,748 jobs over 182.5 days, 301 to 256,093 s, 937 repeated rows."""
    trace = PaiJobs(path=data_dir / "gpu_jobs" / "pai2020_gaia100k_h1.parquet").read()
    assert len(trace) == 49_748
    assert trace.submit_s[-1] / 86_400 == pytest.approx(182.5, abs=0.05)
    assert (trace.duration_s.min(), trace.duration_s.max()) == (301, 256_093)
    assert np.median(trace.duration_s) == 2_396
    assert "937 rows repeat another row exactly; they are kept" in trace.notes
