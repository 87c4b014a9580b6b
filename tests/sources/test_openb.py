"""Openb pods: the censored are not taken for finished, the shared not for whole."""

from pathlib import Path

import numpy as np
import pytest

from gridtide.finding import BadInput
from gridtide.sources.openb import OpenbPods
from gridtide.testing.sources import JobSourcePromises

FIXTURE = Path(__file__).parents[1] / "fixtures" / "sources" / "openb_pods.csv"


class TestOpenbPods(JobSourcePromises):
    source = OpenbPods(path=FIXTURE)


def test_running_and_unscheduled_pods_are_left_out_and_counted() -> None:
    """What was not seen to end has no length."""
    trace = OpenbPods(path=FIXTURE).read()
    assert trace.name.tolist() == ["openb-pod-0002", "openb-pod-0001", "openb-pod-0004"]
    notes = " ".join(trace.notes)
    assert "1 of 5 pods were still running at the end (right-censored)" in notes
    assert "1 of 5 pods were never scheduled" in notes


def test_censored_pods_may_be_kept_as_lower_bounds() -> None:
    """The choice is stated, and so is what their length means."""
    trace = OpenbPods(path=FIXTURE, censored="keep").read()
    assert len(trace) == 4
    assert "lower bound" in " ".join(trace.notes)


def test_a_shared_accelerator_is_a_fraction() -> None:
    """460 thousandths of one GPU are 0.46; eight whole ones are 8; none is 0."""
    trace = OpenbPods(path=FIXTURE).read()
    assert trace.units.tolist() == [8.0, 0.46, 0.0]
    assert trace.label.tolist() == ["BE", "LS", "Burstable"]
    assert trace.queued_s.tolist() == [5, 9, 1]


def test_a_pod_that_starts_before_it_was_made_is_refused(tmp_path: Path) -> None:
    """The order of its three times is part of the format."""
    (tmp_path / "bad.csv").write_text(FIXTURE.read_text().replace(",427070", ",427000"))
    with pytest.raises(BadInput, match="line 3 start"):
        OpenbPods(path=tmp_path / "bad.csv").read()


@pytest.mark.real
def test_the_real_pods_are_counted_as_the_data_page_says(data_dir: Path) -> None:
    """8,152 pods: 897 never scheduled; queueing delay median 2 s, largest 14,330 s."""
    path = data_dir / "gpu_jobs" / "openb_2023.parquet"
    trace = OpenbPods(path=path, censored="keep").read()
    assert len(trace) == 8_152 - 897
    assert np.median(trace.queued_s) == 2
    assert trace.queued_s.max() == 14_330
    assert len(OpenbPods(path=path).read()) == 1_870 + 192
