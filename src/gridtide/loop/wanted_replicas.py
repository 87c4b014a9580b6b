"""How many replicas keep a service's promise at each place, by what was told and what is measured now.

What a plan says of a service is a split of its requests. A place is asked for as many replicas as answer its share of
what comes now in time, and never for fewer than answer what comes there now: where requests are still sent is seen, not
believed.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from gridtide.fleet.device import RouteReading, Shares
from gridtide.fleet.site_act import AnyAct, Route

Asked: TypeAlias = Mapping[str, Mapping[str, float]]
"""Requests per second by origin and place, site/pool."""
Needed: TypeAlias = Callable[[str, Asked], Mapping[str, float]]
"""Accelerators that answer so many requests of a service in time, by place."""
OLDEST = timedelta(minutes=2)
"""What was measured longer ago says nothing of now."""
HANDOVER = timedelta(minutes=2)
"""A split stands so much longer than it was told: what comes after it is told at its very end."""
ROUNDING = 1e-6


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a service shall run at a place until an instant. requests_per_s: what it is to answer there."""

    replicas: int
    requests_per_s: float
    until: datetime


@dataclass(frozen=True, kw_only=True, eq=False)
class WantedReplicas:
    """home: how each service's requests are split where nothing is told, by service and origin. accelerators: of one
    replica, by service and place; places that are not named answer nothing."""

    home: Mapping[tuple[str, str], Shares]
    accelerators: Mapping[tuple[str, str], int]
    needed: Needed
    oldest: timedelta = OLDEST

    def of(
        self, service: str, acts: Iterable[AnyAct], heard: Sequence[RouteReading], now: datetime
    ) -> dict[str, Wanted] | None:
        """Replicas by place; None where no split of the service is in force, or nobody says what comes.

        acts: what was told and holds, whatever it is. An origin of which nothing holds is answered at home.
        """
        told = {
            act.origin: act
            for act in acts
            if isinstance(act, Route) and act.service == service and in_force(act, now)
        }
        said = {one.origin: one for one in heard if one.service == service}
        origins = [origin for name, origin in self.home if name == service]
        if not told or not all(
            origin in said and self._fresh(said[origin], now) for origin in origins
        ):
            return None
        shares = {
            origin: dict(told[origin].shares if origin in told else self.home[service, origin])
            for origin in origins
        }
        split = {
            origin: {place: said[origin].asked_per_s * part for place, part in parts.items()}
            for origin, parts in shares.items()
        }
        there = {
            origin: {place: per_s for place, per_s in said[origin].answered_per_s if per_s > 0.0}
            for origin in origins
        }
        until = min(act.until for act in told.values()) + HANDOVER
        return self._counted(service, split, there, until)

    def _counted(
        self, service: str, split: Asked, there: Asked, until: datetime
    ) -> dict[str, Wanted]:
        """What the split and what comes now ask for, whichever is more."""
        by_plan, by_meter = self.needed(service, split), self.needed(service, there)
        found = {}
        for (name, place), each in self.accelerators.items():
            if name == service:
                most = max(by_plan.get(place, 0.0), by_meter.get(place, 0.0))
                found[place] = Wanted(
                    replicas=math.ceil(most / each - ROUNDING),
                    requests_per_s=sum(parts.get(place, 0.0) for parts in split.values()),
                    until=until,
                )
        return found

    def _fresh(self, one: RouteReading, now: datetime) -> bool:
        return math.isfinite(one.asked_per_s) and now - one.measured_at <= self.oldest


def in_force(act: Route, now: datetime) -> bool:
    """Whether a split stands still."""
    return act.until + HANDOVER > now


def nobody(service: str) -> Mapping[str, Wanted] | None:
    """Of a room without services nobody knows what they shall run."""
    return None
