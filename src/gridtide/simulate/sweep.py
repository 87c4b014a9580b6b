"""One study over many settings: tasks handed out, each answer kept as it comes, gone on with where it was left."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    wait,
)
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import product
from math import prod
from typing import Any, Protocol

Value = bool | int | float | str
LOOKS_UP_S = 1.0
"""How long at most it waits without a look: an interrupt may reach another thread first."""


@dataclass(frozen=True, kw_only=True)
class Axis:
    """What changes from task to task. name: of a key, or of what several keys share, as seed; values: each once."""

    name: str
    values: tuple[Value, ...]

    def __post_init__(self) -> None:
        if not self.values:
            raise ValueError(f"{self.name} has no value")


@dataclass(frozen=True, kw_only=True)
class Task:
    """One setting. number: its place among all, from 0; changes: a value for each axis, in their order."""

    number: int
    changes: tuple[tuple[str, Value], ...]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What became of a task: a document, or why there is none. lasting: the same would come of it again."""

    document: Mapping[str, Any] | None
    fault: str = ""
    lasting: bool = True


class Keeps(Protocol):
    """Keeps answers as they come."""

    def answered(self) -> Collection[int]:
        """Numbers of the tasks that need not be asked again."""

    def keep(self, task: Task, answer: Answer) -> None:
        """Returns when nothing that happens later can lose it. Raises OSError where it cannot be kept."""


@dataclass(frozen=True, kw_only=True)
class Hands:
    """Who does tasks. opened: a new executor, closed by leaving it; ahead: tasks handed out before their turn."""

    opened: Callable[[], AbstractContextManager[Executor]]
    ahead: int


@dataclass(frozen=True, kw_only=True)
class Tally:
    """How far a sweep is: tasks in all, kept before it began, answered and at fault since."""

    tasks: int
    before: int
    answered: int
    at_fault: int

    @property
    def left(self) -> int:
        """Tasks nobody has answered yet."""
        return self.tasks - self.before - self.answered - self.at_fault


def count_of(axes: tuple[Axis, ...]) -> int:
    """How many tasks all values of all axes together are."""
    return prod(len(axis.values) for axis in axes)


def tasks_of(axes: tuple[Axis, ...]) -> Iterator[Task]:
    """Every value of each axis with every one of the others; the last axis changes first."""
    names = tuple(axis.name for axis in axes)
    for number, values in enumerate(product(*(axis.values for axis in axes))):
        yield Task(number=number, changes=tuple(zip(names, values, strict=True)))


def sweep(
    axes: tuple[Axis, ...],
    ask: Callable[[Task], Answer],
    hands: Hands,
    keeper: Keeps,
    tell: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Have every task of the axes answered that the keeper has no answer of, and each answer kept as it comes.

    ask: done by the hands, so it can be pickled; it raises nothing. A task whose process ends is asked once more with
    nothing beside it, and is at fault where that process ends too; what was asked beside it is asked again. Raises what
    the keeper raises; what was kept before stays kept.
    """
    known = frozenset(keeper.answered())
    course = _Course(
        waiting=(task for task in tasks_of(axes) if task.number not in known),
        keeper=keeper,
        tell=tell,
        tally=Tally(tasks=count_of(axes), before=len(known), answered=0, at_fault=0),
    )
    tell(course.tally)
    while course.has_more():
        with hands.opened() as executor:
            course.go_on(executor, ask, hands.ahead)
    return course.tally


@dataclass(kw_only=True, eq=False)
class _Course:
    """A sweep on its way. suspects: in flight when a process ended, asked again one by one."""

    waiting: Iterator[Task]
    keeper: Keeps
    tell: Callable[[Tally], None]
    tally: Tally
    suspects: deque[Task] = field(default_factory=deque)
    next_task: Task | None = None

    def has_more(self) -> bool:
        """Whether somebody has to answer something still."""
        if self.next_task is None:
            self.next_task = next(self.waiting, None)
        return bool(self.suspects) or self.next_task is not None

    def go_on(self, executor: Executor, ask: Callable[[Task], Answer], ahead: int) -> None:
        """Hand tasks out until none is left or the executor is broken."""
        alone = self._asked_alone(executor, ask)
        flying: dict[Future[Answer], Task] = {}
        while alone and (flying or self.has_more()):
            try:
                while len(flying) < ahead and self.has_more():
                    assert self.next_task is not None
                    flying[executor.submit(ask, self.next_task)] = self.next_task
                    self.next_task = None
                landed = wait(flying, LOOKS_UP_S, return_when=FIRST_COMPLETED).done
                for future in sorted(landed, key=lambda one: flying[one].number):
                    self._keep(flying[future], _landed(future))
                    del flying[future]
            except BrokenExecutor:
                self._put_back(flying)
                return

    def _asked_alone(self, executor: Executor, ask: Callable[[Task], Answer]) -> bool:
        """Ask those under suspicion with nothing beside them; False where the executor broke at one of them."""
        while self.suspects:
            task = self.suspects.popleft()
            try:
                future = executor.submit(ask, task)
                while not wait([future], LOOKS_UP_S).done:
                    pass
                answer = _landed(future)
            except BrokenExecutor:
                fault = "the process that did it ended, also with nothing beside it"
                self._keep(task, Answer(document=None, fault=fault, lasting=False))
                return False
            self._keep(task, answer)
        return True

    def _put_back(self, flying: Mapping[Future[Answer], Task]) -> None:
        """Keep what had landed when the executor broke, and put all else under suspicion."""
        for future, task in flying.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self._keep(task, future.result())
            else:
                self.suspects.append(task)

    def _keep(self, task: Task, answer: Answer) -> None:
        self.keeper.keep(task, answer)
        at_fault = answer.document is None
        self.tally = Tally(
            tasks=self.tally.tasks,
            before=self.tally.before,
            answered=self.tally.answered + (not at_fault),
            at_fault=self.tally.at_fault + at_fault,
        )
        self.tell(self.tally)


def _landed(future: Future[Answer]) -> Answer:
    """What came of a task; where its hands gave it up, that. Raises BrokenExecutor where they do nothing more."""
    try:
        return future.result()
    except BrokenExecutor:
        raise
    except CancelledError:
        raise BrokenExecutor("nobody does what was handed out") from None
    except Exception as fault:
        return Answer(document=None, fault=f"given up: {fault}", lasting=False)
