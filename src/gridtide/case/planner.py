"""Plans in another process: one planner beside a service, started anew where it dies, and gone with it."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from queue import SimpleQueue
from typing import Any

from gridtide.loop.mandate import Policy
from gridtide.loop.on_trial import OnTrial
from gridtide.loop.planning_beside import beside

NICER = 5
"""By how much a planner gives way to the service on the same cores."""
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class PlannerDiedError(BrokenExecutor):
    """The planner's process ended while it made a plan."""


def planner_of(policy: Policy) -> tuple[Policy, Callable[[], None]]:
    """The policy with its plans made in a process of their own, of which a room waits for the first alone; and what
    ends that process. A planner on trial and the house beside it are asked there one after the other. Returns at
    once."""
    planner = PlannerProcess()

    def made_there(one: Policy) -> Policy:
        plans = beside(one, planner)
        plans.waits_first, plans.give_up = True, planner.give_up
        return plans

    if isinstance(policy, OnTrial):
        return policy.made_by(made_there), planner.close
    return made_there(policy), planner.close


class PlannerProcess(Executor):
    """One process that does what it is asked, in order. It is started with the first call; one that died, or was given
    up since it hangs, is named to whoever waited for it and another does the next call. It ends when it is closed, and
    when this process is gone."""

    def __init__(self) -> None:
        self._work: SimpleQueue[tuple[Future[Any], Call] | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._worker: _Worker | None = None
        self._closed = False
        self._given_up = ""
        self._thread = threading.Thread(target=self._run, name="planner", daemon=True)
        self._thread.start()

    @property
    def pid(self) -> int | None:
        """Of the process; None while there is none."""
        worker = self._worker
        return None if worker is None else worker.process.pid

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have it done; returns at once. Its future holds PlannerDiedError where the process ended meanwhile."""
        future: Future[Any] = Future()
        self._work.put((future, (fn, args, kwargs)))
        return future

    def give_up(self, why: str) -> None:
        """End the process that makes something now; whoever waits for it hears why, and another does the next call."""
        with self._lock:
            worker, self._given_up = self._worker, why
        if worker is not None:
            worker.end()

    def close(self) -> None:
        """End the process, whatever it does. Closing twice is no fault."""
        with self._lock:
            self._closed = True
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.end()
        self._work.put(None)

    def _run(self) -> None:
        while (item := self._work.get()) is not None:
            future, call = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._done(call))
            except Exception as fault:
                future.set_exception(fault)

    def _done(self, call: Call) -> Any:
        worker = self._standing()
        try:
            good, found = worker.ask(call)
        except (EOFError, OSError) as fault:
            worker.end()
            with self._lock:
                self._worker = None if self._worker is worker else self._worker
                why, self._given_up = self._given_up, ""
            said = f"{worker.said()}: {why}" if why else worker.said()
            raise PlannerDiedError(f"planner {said}; another makes the plan") from fault
        if not good:
            raise found
        return found

    def _standing(self) -> "_Worker":
        with self._lock:
            if self._closed:
                raise PlannerDiedError("planner is closed")
            if self._worker is None:
                self._worker = _Worker.started()
            return self._worker


@dataclass(frozen=True, kw_only=True)
class _Worker:
    """A process and the line to it."""

    process: SpawnProcess
    line: Connection

    @classmethod
    def started(cls) -> "_Worker":
        spawn = get_context("spawn")
        here, there = spawn.Pipe()
        process = spawn.Process(target=_plans, args=(there,), name="gridtide planner", daemon=True)
        process.start()
        there.close()
        return cls(process=process, line=here)

    def ask(self, call: Call) -> tuple[bool, Any]:
        """What comes of a call: whether it is good, and the result or the fault. Raises EOFError where it died."""
        self.line.send(call)
        answer: tuple[bool, Any] = self.line.recv()
        return answer

    def said(self) -> str:
        return f"{self.process.pid} ended with {self.process.exitcode}"

    def end(self) -> None:
        self.process.kill()
        self.process.join()


def _plans(line: Connection) -> None:
    """The process: one call after another, for as long as the one that asks is there."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICER)
    threading.Thread(target=_ends_with_parent, daemon=True).start()
    while True:
        try:
            fn, args, kwargs = line.recv()
        except EOFError:
            return
        try:
            answer = (True, fn(*args, **kwargs))
        except Exception as fault:
            answer = (False, RuntimeError(f"{type(fault).__name__}: {fault}"))
        line.send(answer)


def _ends_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
