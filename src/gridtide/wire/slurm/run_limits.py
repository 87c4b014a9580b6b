"""More time for jobs of Slurm: what runs slower than its owner thought of is not ended at its limit for that."""

from dataclasses import dataclass
from math import ceil
from typing import Protocol

from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.wire.slurm.begins import Begins
from gridtide.wire.slurm.jobs import SlurmJob


class Lengthens(Protocol):
    """One way of telling a controller of Slurm a run limit; takes an operator of Slurm for jobs that run."""

    def give_time(self, job: SlurmJob, run_limit_min: int) -> None:
        """Let a job run so many minutes since its start. Raises UnreachableError, TurnedDownError."""
        ...


@dataclass(frozen=True, kw_only=True)
class RunLimits:
    """begins: the queue; its gate keeps the order of tickets of run limits alone."""

    begins: Begins
    hands: Lengthens

    def give_time(self, ticket: Ticket, job: str, run_limit_s: int) -> Outcome:
        """Let a job that waits or runs go on for so long since its start, read back; never for less than it may."""
        return self.begins.act(ticket, job, lambda found: self._given(ticket, found, run_limit_s))

    def _given(self, ticket: Ticket, job: SlurmJob, run_limit_s: int) -> Outcome:
        if job.run_limit_s is None or job.run_limit_s >= run_limit_s:
            return self.begins.end(ticket, Fate.UNCHANGED, f"job {job.id} may run so long already")
        if not (job.waits or job.runs):
            said = (
                f"job {job.id} is {'+'.join(sorted(job.states))}; only what waits or runs gets time"
            )
            return self.begins.end(ticket, Fate.REFUSED, said)
        self.hands.give_time(job, ceil(run_limit_s / 60))
        after = self.begins.find(job.id)
        if after is not None and (after.run_limit_s or 0) >= run_limit_s:
            said = f"job {job.id} may run {after.run_limit_s} s since its start"
            return self.begins.end(ticket, Fate.DONE, said)
        said = f"job {job.id} was given {run_limit_s} s; Slurm does not have it so"
        return self.begins.end(ticket, Fate.FAILED, said)
