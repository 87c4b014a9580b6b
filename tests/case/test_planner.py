"""A planner in a process of its own: replaced where it dies, gone when it is closed."""

import os
import signal
import time

import pytest

from gridtide.case.planner import PlannerDiedError, PlannerProcess


def test_a_planner_that_dies_is_named_and_another_does_the_next() -> None:
    """Whoever waited hears of it; what is asked next is done; closing ends the process and what it does."""
    planner = PlannerProcess()
    first = planner.submit(os.getpid).result()
    assert first == planner.pid != os.getpid()
    waited = planner.submit(time.sleep, 600)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(PlannerDiedError, match=f"planner {first} ended with -9"):
        waited.result()
    second = planner.submit(os.getpid).result()
    assert second not in (first, os.getpid())
    with pytest.raises(RuntimeError, match="ZeroDivisionError"):
        planner.submit(divmod, 1, 0).result()
    asleep = planner.submit(time.sleep, 600)
    while not asleep.running():
        time.sleep(0.01)
    planner.close()
    with pytest.raises(PlannerDiedError):
        asleep.result()
    with pytest.raises(ProcessLookupError):
        os.kill(second, 0)


def test_a_planner_that_hangs_is_given_up_and_another_does_the_next() -> None:
    """Whoever waited hears why; a plan that waited behind it is made by the next process."""
    planner = PlannerProcess()
    first = planner.submit(os.getpid).result()
    hangs, next_one = planner.submit(time.sleep, 600), planner.submit(os.getpid)
    while not hangs.running():
        time.sleep(0.01)
    planner.give_up("no plan came through 6 turns")
    with pytest.raises(PlannerDiedError, match=f"planner {first} ended with -9: no plan came"):
        hangs.result()
    assert next_one.result() not in (first, os.getpid())
    planner.close()
