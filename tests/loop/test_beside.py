"""A device beside the loop: told in the order of tickets and once, read at once, and never waited for."""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridtide.fleet import device as capabilities
from gridtide.fleet import site_plants
from gridtide.fleet.device import (
    GivesTime,
    PowerReading,
    ReadsPower,
    RenewsLeases,
    Restraint,
    StoreReading,
    StoresEnergy,
    TellsLater,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.loop.beside import CAPABILITIES, Beside, Pace, all_beside, beside
from gridtide.loop.clock import steady_s
from gridtide.loop.leadership import RenewedLead
from gridtide.loop.listening import Ask, Listening
from gridtide.loop.reach import Reach
from gridtide.loop.set_points.led_store import LedStore
from gridtide.loop.telling import AT_ONCE, Line, Telling
from gridtide.trust.record import NotLeadingError

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
LONG_S = 20.0
QUICK = Pace(read_every_s=0.02, queue_every_s=0.02, renew_every_s=0.02)


def ticket(sequence: int, lives_s: float = 600.0, id: str = "") -> Ticket:
    """One of a leader's tickets."""
    return Ticket(
        id=id or f"t{sequence}",
        epoch=1,
        sequence=sequence,
        issued_at=NOON,
        expires_at=NOON + timedelta(seconds=lives_s),
    )


def until(holds: Callable[[], bool]) -> bool:
    """Whether something comes true before long."""
    ends_s = time.monotonic() + LONG_S
    while not holds():
        if time.monotonic() > ends_s:
            return False
        time.sleep(0.002)
    return True


class Renewals:
    """A lead that is renewed until another leads."""

    epoch = 1

    def __init__(self) -> None:
        self.another = False

    def renew(self) -> None:
        """Raises NotLeadingError once another leads."""
        if self.another:
            raise NotLeadingError("another leads")

    def resign(self) -> None:
        """Nobody waits for it."""


class Store:
    """A meter and store that answers once it may."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.may = threading.Event()
        self.may.set()
        self.silent = False
        self.renewed = 0

    def read_power(self) -> tuple[PowerReading, ...]:
        """10 kW."""
        if self.silent:
            raise UnreachableError("no answer; look at its gateway")
        return (PowerReading(of="it", kw=10.0, measured_at=NOON, method="meter"),)

    def read_store(self) -> StoreReading:
        """Half full."""
        return StoreReading(of="it", soc_kwh=5.0, charge_kw=0.0, discharge_kw=0.0, measured_at=NOON)

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Done, once it may."""
        self.told.append(ticket.id)
        self.may.wait()
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="done", at=NOON)

    def restraints(self) -> tuple[Restraint, ...]:
        """None."""
        return ()

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Done at once."""
        self.told.append(ticket.id)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="let go", at=NOON)

    def renew(self) -> tuple[Restraint, ...]:
        """Counted."""
        self.renewed += 1
        return ()


def opened(device: Store, now: Callable[[], datetime] = lambda: NOON) -> Beside:
    """It beside the loop, started, and heard once."""
    made = beside(device, "it", now, steady_s, QUICK)
    made.start()
    assert made.heard_first(LONG_S)
    return made


PROTOCOLS = tuple(protocol for protocol, _ in CAPABILITIES)


@given(able=st.sets(st.sampled_from(PROTOCOLS)))
@settings(max_examples=40, deadline=None)
def test_a_wrapper_can_do_exactly_what_its_device_can(able: set[type]) -> None:
    """Whatever a device can do in whatever combination; every capability there is has its way beside the loop."""
    names = {name for one in able for name in vars(one) if not name.startswith("_")}
    device = type("Some", (), {name: lambda self: () for name in names})()
    made = beside(device, "some", lambda: NOON, steady_s)
    for protocol in PROTOCOLS:
        assert isinstance(made, protocol) == isinstance(device, protocol), protocol


def test_no_capability_is_left_out() -> None:
    """A new protocol of a device needs its way beside the loop; longer limits are given beneath it, with a point."""
    known = {
        one
        for one in (*vars(capabilities).values(), *vars(site_plants).values())
        if getattr(one, "_is_runtime_protocol", False) and one not in (TellsLater, GivesTime)
    }
    assert known == set(PROTOCOLS)


ASKED = st.lists(
    st.tuples(st.integers(0, 12), st.sampled_from("abc"), st.booleans()), min_size=1, max_size=24
)


@given(asked=ASKED)
@settings(max_examples=60, deadline=None)
def test_acts_are_told_in_the_order_of_their_tickets_and_never_twice(
    asked: list[tuple[int, str, bool]],
) -> None:
    """In whatever order and however often they are asked for; of each there is one outcome in the end."""
    told: list[tuple[int, str]] = []
    begin = threading.Event()
    line = Telling("it", lambda: NOON, lambda: None)
    blocking = ticket(-1, id="first")

    def wait() -> Outcome:
        begin.wait()
        return Outcome(ticket=blocking.id, fate=Fate.DONE, said="", at=NOON)

    line.tell(blocking, "first", wait)
    assert until(lambda: not line._lines[Line.HOLDS])
    subjects: dict[int, str] = {}
    for sequence, subject, _ in asked:
        of = subjects.setdefault(sequence, subject)
        one = ticket(sequence)

        def act(one: Ticket = one, of: str = of) -> Outcome:
            told.append((one.sequence, of))
            return Outcome(ticket=one.id, fate=Fate.DONE, said="", at=NOON)

        assert line.tell(one, of, act).fate is Fate.UNDERWAY
    begin.set()
    came: list[Outcome] = []

    def all_came() -> bool:
        came.extend(line.came())
        return len(came) == 1 + len(subjects)

    assert until(all_came)
    assert told == sorted(told)
    assert [sequence for sequence, _ in told] == sorted(subjects)
    again = line.tell(ticket(asked[0][0]), asked[0][1], lambda: pytest.fail("told twice"))
    assert again.fate is Fate.UNCHANGED
    line.close()


def test_a_device_that_hangs_is_named_and_nobody_waits_for_it() -> None:
    """What waits behind it expires untold; what lets go passes it by; it is read and its leases are renewed."""
    device, at = Store(), [NOON]
    device.may.clear()
    made = opened(device, lambda: at[0])
    assert isinstance(made, StoresEnergy) and isinstance(made, capabilities.Restrains)
    assert made.exchange(ticket(1), 1.0, 0.0, NOON + timedelta(hours=1)).fate is Fate.UNDERWAY
    assert until(lambda: device.told == ["t1"])
    assert made.exchange(ticket(2, lives_s=60.0), 2.0, 0.0, NOON).fate is Fate.UNDERWAY
    assert made.release(ticket(3), "it").fate is Fate.UNDERWAY
    assert until(lambda: device.told == ["t1", "t3"])
    assert not made.hangs()
    renewed = device.renewed
    assert until(lambda: device.renewed > renewed + 2)
    at[0] = NOON + timedelta(minutes=5)
    came = {one.ticket: one.fate for one in made.came()}
    assert came == {"t3": Fate.DONE, "t2": Fate.EXPIRED}
    at[0] = NOON + timedelta(minutes=15)
    assert "it: no word of what came of store" in made.hangs()
    assert isinstance(made, ReadsPower) and made.read_power()[0].kw == 10.0
    made.close()
    assert made.exchange(ticket(4), 1.0, 0.0, NOON).fate is Fate.REFUSED
    device.may.set()


def test_pauses_at_one_cluster_wait_for_their_checkpoints_side_by_side() -> None:
    """As many as the line may have in hand; none expires behind another, a start time passes them by, and one more has
    its turn as soon as one of them is over."""
    line, checkpoints = Telling("it", lambda: NOON, lambda: None), threading.Event()
    begun: list[str] = []
    most = AT_ONCE[Line.ASKS]

    def pause(one: Ticket) -> Outcome:
        begun.append(one.id)
        checkpoints.wait()
        return Outcome(ticket=one.id, fate=Fate.DONE, said="requeued", at=NOON)

    for number in range(most + 1):
        one = ticket(number)
        line.tell(one, f"job {number}", lambda one=one: pause(one), Line.ASKS)  # type: ignore[misc]
    assert until(lambda: len(begun) == most)
    begins = ticket(99)
    done = Outcome(ticket=begins.id, fate=Fate.DONE, said="", at=NOON)
    line.tell(begins, "another", lambda: done)
    came: list[Outcome] = []

    def all_came(count: int) -> bool:
        came.extend(line.came())
        return len(came) == count

    assert until(lambda: all_came(1)) and came == [done]
    assert sorted(begun) == sorted(f"t{number}" for number in range(most))
    checkpoints.set()
    assert until(lambda: all_came(most + 2))
    assert {one.fate for one in came} == {Fate.DONE}
    line.close()


def test_who_was_paused_for_longer_than_its_lease_tells_nothing_until_it_leads_again() -> None:
    """What waited behind another act then is told once the lead is renewed, or expires untold; by the steady clock,
    whatever the wall's shows."""
    steady, at, lead = [0.0], [NOON], Renewals()
    renewed = RenewedLead(lambda: lead, 15.0, lambda: steady[0])
    line = Telling("it", lambda: at[0], lambda: None, renewed.is_sure)
    may, told = threading.Event(), list[str]()

    def act(one: Ticket) -> Outcome:
        told.append(one.id)
        may.wait()
        return Outcome(ticket=one.id, fate=Fate.DONE, said="", at=NOON)

    came: list[Outcome] = []

    def have_come(count: int) -> bool:
        came.extend(line.came())
        return len(came) == count

    for number, lives_s in ((1, 600.0), (2, 60.0), (3, 600.0)):
        one = ticket(number, lives_s)
        line.tell(one, f"job {number}", lambda one=one: act(one))  # type: ignore[misc]
    assert until(lambda: told == ["t1"])
    steady[0] = 15.1
    may.set()
    assert until(lambda: have_come(1)) and not renewed.is_sure()
    at[0] = NOON + timedelta(seconds=60)
    assert have_come(2)
    assert came[1].said == f"expired at {at[0]}, while nobody could say who leads"
    renewed.renew()
    assert until(lambda: have_come(3))
    assert told == ["t1", "t3"] and came[2].fate is Fate.DONE
    lead.another = True
    with pytest.raises(NotLeadingError):
        renewed.renew()
    line.tell(ticket(4), "job 4", lambda: pytest.fail("told by who leads no more"))
    assert renewed.over and not renewed.is_sure()
    at[0] = NOON + timedelta(seconds=600)
    assert have_come(4) and came[3].fate is Fate.EXPIRED
    line.close()


def test_an_answer_that_is_too_old_is_no_answer() -> None:
    """A device that falls silent is said to be silent since it was heard; what it said before is not shown as new."""
    device, at_s = Store(), [100.0]
    made = beside(device, "it", lambda: NOON, lambda: at_s[0], Pace(read_oldest_s=5.0))
    assert isinstance(made, ReadsPower)
    with pytest.raises(UnreachableError, match="not heard yet"):
        made.read_power()
    made.start()
    assert made.heard_first(LONG_S)
    device.silent = True
    at_s[0] = 104.0
    made._reading.hurry()
    assert made.read_power()[0].kw == 10.0
    at_s[0] = 106.0
    assert until(lambda: bool(made._reading._heard["power"].fault))
    with pytest.raises(UnreachableError, match=r"silent since 2026-07-01.*gateway"):
        made.read_power()
    made.close()


def test_what_is_read_is_told_to_whoever_keeps_it() -> None:
    """Each answer, with the device and what was asked."""
    took: list[tuple[str, str]] = []
    device = Store()
    made = all_beside(
        {"it": device}, lambda: NOON, steady_s, QUICK, lambda *said: took.append(said[:2])
    )
    assert isinstance(made["it"], RenewsLeases) and made["it"].renew() == ()
    assert {("it", "power"), ("it", "store"), ("it", "restraints")} <= set(took)
    assert isinstance(made["it"], TellsLater)
    made["it"].close()


def test_a_device_that_breaks_its_word_is_asked_again() -> None:
    """One that raises what it may not has not answered."""
    answers = iter([KeyError("x"), 1])

    def read() -> object:
        one = next(answers, 2)
        if isinstance(one, Exception):
            raise one
        return one

    heard: list[object] = []
    one = Listening(
        "it",
        {"power": Ask(read=read, every_s=0.01, oldest_s=LONG_S)},
        lambda: NOON,
        steady_s,
        lambda what, answer: heard.append(answer),
    )
    one.start()
    assert until(lambda: 2 in heard)
    assert one.newest("power") == 2
    one.close()


def test_a_store_that_set_points_lead_says_what_came_of_its_rooms_acts_alone() -> None:
    """Set-points were never written down as intents: of those nothing is said, and one that failed is told anew."""
    device = Store()
    led = LedStore(name="it", device=opened(device))  # type: ignore[arg-type]
    told = led.exchange(ticket(1), 10.0, 0.0, NOON + timedelta(hours=1))
    assert told.fate is Fate.UNDERWAY
    assert until(lambda: device.told == ["t1"])
    led.led = True
    assert led.follow(12.0, NOON, NOON + timedelta(seconds=12)) is not None
    assert until(lambda: len(device.told) == 2)
    came: list[Outcome] = []

    def heard() -> bool:
        came.extend(led.came())
        return bool(came)

    assert until(heard)
    assert [one.ticket for one in came] == ["t1"]
    assert isinstance(led, TellsLater)
    assert led.hangs() == ""
    led.close()


def test_leases_that_nobody_renews_are_named_until_they_are() -> None:
    """What a device says of them is heard by the room, though nothing is told to it and all else is read."""

    class Lapsing(Store):
        fault = "two boards do not take it"

        def renew(self) -> tuple[Restraint, ...]:
            """Not, while something is wrong."""
            if self.fault:
                raise UnreachableError(self.fault)
            return ()

    device = Lapsing()
    made = opened(device)
    reach = Reach(devices={"it": made})
    try:
        reach.came()
        assert "two boards do not take it" in reach.silent["it: leases"]
        device.fault = ""
        made._renewing.hurry()
        until_s = time.monotonic() + LONG_S
        while reach.silent and time.monotonic() < until_s:
            reach.came()
        assert reach.silent == {}
    finally:
        made.close()
