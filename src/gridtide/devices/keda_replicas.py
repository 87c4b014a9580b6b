"""Replicas that KEDA asks for: what is told stands here until its end, and the endpoint of the service says it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from gridtide.fleet.device import Restraint
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket


@dataclass(kw_only=True, eq=False)
class KedaReplicas:
    """Satisfies ScalesReplicas and Restrains. Nothing leaves this process: KEDA comes for the number, and falls back to
    what its owner set once nobody knows one, or this process is gone."""

    now: Callable[[], datetime]
    gate: Gate = field(default_factory=Gate)
    held: dict[str, tuple[int, datetime]] = field(default_factory=dict)

    def scale(self, ticket: Ticket, service: str, replicas: int, until: datetime) -> Outcome:
        """So many replicas of a service are wanted until an instant."""
        now = self.now()
        stopped = self.gate.stopped(ticket, service, now)
        if stopped is not None:
            return stopped
        self.held = {**self.held, service: (replicas, until)}
        said = f"{replicas} replicas of {service} are wanted until {until}"
        return self.gate.settled(ticket, Fate.DONE, said, now)

    def restraints(self) -> tuple[Restraint, ...]:
        """What is wanted now, by service."""
        now = self.now()
        return tuple(
            Restraint(subject=service, kind="replicas", value=f"{count} wanted", until=until)
            for service, (count, until) in sorted(self.held.items())
            if until > now
        )

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Nothing is wanted any more: KEDA falls back."""
        now = self.now()
        stopped = self.gate.stopped(ticket, subject, now)
        if stopped is not None:
            return stopped
        known = subject in self.held
        self.held = {key: one for key, one in self.held.items() if key != subject}
        fate = Fate.DONE if known else Fate.UNCHANGED
        return self.gate.settled(ticket, fate, "nothing is wanted any more", now)


def keda(*, now: Callable[[], datetime]) -> KedaReplicas:
    """KEDA, by a table of a case: it has no keys of its own."""
    return KedaReplicas(now=now)
