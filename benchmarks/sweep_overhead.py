"""What keeping and handing out costs: tasks that take a second each, beside the same seconds without a sweep.

Each task only sleeps, so that nothing but the sweep itself is beside it; the ideal is tasks x seconds / workers. What
keeps answers is imported here alone, as by the command: processes that do tasks read this file again without it.
"""

import tempfile
import time
from functools import partial
from pathlib import Path

import click

from gridtide.simulate.sweep import Answer, Axis, Task, sweep

NUMBERS = 2_000
"""That an answer holds: some 40 KiB, as much as the document of a run."""


def slept(seconds: float, task: Task) -> Answer:
    """Sleep, and answer with as many numbers as a run does."""
    time.sleep(seconds)
    return Answer(document={f"number {one}": one / 7.0 for one in range(NUMBERS)})


@click.command()
@click.option("--tasks", default=60, show_default=True)
@click.option("--seconds", default=1.0, show_default=True)
@click.option("--workers", "count", default=2, show_default=True)
def main(tasks: int, seconds: float, count: int) -> None:
    """Print how much longer a sweep takes than its tasks, the start of its processes apart and with it."""
    from gridtide.doors.sweeping.hands import workers
    from gridtide.doors.sweeping.kept_answers import KeptAnswers
    from gridtide.doors.sweeping.studies import Asked

    axes = (Axis(name="seed", values=tuple(range(tasks))),)
    asked = Asked(study="run", content={}, file=Path())
    hands = workers(count)
    told: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        kept = KeptAnswers(Path(folder), asked, axes)
        begun_s = time.perf_counter()
        sweep(
            axes,
            partial(slept, seconds),
            hands,
            kept,
            lambda tally: told.append(time.perf_counter()),
        )
        ended_s = time.perf_counter()
        kept.close()
    ideal_s = tasks * seconds / count
    first_done_s = told[1] - seconds
    print(f"{tasks} tasks of {seconds:g} s by {count} processes: at best {ideal_s:.2f} s")
    print(
        f"from the first task on {told[-1] - first_done_s:.2f} s, {(told[-1] - first_done_s) / ideal_s - 1.0:+.2%}"
    )
    print(
        f"with the start of the processes {ended_s - begun_s:.2f} s, {(ended_s - begun_s) / ideal_s - 1.0:+.2%}"
    )


if __name__ == "__main__":
    main()
