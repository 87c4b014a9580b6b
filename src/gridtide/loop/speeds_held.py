"""How fast work may surely have run under what boards were told: what is done of a job is counted by it.

Slower counts from before it is told, faster from after it was taken. What nobody renewed has ended long since, and is
counted as slow until somebody knows: work is never counted as done that may not be.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from typing import Any, TypeAlias

Spans: TypeAlias = list[tuple[int, float]]
"""From which second on which speed, in order; before the first, full speed."""
FULL = 1.0


@dataclass(kw_only=True, eq=False)
class SpeedsHeld:
    """spans: of each group of boards, by its name. limits_s: run limits that owners declared of jobs which were given
    more time, by the scheduler's id."""

    spans: dict[str, Spans] = field(default_factory=dict)
    limits_s: dict[str, int] = field(default_factory=dict)

    def hold(self, group: str, speed: float, at_s: int) -> None:
        """A group runs at a speed from a second on."""
        if self.now(group) != speed:
            spans = self.spans.setdefault(group, [])
            spans.append((max([at_s, *(at for at, _ in spans[-1:])]), speed))

    def now(self, group: str) -> float:
        """The speed that a group was said to run at last."""
        spans = self.spans.get(group, [])
        return spans[-1][1] if spans else FULL

    def done_s(self, groups: Iterable[str], begin_s: int, end_s: int) -> int:
        """Whole seconds of work, at full speed, that work on some groups has surely done: all of them are as fast as
        the slowest."""
        own = [self.spans.get(group, []) for group in groups]
        edges = {begin_s, max(begin_s, end_s)}
        edges |= {at for spans in own for at, _ in spans if begin_s < at < end_s}
        total = 0.0
        for first, last in pairwise(sorted(edges)):
            slowest = min((_speed_at(spans, first) for spans in own), default=FULL)
            total += slowest * (last - first)
        return int(total + 1e-9)

    def forget(self, before_s: int, jobs: Iterable[str]) -> None:
        """Forget what was over before a second, and limits of other jobs than these."""
        for spans in self.spans.values():
            while len(spans) > 1 and spans[1][0] <= before_s:
                spans.pop(0)
        kept = set(jobs)
        self.limits_s = {job: limit for job, limit in self.limits_s.items() if job in kept}

    def plain(self) -> dict[str, object]:
        """As plain values for JSON."""
        spans = {group: [list(one) for one in spans] for group, spans in self.spans.items()}
        return {"spans": spans, "limits_s": dict(self.limits_s)}

    def take_up(self, values: Mapping[str, Any]) -> None:
        """Know what another kept by `plain`."""
        self.spans = {
            group: [(int(at), float(speed)) for at, speed in spans]
            for group, spans in values["spans"].items()
        }
        self.limits_s = {job: int(limit) for job, limit in values["limits_s"].items()}


def second_of(moment: datetime) -> int:
    """The second since 1970 that an instant lies in."""
    return int(moment.timestamp() // 1)


def _speed_at(spans: Spans, at_s: int) -> float:
    """The speed that held from a second on."""
    return next((speed for since, speed in reversed(spans) if since <= at_s), FULL)
