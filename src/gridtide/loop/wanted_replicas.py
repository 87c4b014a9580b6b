"""How many replicas keep a service's promise at each place, by what was told and what is measured now.

What a plan says of a service is a split of its requests. A place is asked for as many replicas as answer its share of
what comes now in time, and never for fewer than answer what comes there now: where requests are still sent is seen, not
believed. Replicas of a place answer at one speed, so that it answers slower only where all that is told to it may be.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
    """What a service shall run at a place until an instant. requests_per_s: what it is to answer there. slower: by the
    number of its slower point, from 1 on, 0 at the usual one."""

    replicas: int
    requests_per_s: float
    until: datetime
    slower: int = 0


@dataclass(frozen=True, kw_only=True, eq=False)
class WantedReplicas:
    """home: how each service's requests are split where nothing is told, by service and origin. accelerators: of one
    replica, by service and place; places that are not named answer nothing. needed: at the usual point; slower: at each
    slower point of a service, fastest first."""

    home: Mapping[tuple[str, str], Shares]
    accelerators: Mapping[tuple[str, str], int]
    needed: Needed
    oldest: timedelta = OLDEST
    slower: Mapping[str, tuple[Needed, ...]] = field(default_factory=dict)

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
        known = len(self.slower.get(service, ()))
        points = {
            place: number if number <= known else 0
            for place, number in slower_points(shares, told).items()
        }
        return self._counted(service, split, there, points, until)

    def _counted(
        self,
        service: str,
        split: Asked,
        there: Asked,
        points: Mapping[str, int],
        until: datetime,
    ) -> dict[str, Wanted]:
        """What the split and what comes now ask for, whichever is more. What comes from an origin that is told to go
        elsewhere is answered at the usual point: nobody said that it may be late."""
        by_plan = self._needs(service, split, points)
        strays = {
            place
            for origin, parts in there.items()
            for place in parts
            if split[origin].get(place, 0.0) <= 0.0
        }
        settled = {place: 0 if place in strays else number for place, number in points.items()}
        by_meter = self._needs(service, there, settled)
        found = {}
        for (name, place), each in self.accelerators.items():
            if name == service:
                most = max(by_plan.get(place, 0.0), by_meter.get(place, 0.0))
                found[place] = Wanted(
                    replicas=math.ceil(most / each - ROUNDING),
                    requests_per_s=sum(parts.get(place, 0.0) for parts in split.values()),
                    until=until,
                    slower=settled.get(place, 0),
                )
        return found

    def _needs(self, service: str, asked: Asked, points: Mapping[str, int]) -> dict[str, float]:
        """Accelerators by place, each at its point."""
        found = dict(self.needed(service, asked))
        for number in sorted({*points.values()} - {0}):
            at_point = self.slower[service][number - 1](service, asked)
            found |= {place: at_point[place] for place in at_point if points.get(place) == number}
        return found

    def _fresh(self, one: RouteReading, now: datetime) -> bool:
        return math.isfinite(one.asked_per_s) and now - one.measured_at <= self.oldest


def slower_points(
    shares: Mapping[str, Mapping[str, float]], told: Mapping[str, Route]
) -> dict[str, int]:
    """The slower point, from 1 on, at which each place answers: the fastest that anything there was told, where all
    that goes there from every origin was told a slower one; 0 elsewhere. shares: by origin and place."""
    found: dict[str, int] = {}
    for origin, parts in shares.items():
        slower = [dict(one) for one in told[origin].slower] if origin in told else []
        for place, part in parts.items():
            if part <= 0.0:
                continue
            own = [one.get(place, 0.0) for one in slower]
            all_slower = sum(own) >= part * (1.0 - ROUNDING)
            fastest = next((n for n, one in enumerate(own, start=1) if one > part * ROUNDING), 0)
            number = fastest if all_slower else 0
            found[place] = min(found.get(place, number), number)
    return found


def in_force(act: Route, now: datetime) -> bool:
    """Whether a split stands still."""
    return act.until + HANDOVER > now


def nobody(service: str) -> Mapping[str, Wanted] | None:
    """Of a room without services nobody knows what they shall run."""
    return None
