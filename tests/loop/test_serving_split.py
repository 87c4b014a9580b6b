"""Splits of requests as replicas: what grows goes first, what shrinks waits, what comes now is always answered."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridtide.fleet.device import (
    ReplicaReading,
    Restraint,
    RouteReading,
    Shares,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket
from gridtide.loop.beside import beside
from gridtide.loop.clock import DrivenClock, steady_s
from gridtide.loop.serving_split import ServedAt, ServingSplit
from gridtide.loop.wanted_replicas import Asked, Needed, WantedReplicas

NOON = datetime(2026, 12, 1, 12, tzinfo=UTC)
PLACES = ("north/a", "south/b")
HOME: Shares = (("north/a", 1.0), ("south/b", 0.0))
UNTIL = NOON + timedelta(hours=2)


@dataclass
class Platform:
    """Deployments within bounds; what is told is remembered in its order."""

    clock: DrivenClock
    replicas: dict[str, int] = field(
        default_factory=lambda: {"deployments/a": 4, "deployments/b": 4}
    )
    least: int = 1
    most: int = 40
    orders: list[tuple[str, int]] = field(default_factory=list)
    ends: dict[str, datetime] = field(default_factory=dict)
    refuses: str = ""
    renewals: int = 0
    gate: Gate = field(default_factory=Gate)

    def read_replicas(self, service: str) -> ReplicaReading:
        """As they are."""
        count, bounds = self.replicas[service], {"least": self.least, "most": self.most}
        at = self.clock.now()
        return ReplicaReading(of=service, told=count, ready=count, **bounds, measured_at=at)

    def scale(self, ticket: Ticket, service: str, replicas: int, until: datetime) -> Outcome:
        """Set them, but for the one that is refused."""
        now = self.clock.now()
        stopped = self.gate.stopped(ticket, service, now)
        if stopped is not None:
            return stopped
        if service == self.refuses:
            return self.gate.settled(ticket, Fate.REFUSED, "403", now)
        assert self.least <= replicas <= self.most
        self.orders.append((service, replicas))
        self.replicas[service], self.ends[service] = replicas, until
        return self.gate.settled(ticket, Fate.DONE, "scaled", now)

    def restraints(self) -> tuple[Restraint, ...]:
        """What was told, and something that is none of ours."""
        held = [*self.ends.items(), ("jobs/x", UNTIL)]
        return tuple(Restraint(subject=s, kind="replicas", value="", until=u) for s, u in held)

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """As its owner had it."""
        self.replicas[subject] = 4
        self.ends.pop(subject, None)
        return self.gate.settled(ticket, Fate.DONE, "as before", self.clock.now())

    def renew(self) -> tuple[Restraint, ...]:
        """Hold on."""
        self.renewals += 1
        return self.restraints()


@dataclass
class Requests:
    """What comes, and where it is answered; nothing while it is away."""

    clock: DrivenClock
    asked_per_s: float = 80.0
    there: dict[str, float] = field(default_factory=lambda: {"north/a": 80.0})
    away: bool = False
    late: timedelta = timedelta(0)

    def read_requests(self) -> tuple[RouteReading, ...]:
        """Now, for one origin."""
        if self.away:
            raise UnreachableError("metrics: no answer")
        return (
            RouteReading(
                service="chat",
                origin="users",
                asked_per_s=self.asked_per_s,
                answered_per_s=tuple(sorted(self.there.items())),
                p50_s=(),
                p95_s=(),
                measured_at=self.clock.now() - self.late,
            ),
        )


def needed(service: str, asked: Asked) -> Mapping[str, float]:
    """Two accelerators for a request a second, a quarter more in reserve."""
    return {place: 2.5 * sum(parts.get(place, 0.0) for parts in asked.values()) for place in PLACES}


def at_a_slower_point(each: float) -> Needed:
    """So many accelerators for a request a second instead."""

    def needed_there(service: str, asked: Asked) -> Mapping[str, float]:
        return {place: count * each / 2.5 for place, count in needed(service, asked).items()}

    return needed_there


@dataclass
class Here:
    """A split over two places, eight accelerators a replica, and its ticket book."""

    clock: DrivenClock = field(default_factory=lambda: DrivenClock(NOON))
    told: int = 0

    def __post_init__(self) -> None:
        self.platform, self.requests = Platform(self.clock), Requests(self.clock)
        served = tuple(
            ServedAt(
                service="chat",
                place=place,
                scaler=self.platform,
                subject=f"deployments/{place[-1]}",
                name=f"cluster {place[-1]}",
            )
            for place in PLACES
        )
        self.split = ServingSplit(
            wanted=WantedReplicas(
                home={("chat", "users"): HOME},
                accelerators={("chat", place): 8 for place in PLACES},
                needed=needed,
                slower={"chat": (at_a_slower_point(2.0), at_a_slower_point(1.5))},
            ),
            served=served,
            reader=self.requests,
            now=self.clock.now,
        )

    def ticket(self) -> Ticket:
        """The next."""
        self.told += 1
        at = {"issued_at": self.clock.now(), "expires_at": self.clock.now() + timedelta(minutes=5)}
        return Ticket(id=f"t{self.told}", epoch=1, sequence=self.told, **at)

    def route(
        self, north: float, until: datetime = UNTIL, slower: tuple[Shares, ...] = ()
    ) -> Outcome:
        """Send so much of what comes to the north, the rest to the south."""
        shares = (("north/a", north), ("south/b", 1.0 - north))
        return self.split.route(self.ticket(), "chat", "users", shares, slower, until)

    def later(self, **since: float) -> None:
        """Time passes, leases are renewed."""
        self.clock.present += timedelta(**since)
        self.split.renew()


def test_a_place_grows_before_another_shrinks_and_keeps_what_comes_there() -> None:
    """80 requests need 25 replicas; told to go south, north keeps its 25 until they are answered in the south, and five
    minutes longer."""
    here = Here()
    here.platform.replicas["deployments/a"] = 30
    outcome = here.route(0.2)
    assert outcome.fate is Fate.DONE, outcome.said
    assert here.platform.orders == [("deployments/b", 20), ("deployments/a", 25)]
    here.later(minutes=1)
    here.requests.there = {"north/a": 16.0, "south/b": 64.0}
    here.later(minutes=1)
    assert here.platform.replicas == {"deployments/a": 25, "deployments/b": 20}
    here.later(minutes=5)
    assert here.platform.replicas == {"deployments/a": 5, "deployments/b": 20}


def test_nothing_shrinks_while_what_must_grow_does_not() -> None:
    """The owner of the south refuses: the north keeps what it has, and the split that was so before stands."""
    here = Here()
    here.platform.replicas["deployments/a"] = 30
    here.platform.refuses = "deployments/b"
    outcome = here.route(0.2)
    assert (outcome.fate, "403" in outcome.said) == (Fate.REFUSED, True)
    assert here.platform.orders == []
    assert [one.kind for one in here.split.restraints()] == []


def test_demand_is_followed_between_two_acts_and_what_it_lacks_is_said() -> None:
    """Twice as many requests: twice as many replicas by the next renewal; beyond the owner's ceiling as many as it
    allows, named; and a store of metrics that is away changes nothing."""
    here = Here()
    here.route(1.0)
    assert here.platform.replicas["deployments/a"] == 25
    here.requests.asked_per_s = here.requests.there["north/a"] = 112.0
    here.later(seconds=10)
    assert here.platform.replicas["deployments/a"] == 35
    here.requests.asked_per_s = here.requests.there["north/a"] = 160.0
    with pytest.raises(UnreachableError, match="needs 50 replicas, 40 are allowed"):
        here.later(seconds=10)
    assert here.platform.replicas["deployments/a"] == 40
    here.requests.away = True
    with pytest.raises(UnreachableError, match="nobody says what comes for chat"):
        here.later(seconds=10)
    assert here.platform.replicas["deployments/a"] == 40
    assert here.platform.renewals == 3


def test_without_a_measure_nothing_is_told() -> None:
    """Away, or of two minutes ago: nobody knows what comes, so no number is made up."""
    here = Here()
    here.requests.away = True
    assert here.route(0.5).fate is Fate.FAILED
    here.requests.away, here.requests.late = False, timedelta(minutes=3)
    assert here.route(0.5).fate is Fate.FAILED
    here.requests.late, here.requests.asked_per_s = timedelta(0), math.nan
    assert here.route(0.5).fate is Fate.FAILED
    assert here.platform.orders == []


def test_a_split_ends_by_itself_at_its_scalers_and_what_follows_finds_it_standing() -> None:
    """Each number is told until two minutes after the split, in which the next one is told; then nobody follows."""
    here = Here()
    here.route(1.0, NOON + timedelta(minutes=30))
    assert set(here.platform.ends.values()) == {NOON + timedelta(minutes=32)}
    here.later(minutes=31)
    assert here.split.tickets
    here.later(minutes=2)
    assert not here.split.tickets
    assert [one.kind for one in here.split.restraints()] == ["replicas", "replicas"]


def test_what_is_let_go_is_as_its_owner_had_it_and_is_followed_no_more() -> None:
    """By the split, or by the place; a ticket that came twice does nothing twice."""
    here = Here()
    here.route(0.5)
    names = [one.subject for one in here.split.restraints()]
    assert names == ["chat from users", "cluster a", "cluster b"]
    assert here.split.release(here.ticket(), "cluster a").fate is Fate.DONE
    assert here.platform.replicas["deployments/a"] == 4
    here.later(minutes=1)
    assert here.platform.replicas["deployments/a"] == 4
    here.route(0.5)
    assert here.split.release(here.ticket(), "chat from users").fate is Fate.DONE
    assert set(here.platform.replicas.values()) == {4}
    assert here.split.release(here.ticket(), "chat from nowhere").fate is Fate.UNCHANGED


def test_a_ticket_that_was_settled_does_nothing_again() -> None:
    """Whoever tells it twice is told what came of it."""
    here = Here()
    shares = (("north/a", 1.0),)
    ticket = here.ticket()
    assert here.split.route(ticket, "chat", "users", shares, (), UNTIL).fate is Fate.DONE
    orders = list(here.platform.orders)
    assert here.split.route(ticket, "chat", "users", shares, (), UNTIL).fate is Fate.UNCHANGED
    assert here.platform.orders == orders


def test_it_says_how_far_whole_replicas_are_from_the_split() -> None:
    """25 in the north, which still answers, and 20 in the south are no split of one to four; once north needs 5, they
    are; without a split nothing is off."""
    here = Here()
    (before,) = here.split.read_routes()
    here.route(0.2)
    (moving,) = here.split.read_routes()
    assert before.share_off == 0.0
    assert moving.share_off == pytest.approx(25 / 45 - 0.2)
    here.requests.there = {"north/a": 16.0, "south/b": 64.0}
    here.later(minutes=6)
    (moved,) = here.split.read_routes()
    assert moved.share_off == 0.0


def test_a_split_can_stand_beside_the_loop() -> None:
    """As any device: it is read, told and renewed by threads."""
    here = Here()
    wrapped = beside(here.split, "requests of services", here.clock.now, steady_s)
    for name in ("route", "read_routes", "restraints", "release", "renew"):
        assert hasattr(wrapped, name)


@given(
    north=st.floats(0.0, 1.0),
    asked_per_s=st.floats(0.0, 100.0),
    at_north=st.floats(0.0, 1.0),
    before=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_whatever_is_told_every_place_answers_what_comes_there_now(
    north: float, asked_per_s: float, at_north: float, before: tuple[int, int]
) -> None:
    """Within what its owner allows, no place runs fewer replicas than its measured requests need, nor than its told
    share needs."""
    here = Here()
    here.platform.replicas = dict(zip(("deployments/a", "deployments/b"), before, strict=True))
    here.requests.asked_per_s = asked_per_s
    here.requests.there = {
        "north/a": asked_per_s * at_north,
        "south/b": asked_per_s * (1 - at_north),
    }
    assert here.route(north).fate is Fate.DONE
    for place, share in (("north/a", north), ("south/b", 1.0 - north)):
        most_per_s = max(asked_per_s * share, here.requests.there[place])
        runs = here.platform.replicas[f"deployments/{place[-1]}"]
        assert runs >= min(2.5 * most_per_s / 8 - 1e-6, 40)


@pytest.mark.parametrize(
    ("half", "whole", "replicas"),
    [(0.0, 0.0, 25), (0.0, 1.0, 15), (1.0, 0.0, 20), (0.4, 0.6, 20), (0.0, 0.9, 25)],
)
def test_a_place_answers_slower_where_all_that_it_is_told_may_be(
    half: float, whole: float, replicas: int
) -> None:
    """As many replicas as its fastest point asks for; a part that is to be in time has all of it answered in time."""
    here = Here()
    here.platform.replicas["deployments/a"] = 30
    slower = ((("north/a", half),), (("north/a", whole),))
    assert here.route(1.0, slower=slower).fate is Fate.DONE
    assert here.platform.replicas["deployments/a"] == replicas


def test_requests_that_were_told_to_go_elsewhere_are_answered_in_time() -> None:
    """Nobody said that they may be late; and told to be in time again, the place grows before the call returns."""
    here = Here()
    here.platform.replicas["deployments/b"] = 30
    here.requests.there = {"north/a": 60.0, "south/b": 20.0}
    south = ((), (("south/b", 1.0),))
    here.route(0.0, slower=south)
    assert here.platform.replicas == {"deployments/a": 19, "deployments/b": 15}
    here.requests.there = {"south/b": 80.0}
    here.route(0.0)
    assert here.platform.replicas["deployments/b"] == 25


@given(
    north=st.floats(0.0, 1.0),
    slow=st.tuples(st.floats(0.0, 1.0), st.floats(0.0, 1.0)),
    asked=st.floats(1.0, 100.0),
)
def test_no_place_runs_fewer_than_its_fastest_point_asks_for(
    north: float, slow: tuple[float, float], asked: float
) -> None:
    """Whatever part is told to be slower: what is not is answered at the usual point, all of it."""
    here = Here()
    here.platform.most, here.platform.least = 1_000, 0
    here.platform.replicas = {"deployments/a": 1_000, "deployments/b": 1_000}
    here.requests.asked_per_s, here.requests.there = asked, {}
    shares = {"north/a": north, "south/b": 1.0 - north}
    told = tuple((place, shares[place] * part) for place, part in zip(PLACES, slow, strict=True))
    here.route(north, slower=((), told))
    for place, part in zip(PLACES, slow, strict=True):
        each = 1.5 if part >= 1.0 - 1e-6 else 2.5
        least = math.ceil(asked * shares[place] * each / 8.0 - 1e-6)
        assert here.platform.replicas[f"deployments/{place[-1]}"] >= least
