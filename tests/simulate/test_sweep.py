"""Tasks of a sweep: each answered once and kept, whoever does them and whatever ends meanwhile."""

import os
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.doors.sweeping.hands import workers
from gridtide.simulate.sweep import Answer, Axis, Hands, Tally, Task, count_of, sweep, tasks_of

AXES = (Axis(name="a", values=(1, 2, 3)), Axis(name="b", values=("x", "y")))


class Kept:
    """Answers in memory, each as often as it was kept."""

    def __init__(self, known: frozenset[int] = frozenset()) -> None:
        self.known, self.answers = known, list[tuple[int, Answer]]()

    def answered(self) -> frozenset[int]:
        """Those given."""
        return self.known

    def keep(self, task: Task, answer: Answer) -> None:
        """Keep it."""
        self.answers.append((task.number, answer))


@contextmanager
def _threads() -> Iterator[Executor]:
    with ThreadPoolExecutor(3) as pool:
        yield pool


THREADS = Hands(opened=_threads, ahead=6)


def spelt(task: Task) -> Answer:
    """The task's own changes."""
    return Answer(document={"number": task.number, **dict(task.changes)})


def deadly(folder: Path, task: Task) -> Answer:
    """As `spelt`, but one task ends its process, and writes down that it was begun."""
    if task.number == 2:
        with open(folder / "begun", "a", encoding="utf-8") as file:
            file.write("x")
        os._exit(1)
    return spelt(task)


def dies_once(folder: Path, task: Task) -> Answer:
    """As `spelt`; one task ends its process the first time."""
    mark = folder / "mark"
    if task.number == 3 and not mark.exists():
        mark.touch()
        os._exit(1)
    return spelt(task)


def test_every_value_meets_every_other_and_the_last_axis_changes_first() -> None:
    tasks = list(tasks_of(AXES))
    assert [dict(task.changes) for task in tasks[:3]] == [
        {"a": 1, "b": "x"},
        {"a": 1, "b": "y"},
        {"a": 2, "b": "x"},
    ]
    assert [task.number for task in tasks] == list(range(count_of(AXES))) == list(range(6))


@given(st.frozensets(st.integers(0, 5)), st.integers(1, 8))
def test_what_is_known_is_not_asked_and_all_else_is_asked_once(
    known: frozenset[int], ahead: int
) -> None:
    kept, tallies = Kept(known), list[Tally]()
    sweep(AXES, spelt, Hands(opened=_threads, ahead=ahead), kept, tallies.append)
    assert sorted(number for number, _ in kept.answers) == sorted(set(range(6)) - known)
    assert tallies[-1].left == 0 and tallies[0].left == 6 - len(known)


def test_a_task_that_ends_its_process_is_at_fault_and_all_others_are_answered(
    tmp_path: Path,
) -> None:
    """What flew beside it is asked again; it is asked alone once more, and then given up."""
    kept = Kept()
    tally = sweep(AXES, partial(deadly, tmp_path), workers(2), kept)
    found = dict(kept.answers)
    assert len(kept.answers) == 6 and (tally.answered, tally.at_fault) == (5, 1)
    assert "process that did it ended" in found[2].fault and not found[2].lasting
    assert (tmp_path / "begun").read_text() == "xx"


def test_a_process_that_ends_once_loses_nothing(tmp_path: Path) -> None:
    kept = Kept()
    tally = sweep(AXES, partial(dies_once, tmp_path), workers(2), kept)
    assert sorted(kept.answers) == sorted((task.number, spelt(task)) for task in tasks_of(AXES))
    assert tally.answered == 6


def test_what_a_keeper_raises_ends_the_sweep_with_no_process_left(tmp_path: Path) -> None:
    class Full(Kept):
        def keep(self, task: Task, answer: Answer) -> None:
            raise OSError("no space left")

    with pytest.raises(OSError, match="no space"):
        sweep(AXES, spelt, workers(2), Full())


def test_an_axis_without_values_is_refused() -> None:
    with pytest.raises(ValueError, match="no value"):
        Axis(name="a", values=())
