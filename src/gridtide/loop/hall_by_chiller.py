"""A hall cooled early or late by the supply temperature of its chiller, which is led along the way its air should go.

What a dispatch says is heat; what a chiller takes is a temperature. The model of the hall says how its air goes with
that heat, from where it was when it was told, and every 10 s the supply is told as much colder or warmer as the air
should be. That way ends at the temperatures the hall is kept to. Each supply is told for 45 s: where nobody looks, the
chiller is back at its own default by its own lease.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol, runtime_checkable

from gridtide.fleet.device import (
    CoolsAir,
    RenewsLeases,
    Restrains,
    Restraint,
    UnreachableError,
)
from gridtide.fleet.site_act import CoolBeyond
from gridtide.fleet.site_plants import HallReading
from gridtide.fleet.thermal import Hall
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.underway import TOLD
from gridtide.physics.room import room_after_c

STEERED_FOR = timedelta(seconds=45)
"""How long the chiller is told what to supply: it is back at its default where nobody looks for so long."""
SHORTEST = timedelta(seconds=1)
"""Nothing is told for less."""
AHEAD = timedelta(seconds=10)
"""The supply is that for the air a little later: when it is looked again."""


@runtime_checkable
class Chiller(CoolsAir, Restrains, RenewsLeases, Protocol):
    """A chiller that says what it supplies and how warm its hall is."""

    def read_supply_c(self) -> float:
        """What it supplies now [°C]. Raises UnreachableError."""
        ...

    def read_air_c(self) -> float:
        """How warm the air of its hall is [°C]. Raises UnreachableError."""
        ...

    @property
    def reads_air(self) -> bool:
        """Whether it says how warm its hall is."""
        ...

    @property
    def supply_between_c(self) -> tuple[float, float]:
        """The range in which it may be told what to supply [°C]."""
        ...


@dataclass(frozen=True, kw_only=True)
class _Way:
    """Where the hall is led: from what it was told, when, with which air, mass and supply [°C]."""

    told: CoolBeyond
    since: datetime
    air_c: float
    mass_c: float
    supply_c: float


@dataclass(kw_only=True, eq=False)
class HallByChiller:
    """Satisfies CoolsHall, Restrains and RenewsLeases: whoever renews its leases has it look. Any thread may call it.

    name: of the hall, by which its chiller is called too. mass_c: of the mass of the hall, which no sensor reads: it
    follows the air as the model of the hall says. at_end: whether the supply was cut to the chiller's range.
    """

    name: str
    hall: Hall
    chiller: Chiller
    now: Callable[[], datetime]
    gate: Gate = field(default_factory=Gate)
    way: _Way | None = None
    ticket: Ticket | None = None
    count: int = 0
    at_end: bool = False
    mass_c: float = math.nan
    seen_at: datetime | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def read_hall(self) -> HallReading:
        """How warm it is, and what is carried out as far as the chiller holds what it was told: unknown where that is
        at an end of its range, or was told before a restart. Raises UnreachableError."""
        with self.lock:
            air_c = self._look()
            return HallReading(
                of=self.name,
                heat_kw=self._heat_kw(),
                air_c=air_c,
                mass_c=self.mass_c,
                measured_at=self.now(),
            )

    def cool_beyond(self, ticket: Ticket, heat_kw: float, until: datetime) -> Outcome:
        """Lead its air as so much heat more carried out until an instant would, from here on."""
        with self.lock:
            now = self.now()
            stopped = self.gate.stopped(ticket, self.name, now)
            if stopped is not None:
                return stopped
            if until - now < SHORTEST:
                said = f"{self.name}: until {until}, less than a second from now"
                return self.gate.settled(ticket, Fate.REFUSED, said, now)
            told = CoolBeyond(hall=self.name, heat_kw=heat_kw, until=until)
            self.ticket = ticket
            try:
                air_c, supply_c = self._look(), self.chiller.read_supply_c()
            except UnreachableError as fault:
                return self.gate.settled(ticket, Fate.FAILED, str(fault), now)
            self.way = _Way(
                told=told, since=now, air_c=air_c, mass_c=self.mass_c, supply_c=supply_c
            )
            outcome = self._supplied(now)
            if outcome.fate not in TOLD:
                self.way = None
            return self.gate.settled(ticket, outcome.fate, outcome.said, now)

    def restraints(self) -> tuple[Restraint, ...]:
        """What it was told, while the chiller holds it. Raises UnreachableError."""
        with self.lock:
            held = self.chiller.restraints()
            if not held:
                return ()
            if self.way is None:
                return tuple(replace(one, subject=self.name) for one in held)
            told = self.way.told
            value = f"{told.heat_kw:+g} kW of heat"
            return (Restraint(subject=self.name, kind="cooling", value=value, until=told.until),)

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Have the chiller supply as it does by itself, at once."""
        with self.lock:
            now = self.now()
            stopped = self.gate.stopped(ticket, subject, now)
            if stopped is not None:
                return stopped
            if subject != self.name:
                said = f"{subject[:80]!r} is not {self.name}"
                return self.gate.settled(ticket, Fate.REFUSED, said, now)
            self.way, self.ticket = None, ticket
            outcome = self._let_go(now)
            return self.gate.settled(ticket, outcome.fate, outcome.said, now)

    def renew(self) -> tuple[Restraint, ...]:
        """Look, and lead the supply on; back to the chiller's own default where the hall is past its temperatures or
        what was told is over. What it still holds then ends by its lease. Raises UnreachableError."""
        with self.lock:
            now, air_c = self.now(), self._look()
            if self.way is None:
                self.chiller.renew()
                return self.restraints()
            if now + SHORTEST > self.way.told.until or self._is_past(air_c):
                self.way = None
                self._followed(self._let_go(now))
            else:
                self._followed(self._supplied(now))
            return self.restraints()

    def _look(self) -> float:
        """How warm the air is now; the mass has followed it since it was looked last. Raises UnreachableError."""
        air_c, now = self.chiller.read_air_c(), self.now()
        if math.isnan(self.mass_c) or self.seen_at is None:
            self.mass_c = air_c
        else:
            past_s = max((now - self.seen_at).total_seconds(), 0.0)
            share = math.exp(-past_s * self.hall.between_kw_per_k / self.hall.mass_kj_per_k)
            self.mass_c = air_c + (self.mass_c - air_c) * share
        self.seen_at = now
        return air_c

    def _is_past(self, air_c: float) -> bool:
        """Whether what was told leads a hall on that is past the temperatures it is kept to."""
        assert self.way is not None
        heat_kw = self.way.told.heat_kw
        too_warm, too_cold = air_c > self.hall.warmest_c, air_c < self.hall.coolest_c
        return (too_warm and heat_kw <= 0.0) or (too_cold and heat_kw >= 0.0)

    def _heat_kw(self) -> float:
        """What is carried out beyond what its machines give off, kW; NaN where the chiller does not show it."""
        if not self.chiller.restraints():
            return 0.0
        return math.nan if self.way is None or self.at_end else self.way.told.heat_kw

    def _supplied(self, now: datetime) -> Outcome:
        """What comes of telling the supply at which the air goes on its way."""
        assert self.way is not None
        way, hall = self.way, self.hall
        ahead = min(now + AHEAD, way.told.until)
        hours = (ahead - way.since).total_seconds() / 3600.0
        kept = (hall.air_kj_per_k, hall.mass_kj_per_k, hall.between_kw_per_k)
        aimed_c, _ = room_after_c(way.air_c, way.mass_c, -way.told.heat_kw, hours, *kept)
        aimed_c = min(max(aimed_c, hall.coolest_c), hall.warmest_c)
        low_c, high_c = self.chiller.supply_between_c
        wanted_c = way.supply_c + aimed_c - way.air_c
        supply_c = min(max(wanted_c, low_c), high_c)
        self.at_end = supply_c != wanted_c
        return self.chiller.cool_to(
            self._next_ticket(now), supply_c, min(now + STEERED_FOR, way.told.until)
        )

    def _let_go(self, now: datetime) -> Outcome:
        return self.chiller.release(self._next_ticket(now), self.name)

    def _next_ticket(self, now: datetime) -> Ticket:
        """By the newest ticket that was heard of here, so that a chiller that heard of a later leader refuses."""
        assert self.ticket is not None
        self.count += 1
        name = f"{self.ticket.id}/{self.count}"
        return replace(self.ticket, id=name, issued_at=now, expires_at=now + STEERED_FOR)

    def _followed(self, outcome: Outcome) -> None:
        if outcome.fate not in TOLD and outcome.fate is not Fate.UNCHANGED:
            raise UnreachableError(f"{self.name} is not led by its chiller: {outcome.said}")
