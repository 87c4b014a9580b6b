"""A site keeps its bounds, lets go when nobody leads, and people at its console always get through."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.act import Act, CapPower, Release
from gridtide.fleet.device import Restraint, UnreachableError
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.default_schedule import DefaultAct, holding_until
from gridtide.loop.site_agent import AgentMemory, AgentTerms, SiteAgent
from gridtide.trust.bounds import Bounds, narrowed

MORNING = datetime(2026, 11, 30, 8, tzinfo=UTC)
EVENING_CAP = DefaultAct(
    device="gpus",
    act=CapPower(unit="gpu-1", cap_kw=0.5, until=MORNING),
    begins=time(16),
    ends=time(20),
    zone="Asia/Shanghai",
)


@dataclass
class Gpus:
    """A device that remembers what it was told."""

    now: Callable[[], datetime]
    gate: Gate = field(default_factory=Gate)
    held: dict[str, Restraint] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    silent: bool = False

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Hold it, as a device does."""
        stopped = self.gate.stopped(ticket, unit, self.now())
        if stopped is not None:
            return stopped
        if self.silent:
            return self.gate.settled(ticket, Fate.FAILED, "no answer", self.now())
        self.held[unit] = Restraint(subject=unit, kind="cap", value=f"{cap_kw:g} kW", until=until)
        self.told.append(f"{unit} {cap_kw:g} kW")
        return self.gate.settled(ticket, Fate.DONE, f"{unit} {cap_kw:g} kW", self.now())

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Let it go."""
        stopped = self.gate.stopped(ticket, subject, self.now())
        if stopped is not None:
            return stopped
        self.held.pop(subject, None)
        self.told.append(f"{subject} free")
        return self.gate.settled(ticket, Fate.DONE, f"{subject} free", self.now())

    def restraints(self) -> tuple[Restraint, ...]:
        """What is held."""
        if self.silent:
            raise UnreachableError("gpus do not answer")
        return tuple(self.held.values())


class Disk:
    """Keeps what it is given, unless it is full."""

    def __init__(self) -> None:
        self.memory = AgentMemory(bounds={"gpus": Bounds(cap_min_kw=0.3, hold_max_h=4.0)})
        self.full = False

    def write(self, memory: AgentMemory) -> None:
        """Keep it."""
        if self.full:
            raise OSError(28, "No space left on device")
        self.memory = memory


@dataclass
class Site:
    """A site whose clocks are driven by hand."""

    gap_s: float = 0.0
    now: datetime = MORNING
    steady_s: float = 0.0
    sequence: int = 0
    notes: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gpus = Gpus(lambda: self.now)
        self.disk = Disk()
        self.agent = self.started()

    def started(self) -> SiteAgent:
        """The agent, as after a start."""
        terms = AgentTerms(
            devices={"gpus": self.gpus},
            schedule=(EVENING_CAP,),
            silent_after_s=60.0,
            release_gap_s=self.gap_s,
        )
        return SiteAgent(
            terms,
            self.disk.memory,
            self.disk,
            lambda: self.now,
            lambda: self.steady_s,
            lambda what, subject, said: self.notes.append(what),
        )

    def passes(self, seconds: float) -> None:
        """Time passes, and the agent looks."""
        self.now += timedelta(seconds=seconds)
        self.steady_s += seconds
        self.agent.look()

    def ticket(self, lives_s: float = 60.0, epoch: int = 1) -> Ticket:
        """The next one."""
        self.sequence += 1
        return Ticket(
            id=f"act-{epoch}-{self.sequence}",
            epoch=epoch,
            sequence=self.sequence,
            issued_at=self.now,
            expires_at=self.now + timedelta(seconds=lives_s),
        )

    def cap(self, unit: str = "gpu-0", cap_kw: float = 0.4, ticket: Ticket | None = None) -> Fate:
        """An order of the brain."""
        act = CapPower(unit=unit, cap_kw=cap_kw, until=self.now + timedelta(hours=1))
        return self.tell(act, ticket)

    def tell(self, act: Act, ticket: Ticket | None = None) -> Fate:
        """Any order of the brain."""
        return self.agent.take("gpus", ticket or self.ticket(), act).fate


def test_an_order_is_done_once_and_told_until_the_brain_has_it() -> None:
    """Told again it is done no second time, and told again it is what came of it the first time."""
    site = Site()
    ticket = site.ticket()
    assert [site.cap(ticket=ticket), site.cap(ticket=ticket)] == [Fate.DONE, Fate.DONE]
    assert site.gpus.told == ["gpu-0 0.4 kW"]
    (outcome,) = site.agent.pending()
    assert site.started().pending() == (outcome,)
    site.agent.heard((ticket.id,))
    assert site.agent.pending() == () == site.started().pending()


@dataclass
class Battery:
    """A device that holds for a lease, and counts how often that was renewed."""

    away: bool = False
    renewed: int = 0

    def renew(self) -> tuple[Restraint, ...]:
        """Once more."""
        if self.away:
            raise UnreachableError("the battery does not answer")
        self.renewed += 1
        return ()


def test_leases_are_renewed_frozen_or_not_and_apart_from_looking() -> None:
    """Also while the site leads itself; a device that is away is said once, and renewed again when it is back."""
    site, battery = Site(), Battery()
    site.agent = SiteAgent(
        AgentTerms(
            devices={"battery": battery, "gpus": site.gpus}, schedule=(), silent_after_s=60.0
        ),
        site.disk.memory,
        site.disk,
        lambda: site.now,
        lambda: site.steady_s,
        lambda what, subject, said: site.notes.append(what),
    )
    site.agent.renew("battery")
    site.agent.renew("gpus")
    site.agent.freeze("li", "smoke")
    battery.away = True
    for _ in range(5):
        site.passes(20.0)
        site.agent.renew("battery")
    assert site.agent.silent and site.notes.count("not renewed") == 1
    battery.away = False
    site.agent.renew("battery")
    assert battery.renewed == 2


def test_late_orders_and_those_of_a_leader_that_was_are_not_done() -> None:
    """Also after a restart: the agent remembers who led."""
    site = Site()
    assert site.cap(ticket=site.ticket(lives_s=0.0)) is Fate.EXPIRED
    assert site.cap(ticket=site.ticket(epoch=3)) is Fate.DONE
    site.agent = site.started()
    assert site.cap(ticket=site.ticket(epoch=2)) is Fate.SUPERSEDED
    assert site.gpus.told == ["gpu-0 0.4 kW"]


def test_what_is_outside_the_bounds_of_the_site_is_refused() -> None:
    """A floor, the longest hold, an unknown device, a ticket that outlives what is remembered."""
    site = Site()
    assert site.cap(cap_kw=0.2) is Fate.REFUSED
    long = CapPower(unit="gpu-0", cap_kw=0.4, until=site.now + timedelta(hours=5))
    assert site.tell(long) is Fate.REFUSED
    assert site.agent.take("ovens", site.ticket(), long).fate is Fate.REFUSED
    assert site.cap(ticket=site.ticket(lives_s=1e6)) is Fate.REFUSED
    assert site.gpus.told == []
    assert "below cap_min_kw = 0.3" in site.agent.pending()[0].said


def test_silence_ends_every_restraint_and_the_default_schedule_holds() -> None:
    """At 16:00 in Shanghai; not before, and told once."""
    site = Site()
    site.cap()
    site.passes(61.0)
    assert site.agent.silent
    assert set(site.gpus.held) == {"gpu-1"}
    assert site.gpus.held["gpu-1"].until == datetime(2026, 11, 30, 12, tzinfo=UTC)
    site.passes(60.0)
    assert site.gpus.told == ["gpu-0 0.4 kW", "gpu-0 free", "gpu-1 0.5 kW"]
    site.agent.heard(())
    assert not site.agent.silent
    assert site.cap("gpu-1", 0.6) is Fate.DONE


def test_silence_is_counted_in_time_that_passed() -> None:
    """A wall clock that jumps makes nobody silent."""
    site = Site()
    site.cap()
    site.now += timedelta(days=1)
    site.agent.look()
    assert not site.agent.silent


def test_a_device_that_does_not_answer_is_let_go_when_it_does() -> None:
    """Tried again each time."""
    site = Site()
    site.cap()
    site.gpus.silent = True
    site.passes(61.0)
    assert len(site.agent.letting_go) == 1
    site.gpus.silent = False
    site.passes(1.0)
    assert "gpu-0" not in site.gpus.held
    assert len(site.agent.letting_go) == 0


def test_frozen_nothing_new_is_begun_and_letting_go_still_is() -> None:
    """Whoever asks, also after a restart; and a default schedule does not hold either."""
    site = Site()
    site.cap()
    site.agent.freeze("ada", "smoke in hall 2")
    site.agent = site.started()
    assert site.cap("gpu-1") is Fate.REFUSED
    assert site.tell(Release(subject="gpu-0")) is Fate.DONE
    site.passes(61.0)
    assert site.gpus.held == {}


def test_a_full_disk_freezes_and_releases_all_the_same() -> None:
    """New acts wait for a disk, people do not."""
    site = Site()
    site.cap()
    site.disk.full = True
    assert site.cap("gpu-1") is Fate.FAILED
    site.agent.release("ada", "drill")
    site.agent.freeze("ada", "drill")
    site.passes(1.0)
    assert (site.gpus.held, site.agent.frozen) == ({}, "ada: drill")


def test_acts_again_takes_two_people_in_time() -> None:
    """One who asks twice is one."""
    site = Site()
    site.agent.freeze("ada", "drill")
    assert site.agent.thaw("ada", "over") != ""
    assert site.agent.thaw("ada", "over") != ""
    site.passes(601.0)
    assert site.agent.thaw("bo", "over") != ""
    assert site.agent.frozen
    assert site.agent.thaw("ada", "over") == ""
    assert not site.agent.frozen


def test_a_release_goes_one_by_one_in_the_pace_agreed() -> None:
    """So that power does not rise in one step; what is being let go is not taken again meanwhile."""
    site = Site(gap_s=10.0)
    for unit in ("gpu-0", "gpu-1", "gpu-2"):
        site.cap(unit)
    site.agent.release("ada", "drill")
    left = []
    for _ in range(3):
        site.passes(5.0)
        left.append(len(site.gpus.held))
    assert left == [2, 2, 1]
    assert site.cap("gpu-2") is Fate.REFUSED
    site.passes(10.0)
    assert site.gpus.held == {}
    assert site.cap("gpu-2") is Fate.DONE


def test_narrowing_holds_at_once_and_after_a_restart_and_widening_is_refused() -> None:
    """At the console, by one person."""
    site = Site()
    assert site.agent.narrow("ada", "gpus", "cap_min_kw", 0.5) == ""
    assert site.cap() is Fate.REFUSED
    assert site.started().bounds("gpus").cap_min_kw == 0.5
    assert "narrower" in site.agent.narrow("ada", "gpus", "cap_min_kw", 0.1)
    assert "narrower" in site.agent.narrow("ada", "gpus", "colour", 1.0)
    assert "none of gpus" in site.agent.narrow("ada", "ovens", "cap_min_kw", 1.0)


def test_an_agent_that_died_in_an_act_says_that_nobody_knows() -> None:
    """The brain reads back before it tells again; told again, the device knows what it did."""
    site = Site()
    ticket = site.ticket()
    real = site.gpus.cap

    def killed(*given: object) -> Outcome:
        raise KeyboardInterrupt

    site.gpus.cap = killed  # type: ignore[method-assign, assignment]
    with pytest.raises(KeyboardInterrupt):
        site.cap(ticket=ticket)
    site.gpus.cap = real  # type: ignore[method-assign]
    site.agent = site.started()
    (outcome,) = site.agent.pending()
    assert (outcome.ticket, outcome.fate) == (ticket.id, Fate.FAILED)
    assert site.cap(ticket=ticket) is Fate.DONE


@given(
    day=st.dates(date(2026, 3, 1), date(2026, 11, 30)),
    begins=st.integers(0, 23),
    ends=st.integers(0, 23),
    minute=st.integers(0, 24 * 60 - 1),
)
def test_an_hour_of_the_schedule_holds_from_its_begin_to_its_end(
    day: date, begins: int, ends: int, minute: int
) -> None:
    """Local days of 23 and 25 hours too; what is told ends later than now, and within a day and an hour."""
    if begins == ends:
        return
    entry = DefaultAct(
        device="gpus",
        act=EVENING_CAP.act,
        begins=time(begins),
        ends=time(ends),
        zone="Europe/Berlin",
    )
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(minutes=minute)
    until = holding_until(entry, now)
    if until is not None:
        assert now < until <= now + timedelta(hours=25)
        assert holding_until(entry, until) is None


@given(value=st.floats(allow_nan=True), name=st.sampled_from(["cap_min_kw", "hold_max_h"]))
def test_a_narrowed_bound_never_allows_more(value: float, name: str) -> None:
    """Whatever number is given."""
    before = Bounds(cap_min_kw=0.3, hold_max_h=4.0)
    found = narrowed(before, name, value)
    if found is not None:
        assert found.cap_min_kw >= before.cap_min_kw
        assert found.hold_max_h <= before.hold_max_h


@pytest.mark.parametrize(
    ("name", "value"),
    [("charge_max_kw", -5.0), ("charge_max_kw", float("inf")), ("cap_min_kw", float("inf"))],
)
def test_a_slip_of_the_hand_is_no_narrower_bound(name: str, value: float) -> None:
    """It could be taken back with the agent stopped and its state removed alone."""
    assert narrowed(Bounds(), name, value) is None
    colder = narrowed(Bounds(), "supply_max_c", -5.0)
    assert colder is not None
    assert colder.supply_max_c == -5.0
