"""A store that holds its site's import: it gives what is above the level, and goes back to what it was told."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.device import (
    HoldsImport,
    PowerReading,
    RenewsLeases,
    Restraint,
    StoreReading,
    StoresEnergy,
    UnreachableError,
)
from gridtide.fleet.site import Battery
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.held_import import ImportByStore, SteeredStore

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
BATTERY = Battery(energy_kwh=100.0, charge_max_kw=50.0, discharge_max_kw=50.0, soc_min=0.1)


@dataclass
class Site:
    """A battery behind a meter: what it is told it does, until its end."""

    clock: DrivenClock = field(default_factory=lambda: DrivenClock(NOON))
    load_kw: float = 80.0
    soc_kwh: float = 60.0
    told: tuple[float, datetime] = (0.0, NOON)
    silent: bool = False
    gate: Gate = field(default_factory=Gate)

    @property
    def net_kw(self) -> float:
        """What the battery takes now."""
        return self.told[0] if self.told[1] > self.clock.now() else 0.0

    @property
    def import_kw(self) -> float:
        """What the meter of the connection reads."""
        return self.load_kw + self.net_kw

    def read_power(self) -> tuple[PowerReading, ...]:
        """Of the connection."""
        at = self.clock.now() - timedelta(minutes=5 if self.silent else 0)
        read = (("n import", max(self.import_kw, 0.0)), ("n export", max(-self.import_kw, 0.0)))
        return tuple(PowerReading(of=n, kw=kw, measured_at=at, method="meter") for n, kw in read)

    def read_store(self) -> StoreReading:
        """Of the battery."""
        power = {"charge_kw": max(self.net_kw, 0.0), "discharge_kw": max(-self.net_kw, 0.0)}
        return StoreReading(
            of="n store", soc_kwh=self.soc_kwh, **power, measured_at=self.clock.now()
        )

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Do it, but for an older leader."""
        now = self.clock.now()
        stopped = self.gate.stopped(ticket, "n store", now)
        if stopped is not None:
            return stopped
        assert charge_kw <= BATTERY.charge_max_kw and discharge_kw <= BATTERY.discharge_max_kw
        self.told = (charge_kw - discharge_kw, until)
        return self.gate.settled(ticket, Fate.DONE, "told", now)

    def restraints(self) -> tuple[Restraint, ...]:
        """What it was told."""
        return (Restraint(subject="n store", kind="exchange", value="", until=self.told[1]),)

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Rest."""
        self.told = (0.0, self.clock.now())
        return self.gate.settled(ticket, Fate.DONE, "rests", self.clock.now())


@dataclass
class Here:
    """A site whose store holds its import, and its ticket book."""

    site: Site = field(default_factory=Site)
    told: int = 0
    epoch: int = 1

    def __post_init__(self) -> None:
        site = self.site
        self.store = SteeredStore(
            store=site, battery=BATTERY, site="n", meter=site, now=site.clock.now
        )
        self.holds = ImportByStore(steered=self.store)

    def ticket(self) -> Ticket:
        """The next."""
        self.told += 1
        now = self.site.clock.now()
        ends = now + timedelta(minutes=5)
        name = f"t{self.epoch}.{self.told}"
        return Ticket(id=name, epoch=self.epoch, sequence=self.told, issued_at=now, expires_at=ends)

    def hold(self, most_kw: float, least_kw: float | None = None, minutes: float = 30.0) -> Outcome:
        """Hold the import between levels."""
        until = self.site.clock.now() + timedelta(minutes=minutes)
        return self.holds.hold_import(self.ticket(), most_kw, least_kw, 0.0, 0.0, until)

    def exchange(self, net_kw: float) -> None:
        """What the loop tells the store for an hour."""
        until = self.site.clock.now() + timedelta(hours=1)
        asked = (max(net_kw, 0.0), max(-net_kw, 0.0))
        assert self.store.exchange(self.ticket(), *asked, until).fate is Fate.DONE

    def later(self, seconds: float = 10.0) -> float:
        """The import after it looked once more."""
        self.site.clock.present += timedelta(seconds=seconds)
        self.holds.renew()
        return self.site.import_kw


def test_it_gives_what_is_above_the_level_and_goes_back_to_what_it_was_told() -> None:
    """Told to charge 20 kW: at a load of 80 below 90 it charges 10, at 120 it gives 30, at 40 it charges 20 again."""
    here = Here()
    assert isinstance(here.holds, HoldsImport) and isinstance(here.holds, RenewsLeases)
    assert isinstance(here.store, StoresEnergy)
    here.exchange(20.0)
    assert here.hold(90.0).fate is Fate.DONE
    assert here.later() == 90.0
    here.site.load_kw = 120.0
    assert (here.later(), here.site.net_kw) == (90.0, -30.0)
    here.site.load_kw = 40.0
    assert (here.later(), here.site.net_kw) == (60.0, 20.0)
    assert here.site.told[1] == NOON + timedelta(hours=1)


def test_what_it_cannot_give_it_does_not() -> None:
    """No more than it can, nothing when it is empty; and above the least it takes what it can."""
    here = Here()
    here.hold(20.0)
    assert here.later() == 30.0
    here.site.soc_kwh = 10.0
    assert here.later() == 80.0
    here.hold(math.inf, 150.0)
    assert here.later() == 130.0
    here.site.soc_kwh = 100.0
    assert here.later() == 80.0


def test_the_hold_ends_by_itself_and_the_store_rests_where_nobody_looks() -> None:
    """Over, it does what it was told; nobody looking, it rests within 45 s; let go, it is as it was when it looks."""
    here = Here()
    here.hold(50.0, minutes=1.0)
    assert here.later() == 50.0
    assert [one.value for one in here.holds.restraints()] == ["below 50 kW"]
    assert here.later(60.0) == 80.0
    assert here.holds.restraints() == ()
    here.hold(50.0)
    assert here.later() == 50.0
    here.site.clock.present += timedelta(seconds=46)
    assert here.site.import_kw == 80.0
    assert here.later() == 50.0
    assert here.holds.release(here.ticket(), "n").fate is Fate.DONE
    assert here.later() == 80.0


def test_without_a_meter_nothing_is_steered_and_a_later_leader_is_obeyed() -> None:
    """It is named; what a store that heard of a later leader refuses is named too."""
    here = Here()
    here.hold(50.0)
    here.site.silent = True
    with pytest.raises(UnreachableError, match="no meter says what n draws now"):
        here.later()
    here.site.silent = False
    here.site.gate.epoch = 2
    with pytest.raises(UnreachableError, match="epoch 2 leads"):
        here.later()
    assert here.hold(50.0).fate is Fate.DONE
    stale = here.ticket()
    here.epoch = 3
    assert here.hold(40.0).fate is Fate.DONE
    assert here.holds.hold_import(stale, 1.0, None, 0.0, 0.0, NOON).fate is Fate.SUPERSEDED
    assert here.later() == 40.0


def test_a_store_that_is_let_go_holds_nothing_any_more() -> None:
    """A person releases: it rests, and the import is held no more."""
    here = Here()
    here.exchange(20.0)
    here.hold(50.0)
    here.later()
    assert here.store.release(here.ticket(), "n store").fate is Fate.DONE
    assert here.later() == 80.0


@given(
    loads_kw=st.lists(st.floats(0.0, 200.0), min_size=1, max_size=8),
    base_kw=st.floats(-50.0, 50.0),
    most_kw=st.floats(0.0, 200.0),
)
def test_the_import_is_never_above_its_level_while_the_store_can(
    loads_kw: list[float], base_kw: float, most_kw: float
) -> None:
    """After each look: at the level at most, or the store gives all it can; and never moved further than needed."""
    here = Here()
    here.exchange(base_kw)
    here.hold(most_kw)
    for load_kw in loads_kw:
        here.site.load_kw = load_kw
        import_kw = here.later()
        slack_kw = 0.01 * BATTERY.discharge_max_kw + 1e-9
        assert import_kw <= most_kw + slack_kw or here.site.net_kw == -BATTERY.discharge_max_kw
        if load_kw + base_kw <= most_kw:
            assert abs(here.site.net_kw - base_kw) <= slack_kw
