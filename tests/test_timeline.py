"""Time: what every timeline keeps."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.timeline import Timeline, epoch_s, from_starts, holding, instant, regular, telescope

START = datetime(2023, 3, 25, tzinfo=UTC)


def test_a_naive_time_is_refused_with_the_mend() -> None:
    """A time without a zone is never guessed."""
    with pytest.raises(ValueError, match="no time zone; write it with one"):
        epoch_s(datetime(2023, 1, 1))  # noqa: DTZ001


def test_edges_must_increase() -> None:
    """A doubled or backward edge is named."""
    with pytest.raises(ValueError, match="2023-03-25 00:00"):
        Timeline(edges_s=np.asarray([epoch_s(START), epoch_s(START)]))


@given(st.lists(st.integers(1, 7200), min_size=1, max_size=50))
def test_hours_add_up_to_the_whole_span(lengths_s: list[int]) -> None:
    """Energy of a constant kW is kW times the span, whatever the steps."""
    edges = np.concatenate([[0], np.cumsum(lengths_s)])
    timeline = Timeline(edges_s=edges)
    assert timeline.hours.sum() == pytest.approx(sum(lengths_s) / 3600)


@pytest.mark.parametrize(
    ("first", "hours"), [("2023-03-25", 23), ("2023-10-28", 25), ("2023-06-01", 24)]
)
def test_a_local_day_has_the_hours_it_has(first: str, hours: int) -> None:
    """Days of 23, 24 and 25 hours are ordinary days."""
    start = datetime.fromisoformat(f"{first}T22:00:00+00:00")
    days = regular(start, timedelta(hours=1), 72).local_days("Europe/Berlin")
    counts = np.bincount(days)
    assert hours in counts[:2]


def test_a_telescope_is_fine_first() -> None:
    """24 quarters, then hours, then four-hour steps cover a week in 96 steps."""
    spans = [(timedelta(minutes=15), 24), (timedelta(hours=1), 42), (timedelta(hours=4), 30)]
    timeline = telescope(START, spans)
    assert len(timeline) == 96
    assert timeline.end - timeline.start == timedelta(days=7)
    assert timeline.step_s is None


@given(st.integers(1, 40), st.integers(0, 39))
def test_a_step_holds_its_own_start(n: int, at: int) -> None:
    """Steps are closed at their start and open at their end."""
    timeline = regular(START, timedelta(minutes=5), n)
    at = at % n
    assert timeline.step_holding(instant(timeline.starts_s[at])) == at
    with pytest.raises(IndexError):
        timeline.step_holding(timeline.end)


def test_release_rounds_up_and_deadline_rounds_down() -> None:
    """Only whole steps inside [release, deadline) may be used."""
    timeline = regular(START, timedelta(minutes=15), 8)
    release = np.asarray([epoch_s(START) + 1])
    deadline = np.asarray([epoch_s(START) + 3599])
    assert timeline.steps_from(release)[0] == 1
    assert timeline.steps_until(deadline)[0] == 3


def test_fine_steps_find_the_coarse_step_that_holds_them() -> None:
    """Outside the coarse timeline the answer is -1."""
    coarse = regular(START, timedelta(hours=1), 2)
    fine = regular(START - timedelta(minutes=30), timedelta(minutes=30), 6)
    assert holding(coarse, fine).tolist() == [-1, 0, 0, 1, 1, -1]


def test_between_keeps_whole_steps_only() -> None:
    """A window that cuts a step leaves it out."""
    timeline = regular(START, timedelta(hours=1), 5)
    part = timeline.between(START + timedelta(minutes=1), START + timedelta(hours=3))
    assert len(part) == 2
    with pytest.raises(ValueError, match="no whole step"):
        timeline.between(START + timedelta(minutes=1), START + timedelta(minutes=59))


def test_starts_and_a_last_step_make_a_timeline() -> None:
    """Files that stamp starts become edges."""
    assert from_starts([0, 1800, 2100], 300).edges_s.tolist() == [0, 1800, 2100, 2400]
