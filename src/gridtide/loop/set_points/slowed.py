"""What work is behind by since set-points slowed it, for whoever counts what is done of it, and for its scheduler."""

import threading
from bisect import bisect_right
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

SPARE_S = 900
"""So much longer than its work needs a job that set-points may slow is let run by its scheduler."""
KNOWN_AFTER = timedelta(seconds=60)
"""A decision knows what was done of work so long before it was made, at the least."""
THIN_S = 5.0


@dataclass(kw_only=True, eq=False)
class Slowed:
    """Any thread may ask it, and none waits. lost: of each job, by when it was behind by how much, s at full speed,
    rising. spare: by how much each job that runs may fall behind before its scheduler ends it, s at full speed, inf
    where nobody limits it; by place, as its scheduler listed it last. moved: jobs that were moved since somebody took
    them up."""

    lost: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    spare: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    moved: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def lose(self, name: str, now: datetime, lost_s: float) -> None:
        """A job is behind by so much more from now on; by less it never is."""
        if lost_s <= 0.0:
            return
        at_s = now.timestamp()
        with self.lock:
            course = self.lost.setdefault(name, [])
            whole_s = lost_s + (course[-1][1] if course else 0.0)
            if len(course) > 1 and at_s - course[-2][0] < THIN_S:
                course.pop()
            course.append((at_s, whole_s))

    def lost_s(self, name: str) -> float:
        """What a job is behind by in all."""
        with self.lock:
            course = self.lost.get(name)
            return course[-1][1] if course else 0.0

    def since_s(self, name: str, made_at: datetime) -> float:
        """What a job is behind by beyond what a decision of an instant knew."""
        at_s = (made_at - KNOWN_AFTER).timestamp()
        with self.lock:
            course = self.lost.get(name)
            if not course:
                return 0.0
            known = bisect_right([at for at, _ in course], at_s)
            return course[-1][1] - (course[known - 1][1] if known else 0.0)

    def runs(self, place: str, spare: Mapping[str, float]) -> None:
        """What runs at a place by its scheduler, and by how much each may fall behind."""
        self.spare = {**self.spare, place: dict(spare)}

    def spare_s(self, place: str, name: str) -> float:
        """By how much a job may fall behind before its scheduler ends it; 0 of one that is not listed there."""
        return self.spare.get(place, {}).get(name, 0.0)

    def strangers(self, place: str, names: Collection[str]) -> tuple[str, ...]:
        """Jobs that run at a place beside these."""
        return tuple(sorted(set(self.spare.get(place, {})) - set(names)))

    def move(self, names: Collection[str]) -> None:
        """Jobs run at another point than they were told: no meter shows what they were told."""
        with self.lock:
            self.moved |= set(names)

    def take_moved(self) -> frozenset[str]:
        """Jobs that were moved since this was asked last."""
        with self.lock:
            found, self.moved = frozenset(self.moved), set()
        return found

    def keep_only(self, names: Collection[str]) -> None:
        """Forget jobs that are gone."""
        with self.lock:
            self.lost = {name: course for name, course in self.lost.items() if name in names}

    def plain(self) -> dict[str, float]:
        """What each job is behind by, for a store."""
        with self.lock:
            return {name: course[-1][1] for name, course in sorted(self.lost.items())}

    def take_up(self, kept: Mapping[str, float], now: datetime, more_s: float) -> None:
        """Know what another kept, once: lines keep what all work is behind by, and each is taken up. more_s: by how
        much each may be behind beyond that, since it was not kept."""
        for name, behind_s in kept.items():
            self.lose(name, now, float(behind_s) + more_s - self.lost_s(name))
