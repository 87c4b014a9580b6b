"""What has been counted since the service began."""

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass, field
from threading import Lock

DECISION_BOUNDS_S = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
REASONS = ("no-token", "wrong-token", "expired-token", "role", "origin", "rate", "size", "other")
"""Why a request was refused: a fixed list, since what attackers send must not become a label."""


@dataclass
class Tallies:
    """Counts that only rise. acts: by fate. approvals: by what came of them. refused: requests, by reason.

    decision_s: sum over all decisions; decisions: how many took at most each bound, and more than the last.
    """

    acts: Counter[str] = field(default_factory=Counter)
    approvals: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    decision_s: float = 0.0
    decisions: list[int] = field(default_factory=lambda: [0] * (len(DECISION_BOUNDS_S) + 1))
    _one_at_a_time: Lock = field(default_factory=Lock, repr=False)

    def decided(self, seconds: float) -> None:
        """One more decision was made, in so long."""
        self.decisions[bisect_left(DECISION_BOUNDS_S, seconds)] += 1
        self.decision_s += seconds

    def refuse(self, reason: str) -> None:
        """One more request was refused; whichever thread says so."""
        with self._one_at_a_time:
            self.refused[reason if reason in REASONS else "other"] += 1
