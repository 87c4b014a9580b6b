"""What owners declare in a comment, and the mark that gridtide leaves beside what others keep."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.device import Pause
from gridtide.wire.slurm.allowed import is_job_id
from gridtide.wire.slurm.arguments import requeue, signal, slurm_time, tell
from gridtide.wire.slurm.hints import Whole, hints_in
from gridtide.wire.slurm.mark import Kind, Mark, mark_in, marked, unmarked

instants = st.integers(min_value=1, max_value=9_999_999_999).map(
    lambda s: datetime.fromtimestamp(s, UTC)
)
marks = st.builds(
    Mark,
    kind=st.sampled_from(Kind),
    until=instants,
    was=st.none() | instants,
    saved=st.none() | instants,
    wake=st.integers(min_value=0, max_value=9_999_999_999),
)


def test_every_key_is_read() -> None:
    """With blanks around it or without; other keys are kept and said."""
    found = hints_in(
        "site=north; class = train ;deadline=2026-11-23T09:00+08:00;pause=checkpoint;checkpoint=/a b/c;whole=rename"
        ";x=1",
        "7",
    )
    assert (found.site, found.work_class, found.pause) == ("north", "train", Pause.CHECKPOINT)
    assert (found.checkpoint, found.whole) == ("/a b/c", Whole.RENAME)
    assert found.deadline == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert found.unknown == (("x", "1"),)
    assert found.declared
    assert found.findings == ()


@pytest.mark.parametrize("comment", ["", "please do not touch", "x=1;y=2", ";;;"])
def test_a_comment_of_another_kind_declares_nothing(comment: str) -> None:
    """And permits nothing."""
    found = hints_in(comment, "7")
    assert not found.declared
    assert found.pause is Pause.NEVER


@pytest.mark.parametrize(
    "piece",
    [
        "deadline=2026-11-23T09:00",
        "deadline=soon",
        "pause=always",
        "checkpoint=ck",
        "checkpoint=/a\nb",
        "class=",
        "whole=maybe",
        "pause=never;pause=checkpoint",
    ],
)
def test_a_key_that_cannot_be_read_is_said(piece: str) -> None:
    """With job, key, value, what would be right and the command that mends it; nothing of it is used."""
    found = hints_in(f"site=north;{piece}", "7")
    (finding,) = found.findings
    assert "job 7, comment" in str(finding)
    assert "scontrol update JobId=7" in str(finding)
    assert found.pause is Pause.NEVER


@given(st.text(), marks)
def test_a_mark_is_read_back_and_taken_away_without_a_trace(kept: str, mark: Mark) -> None:
    """Whatever a site keeps beside it stays as it was."""
    own = unmarked(kept)
    assert mark_in(marked(own, mark)) == mark
    assert unmarked(marked(own, mark)) == own
    assert marked(marked(own, mark), mark) == marked(own, mark)


@given(st.text())
def test_only_digits_are_a_job(text: str) -> None:
    """Whatever else a name is, no command is made of it."""
    if is_job_id(text):
        assert set(text) <= set("0123456789_")
        return
    with pytest.raises(ValueError):
        requeue(text)
    with pytest.raises(ValueError):
        tell(text, None, "")
    with pytest.raises(ValueError):
        signal(text, "USR1", steps=False)


@pytest.mark.parametrize("name", ["", "USR1 2", "--state=R", "KILL;"])
def test_what_is_no_signal_makes_no_command(name: str) -> None:
    """Letters and digits only."""
    with pytest.raises(ValueError):
        signal("7", name, steps=True)


def test_a_start_time_is_never_too_early() -> None:
    """Slurm counts in seconds; a part of one is rounded up."""
    assert slurm_time(datetime(2026, 11, 30, 6, 0, 0, 1, tzinfo=UTC)) == "2026-11-30T06:00:01"
    assert slurm_time(datetime(2026, 11, 30, 6, tzinfo=UTC)) == "2026-11-30T06:00:00"
