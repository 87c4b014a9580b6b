"""What jobs do in the steps they were told, again, step by step and job by job as the rules read.

Nothing of `kernels`: what `kernels/twin.run_jobs` must find as well, and what its speed is held against.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(kw_only=True)
class PlainRun:
    """One job: what is known of it, and how far it has come. last_step: the last it ran in, None before the first."""

    site: int
    gang: int
    true_s: int
    declared_s: int
    restart_s: int
    available_s: int
    work_class: int
    done_s: int = 0
    last_step: int | None = None
    ended_s: int | None = None

    def run(self, step: int, step_s: int) -> float | None:
        """Run in a step that was told; its accelerators in use, mean over the step, None where it cannot run."""
        start_s = step * step_s
        if self.ended_s is not None or start_s < self.available_s:
            return None
        paused = self.done_s > 0 and self.last_step != step - 1
        lost_s = min(self.restart_s, step_s) if paused else 0
        until_s = min(self.true_s, self.declared_s)
        used_s = min(step_s - lost_s, until_s - self.done_s)
        self.done_s += used_s
        self.last_step = step
        if self.done_s >= until_s:
            self.ended_s = start_s + lost_s + used_s
        return self.gang * (lost_s + used_s) / step_s


@dataclass(kw_only=True)
class PlainHall:
    """The machines of one site. full_kw, parked_kw: of an accelerator that runs and of one that nothing uses."""

    accelerators: int
    full_kw: float
    parked_kw: float

    def it_kw(self, used: float) -> float:
        """IT power with so many accelerators in use."""
        return self.full_kw * used + self.parked_kw * (self.accelerators - used)


def plain_it_kw(
    runs: Sequence[PlainRun], told: Sequence[Sequence[int]], halls: Sequence[PlainHall], steps: int, step_s: int
) -> list[list[float]]:  # fmt: skip
    """IT power of each site in each of the first steps, kW. told: the steps of each job. The runs are moved on."""
    due: list[list[PlainRun]] = [[] for _ in range(steps)]
    for run, slots in zip(runs, told, strict=True):
        for slot in slots:
            if slot < steps:
                due[slot].append(run)
    power: list[list[float]] = [[] for _ in halls]
    for step, these in enumerate(due):
        used = [0.0 for _ in halls]
        for run in these:
            used[run.site] += run.run(step, step_s) or 0.0
        for site, hall in enumerate(halls):
            power[site].append(hall.it_kw(used[site]))
    return power
