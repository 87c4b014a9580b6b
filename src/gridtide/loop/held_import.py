"""A site's import held by its store within each step: what the meter of the connection reads is looked at every 10 s.

The store does what it was told as long as the import stays between its levels. Above the highest it gives more (or
takes less), below the least it takes more, as far as it can; then it goes back to what it was told.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from gridtide.fleet.device import (
    ReadsPower,
    RenewsLeases,
    Restrains,
    Restraint,
    StoreReading,
    StoresEnergy,
    UnreachableError,
)
from gridtide.fleet.site import Battery
from gridtide.fleet.site_act import HoldImport
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.underway import TOLD

STEERED_FOR = timedelta(seconds=45)
"""How long the store is told what holds the import: it rests where nobody looks for so long."""
OLDEST = timedelta(seconds=15)
"""A meter that was read longer ago says nothing of now."""
DEAD_SHARE = 0.01
"""The store is told anew where what it should do differs by more than this share of its power."""


@dataclass(kw_only=True, eq=False)
class SteeredStore:
    """Satisfies StoresEnergy and Restrains: a store that is told by the loop, and by what holds its site's import. Any
    thread may call it. battery: what it can; meter: of the connection, with what its site calls `import` and
    `export`."""

    store: StoresEnergy
    battery: Battery
    site: str
    meter: ReadsPower
    now: Callable[[], datetime]
    told: tuple[float, datetime] | None = None
    level: HoldImport | None = None
    ticket: Ticket | None = None
    steered_kw: float | None = None
    count: int = 0
    lock: threading.RLock = field(default_factory=threading.RLock)

    def read_store(self) -> StoreReading:
        """As it is. Raises UnreachableError."""
        return self.store.read_store()

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant; what holds the import goes on from there."""
        with self.lock:
            outcome = self.store.exchange(ticket, charge_kw, discharge_kw, until)
            if outcome.fate in TOLD:
                self.told, self.steered_kw = (charge_kw - discharge_kw, until), None
                self.heard_of(ticket)
            return outcome

    def heard_of(self, ticket: Ticket) -> None:
        """A ticket of the room: what is told here from now on is as new as the newest."""
        before = self.ticket
        if before is None or (ticket.epoch, ticket.sequence) > (before.epoch, before.sequence):
            self.ticket = ticket

    def restraints(self) -> tuple[Restraint, ...]:
        """What the store holds. Raises UnreachableError."""
        return self.store.restraints() if isinstance(self.store, Restrains) else ()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let it rest at once, and hold no import by it."""
        with self.lock:
            self.told = self.level = self.steered_kw = None
            if isinstance(self.store, Restrains):
                return self.store.release(ticket, subject)
            said = f"{subject} lets nothing go; it ends by itself"
            return Outcome(ticket=ticket.id, fate=Fate.REFUSED, said=said, at=self.now())

    def steer(self) -> None:
        """Have the store hold the import now. Raises UnreachableError where that cannot be known or told."""
        with self.lock:
            now = self.now()
            if self.level is not None and self.level.until <= now:
                self.level = None
            base_kw = self.told[0] if self.told is not None and self.told[1] > now else 0.0
            if self.level is None:
                self._give_back(base_kw)
                return
            reading, drawn_kw = self.store.read_store(), self._drawn_kw(now)
            without_kw = drawn_kw - (reading.charge_kw - reading.discharge_kw)
            wanted_kw = self._able(held_kw(self.level, without_kw, base_kw), reading)
            if abs(wanted_kw - base_kw) <= DEAD_SHARE * self.battery.discharge_max_kw:
                self._give_back(base_kw)
                return
            self._tell(wanted_kw, now + STEERED_FOR)
            self.steered_kw = wanted_kw

    def _give_back(self, base_kw: float) -> None:
        """What the loop told it holds again, once nothing is held any more."""
        if self.steered_kw is not None:
            until = self.told[1] if self.told is not None else self.now() + STEERED_FOR
            self._tell(base_kw, max(until, self.now() + STEERED_FOR))
            self.steered_kw = None

    def _drawn_kw(self, now: datetime) -> float:
        """What the site draws at its connection, less than 0 where it feeds in. Raises UnreachableError."""
        read = {
            one.of: one.kw for one in self.meter.read_power() if now - one.measured_at <= OLDEST
        }
        drawn_kw = read.get(f"{self.site} import", math.nan) - read.get(f"{self.site} export", 0.0)
        if math.isnan(drawn_kw):
            raise UnreachableError(f"no meter says what {self.site} draws now: nothing holds it")
        return drawn_kw

    def _able(self, wanted_kw: float, reading: StoreReading) -> float:
        """What the store can of what is wanted of it."""
        battery = self.battery
        least_kw = (
            0.0
            if reading.soc_kwh <= battery.energy_kwh * battery.soc_min
            else -battery.discharge_max_kw
        )
        most_kw = 0.0 if reading.soc_kwh >= battery.energy_kwh else battery.charge_max_kw
        return min(max(wanted_kw, least_kw), most_kw)

    def _tell(self, net_kw: float, until: datetime) -> None:
        """Tell the store by the newest ticket that was heard of here, so that one that heard of a later leader refuses.
        Raises UnreachableError where it does not follow."""
        assert self.ticket is not None
        now = self.now()
        self.count += 1
        name = f"{self.ticket.id} import {self.count}"
        own = replace(self.ticket, id=name, issued_at=now, expires_at=now + STEERED_FOR)
        outcome = self.store.exchange(own, max(net_kw, 0.0), max(-net_kw, 0.0), until)
        if outcome.fate not in TOLD:
            raise UnreachableError(f"{self.site} store does not hold the import: {outcome.said}")


@dataclass(kw_only=True, eq=False)
class ImportByStore:
    """Satisfies HoldsImport, Restrains and RenewsLeases: whoever renews its leases has it look."""

    steered: SteeredStore
    gate: Gate = field(default_factory=Gate)

    def hold_import(
        self,
        ticket: Ticket,
        most_kw: float,
        least_kw: float | None,
        raise_price_per_kw: float,
        it_price_per_kwh: float,
        until: datetime,
    ) -> Outcome:
        """Hold the import between levels until an instant. Prices change nothing: requests are sent on by nobody here,
        and no peak of a month is spared beyond the level."""
        here, now = self.steered, self.steered.now()
        with here.lock:
            stopped = self.gate.stopped(ticket, here.site, now)
            if stopped is not None:
                return stopped
            here.level = HoldImport(
                site=here.site,
                most_kw=most_kw,
                least_kw=least_kw,
                raise_price_per_kw=raise_price_per_kw,
                it_price_per_kwh=it_price_per_kwh,
                until=until,
            )
            here.heard_of(ticket)
            said = f"{here.site} import is held below {most_kw:g} kW by its store until {until}"
            return self.gate.settled(ticket, Fate.DONE, said, now)

    def restraints(self) -> tuple[Restraint, ...]:
        """The level, while it holds."""
        level = self.steered.level
        if level is None or level.until <= self.steered.now():
            return ()
        value = f"below {level.most_kw:g} kW"
        return (Restraint(subject=level.site, kind="import", value=value, until=level.until),)

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Hold it no more; the store goes back to what it was told at the next look."""
        here, now = self.steered, self.steered.now()
        with here.lock:
            stopped = self.gate.stopped(ticket, here.site, now)
            if stopped is not None:
                return stopped
            fate = Fate.UNCHANGED if here.level is None else Fate.DONE
            here.level = None
            here.heard_of(ticket)
            return self.gate.settled(ticket, fate, f"{here.site} import is held no more", now)

    def renew(self) -> tuple[Restraint, ...]:
        """Look, and have the store do what holds the import. Raises UnreachableError."""
        self.steered.steer()
        return self.restraints()


@dataclass(kw_only=True, eq=False)
class RenewedSteeredStore(SteeredStore):
    """A steered store that lets go of what nobody renews. Satisfies RenewsLeases besides."""

    def renew(self) -> tuple[Restraint, ...]:
        """Hold what has not run out. Raises UnreachableError."""
        assert isinstance(self.store, RenewsLeases)
        return self.store.renew()


def held_kw(level: HoldImport, without_kw: float, base_kw: float) -> float:
    """What a store must take (less than 0: give) for the import to stay between its levels [kW]. without_kw: drawn at
    the connection without the store; base_kw: what it was told to take. Above all it does not draw above the highest
    level."""
    least_kw = -math.inf if level.least_kw is None else level.least_kw
    return min(max(base_kw, least_kw - without_kw), level.most_kw - without_kw)
