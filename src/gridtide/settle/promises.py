"""Which promises held, and what stood in the way of those that did not."""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from gridtide.fleet.jobs import Jobs


class Cause(IntEnum):
    """Why a promised deadline was missed; UNEXPLAINED must never occur."""

    NONE = 0
    OVERRUN = 1
    LIMIT_CUT = 2
    TRANSFER = 3
    UNEXPLAINED = 4


@dataclass(frozen=True, kw_only=True)
class Promises:
    """Counts over jobs. missed: promised jobs that did not end in time, by cause."""

    asked: int
    promised: int
    missed: dict[Cause, int]
    done: int
    late_unpromised: int

    @property
    def missed_deadlines(self) -> int:
        """Promised deadlines that were not kept, whatever the cause."""
        return sum(self.missed.values())


def settle_promises(
    jobs: Jobs,
    ended_s: NDArray[np.int64],
    complete: NDArray[np.bool_],
    promised: NDArray[np.bool_],
    cut: NDArray[np.bool_],
    until_s: int,
) -> Promises:
    """Count kept and missed promises up to `until_s`.

    ended_s: when a job ended, -1 never. complete: its work was all done, not stopped at the declared
    limit. cut: a limit that held when the job was promised was cut later.
    """
    due = jobs.deadline_s <= until_s
    late = due & ((ended_s < 0) | (ended_s > jobs.deadline_s))
    overrun = (ended_s >= 0) & ~complete
    missed = promised & (late | overrun)
    causes = np.select(
        [overrun, cut], [int(Cause.OVERRUN), int(Cause.LIMIT_CUT)], default=int(Cause.UNEXPLAINED)
    )
    return Promises(
        asked=len(jobs),
        promised=int(promised.sum()),
        missed={
            cause: int((missed & (causes == cause)).sum())
            for cause in Cause
            if cause is not Cause.NONE and (missed & (causes == cause)).any()
        },
        done=int(((ended_s >= 0) & complete).sum()),
        late_unpromised=int((late & ~promised).sum()),
    )
