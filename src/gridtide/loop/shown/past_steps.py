"""What was metered and planned of the steps of a month: kept while the room goes on, for those who look back."""

from collections import deque
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.plan import Plan
from gridtide.loop.seen import Seen
from gridtide.timeline import Timeline, instant

Real = NDArray[np.float64]
KEPT = 3_000
"""Steps: a month of quarters of an hour."""
METERED = ("it_kw", "facility_kw", "import_kw", "export_kw")
PLANNED = ("it_kw", "facility_kw", "import_kw")


@dataclass(frozen=True, kw_only=True, eq=False)
class PastStep:
    """One step [start_s, end_s). metered: by METERED, (4, S), planned: by PLANNED as the plan of then had it, (3, S),
    kW; NaN where nobody said or planned."""

    start_s: int
    end_s: int
    metered: Real
    planned: Real


@dataclass(kw_only=True, eq=False)
class PastSteps:
    """The newest KEPT steps, oldest first."""

    steps: deque[PastStep] = field(default_factory=lambda: deque(maxlen=KEPT))

    def keep(self, step: tuple[int, int], seen: Seen | None, plan: Plan | None) -> None:
        """Take in a step that is over. seen: what its meters said, plan: that it went by."""
        if seen is None:
            return
        metered = np.stack([getattr(seen, name) for name in METERED])
        planned = np.full((len(PLANNED), metered.shape[1]), np.nan)
        begin = instant(step[0])
        if plan is not None and plan.horizon.start <= begin < plan.horizon.end:
            at = plan.horizon.step_holding(begin)
            planned = np.stack([getattr(plan, name)[:, at] for name in PLANNED])
        self.steps.append(
            PastStep(start_s=step[0], end_s=step[1], metered=metered, planned=planned)
        )


def unbroken(steps: tuple[PastStep, ...], most: int) -> tuple[PastStep, ...]:
    """The newest of these that follow each other without a gap, `most` at most."""
    first = len(steps)
    while first > 0 and len(steps) - first < most:
        if first < len(steps) and steps[first - 1].end_s != steps[first].start_s:
            break
        first -= 1
    return steps[first:]


def timeline_of(steps: tuple[PastStep, ...]) -> Timeline:
    """The edges of steps that follow each other, at least one."""
    return Timeline(edges_s=np.asarray([steps[0].start_s, *(one.end_s for one in steps)]))


def columns(steps: tuple[PastStep, ...]) -> tuple[dict[str, Real], dict[str, Real]]:
    """What was metered and what was planned, each by name, (S, T)."""
    metered = np.stack([one.metered for one in steps], axis=-1)
    planned = np.stack([one.planned for one in steps], axis=-1)
    return dict(zip(METERED, metered, strict=True)), dict(zip(PLANNED, planned, strict=True))
