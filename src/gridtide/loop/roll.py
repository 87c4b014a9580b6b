"""The roll of work: what owners declared of their jobs, and what a queue says beside it, as rows a decision may see."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.device import QueuedJob
from gridtide.fleet.jobs import Jobs, rows
from gridtide.fleet.run_time import Ended, estimated_s

Whole = NDArray[np.int64]
NOTHING = (np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))


@dataclass(frozen=True, kw_only=True, eq=False)
class Roll:
    """Declared jobs by name; of those that are not in a queue nothing is ever told.

    estimates: whether run times are judged by jobs that have ended; ended: of such jobs from before, their class,
    declared limit and run time. own: how many of the rows, the first, the case itself declares; the others a scheduler
    lists (`loop/newcomers.py`), all rows where nobody says. left_alone: jobs that are listed and cannot be decided on,
    with the reason; those that run are rows too, since they hold accelerators.
    """

    declared: Jobs
    estimates: bool = False
    ended: Ended = NOTHING
    own: int = -1
    left_alone: Mapping[str, str] = field(default_factory=dict)
    row_of: Mapping[str, int] = field(init=False)

    def __post_init__(self) -> None:
        numbers = {str(name): row for row, name in enumerate(self.declared.name)}
        object.__setattr__(self, "row_of", numbers)
        if self.own < 0:
            object.__setattr__(self, "own", len(numbers))

    def is_declared(self, name: str) -> bool:
        """Whether the case itself declares a job."""
        return self.row_of.get(name, self.own) < self.own

    def rows_of(self, queue: Mapping[str, QueuedJob]) -> Whole:
        """Rows of declared jobs that are in a queue and not over, in order of arrival."""
        there = [self.row_of[name] for name in queue if name in self.row_of]
        chosen = np.asarray(sorted(there), dtype=np.int64)
        return chosen[np.lexsort((chosen, self.declared.release_s[chosen]))]

    def expected_s(self, chosen: Whole, done_s: Mapping[str, int]) -> Whole:
        """What may be taken for the run times of rows. done_s: of every job that was seen to end."""
        jobs = self.declared
        if not self.estimates:
            return jobs.expected_s[chosen]
        past = self.past(done_s)
        return estimated_s(jobs.declared_s[chosen], jobs.work_class[chosen], past)

    def past(self, done_s: Mapping[str, int]) -> Ended:
        """Jobs that have ended, from before and since. done_s: of every job that was seen to end."""
        jobs = self.declared
        known = [self.row_of[name] for name in done_s if name in self.row_of]
        over = np.asarray(sorted(known), dtype=np.int64)
        ran_s = np.asarray([done_s[str(jobs.name[row])] for row in over], dtype=np.int64)
        seen = (jobs.work_class[over], jobs.declared_s[over], ran_s)
        past = [np.concatenate(pair) for pair in zip(self.ended, seen, strict=True)]
        return past[0], past[1], past[2]

    def jobs(self, chosen: Whole, expected_s: Whole) -> Jobs:
        """The rows as a decision may see them."""
        jobs = rows(self.declared, chosen)
        return replace(jobs, expected_s=np.minimum(expected_s, jobs.declared_s))
