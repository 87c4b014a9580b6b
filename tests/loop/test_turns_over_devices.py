"""Starts and stops in turn, and requests whose caches are lost, over devices: told by acts, decided as in the twin."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from gridtide.case.live_room import room_of
from gridtide.case.load import load_case
from gridtide.devices.simulated_fleet import SimulatedFleet, devices_of
from gridtide.fleet.device import QueuedJob, RouteReading
from gridtide.fleet.site_act import do
from gridtide.fleet.ticket import Fate, Outcome, Ticket
from gridtide.fleet.turn_act import BeginInTurn, PauseInTurn
from gridtide.loop.clock import DrivenClock
from gridtide.loop.control import ControlRoom
from gridtide.loop.reach import Reach
from gridtide.loop.rest_of_state import answered_shares
from gridtide.loop.seen import Seen
from gridtide.loop.verifying import Moved
from gridtide.simulate.study import Study
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.studies import small_study
from gridtide.testing.two_worlds import both_worlds
from gridtide.trust.modes import Mode
from gridtide.trust.people import Person, Role

ROOT = Path(__file__).parents[2]


def capped(seed: int = 5) -> Study:
    """A fleet that starts and stops its gangs one after the other."""
    study = small_study(seed, hours=24, jobs=60, accelerators=32)
    return replace(study, fleet=replace(study.fleet, response_max_kw_per_min=1.0))


@dataclass(kw_only=True, eq=False)
class Heard(SimulatedFleet):
    """A fleet that remembers when it was told to begin and stop in turn."""

    def begin_in_turn(self, ticket: Ticket, job: str, at: datetime, turn_s: float) -> Outcome:
        """As told, and remembered."""
        TOLD.append(("begin", self.now(), at, turn_s))
        return super().begin_in_turn(ticket, job, at, turn_s)

    def pause_in_turn(self, ticket: Ticket, job: str, until: datetime, turn_s: float) -> Outcome:
        """As told, and remembered."""
        TOLD.append(("stop", self.now(), self.now(), turn_s))
        return super().pause_in_turn(ticket, job, until, turn_s)


ADA = Person(name="Ada", role=Role.APPROVER)
TOLD: list[tuple[str, datetime, datetime, float]] = []


def opened(study: Study, mode: Mode = Mode.ACT) -> ControlRoom:
    """A room over a fleet that remembers."""
    TOLD.clear()
    room = room_of(study, DrivenClock(study.timeline.start), MemoryStore(), MemoryIntents(), mode)
    fleet = room.world.reach.devices["fleet"]
    assert isinstance(fleet, SimulatedFleet)
    room.world.reach = Reach(devices=devices_of(Heard(twin=fleet.twin, now=fleet.now)))
    return room


def test_turns_lead_to_the_same_decisions_as_in_the_twin() -> None:
    """Digest for digest: what is told by acts at instants inside steps is what the dispatch says."""
    found = both_worlds(capped(), 40)
    assert found.first_difference is None
    assert set(found.acts) == {"done"}


def test_gangs_begin_and_stop_one_after_the_other_at_instants_inside_a_step() -> None:
    """No two turns of one way overlap as they were told last; some stops come while a step runs, none raises an
    alarm."""
    study = capped()
    room = opened(study)
    verdicts: list[Moved] = []
    while room.world.present < 60:
        room.go_on()
        verdicts += [one.moved for one in room.verdicts]
    edges_s = set(study.timeline.edges_s.tolist())
    stops = sorted((at, turn_s) for what, _, at, turn_s in TOLD if what == "stop")
    assert len(stops) >= 3
    assert any(at.timestamp() not in edges_s for at, _ in stops)
    for (at, turn_s), (next_at, _) in pairwise(stops):
        assert at + timedelta(seconds=turn_s) <= next_at + timedelta(microseconds=1)
    assert Moved.NOT_MOVED not in verdicts


def test_frozen_inside_a_step_nothing_more_is_stopped() -> None:
    """A stop whose turn had not come when people froze the room is not told."""
    room = opened(capped())
    while not room.over:
        room._decide(room.world.now)
        room._tell()
        if room.world.turns.stops:
            break
        room.world.step()
    said = len([one for one in TOLD if one[0] == "stop"])
    assert room.world.turns.stops
    room.freeze(ADA, "looking at it")
    room.world.step()
    assert len([one for one in TOLD if one[0] == "stop"]) == said


def test_what_a_person_approves_is_told_in_turn_too() -> None:
    """Told a turn later, its starts and stops take turns as they stand then; the cap refuses none."""
    room = opened(capped(), Mode.ADVISE)
    while room.world.present < 20:
        room.go_on()
        for one in room.proposals():
            room.approve(str(one["id"]), str(one["digest"]), ADA, "as proposed")
    found = room.decisions(50)
    assert "verified" in {str(one["stage"]) for one in found}
    assert not [one for one in found if "response cap" in str(one["refused"])]
    assert TOLD


class Plain:
    """A scheduler that knows begin times and pauses, no turns."""

    told: tuple[str, datetime] | None = None

    def queue(self) -> tuple[QueuedJob, ...]:
        """Nothing."""
        return ()

    def begin_at(self, ticket: Ticket, job: str, at: datetime) -> Outcome:
        """Remember it."""
        self.told = (job, at)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="begins", at=at)

    def pause(self, ticket: Ticket, job: str, until: datetime) -> Outcome:
        """Remember it."""
        self.told = (job, until)
        return Outcome(ticket=ticket.id, fate=Fate.DONE, said="pauses", at=until)

    def resume(self, ticket: Ticket, job: str) -> Outcome:
        """Not told here."""
        raise AssertionError


@pytest.mark.parametrize("act", [BeginInTurn, PauseInTurn])
def test_a_scheduler_without_turns_is_told_the_same_instant(
    act: type[BeginInTurn] | type[PauseInTurn],
) -> None:
    """Slurm and Kubernetes know instants: spaced as told, as fast as machines are."""
    device, at = Plain(), datetime.fromisoformat("2026-03-02T00:05:30+00:00")
    ticket = Ticket(id="1", epoch=1, sequence=1, issued_at=at, expires_at=at)
    told = (
        act(job="a", at=at, turn_s=30.0)
        if act is BeginInTurn
        else PauseInTurn(job="a", until=at, turn_s=30.0)
    )
    assert do(told, device, ticket, at).fate is Fate.DONE
    assert device.told == ("a", at)


def test_lost_caches_are_decided_alike() -> None:
    """Requests that were answered elsewhere a step before cost more: the next plan knows where in both worlds."""
    study = load_case(ROOT / "examples" / "resting_sites.toml")
    sites = tuple(
        replace(site, pools=tuple(replace(pool, parking=None) for pool in site.pools))
        for site in study.fleet.sites
    )
    study = replace(study, fleet=replace(study.fleet, sites=sites))
    found = both_worlds(study, 50)
    assert len(found.twin) == 3
    assert found.first_difference is None


def test_where_routers_do_not_say_what_they_sent_answers_say_it() -> None:
    """A place that nobody names answered nothing; where nobody says anything nothing is known."""
    study = load_case(ROOT / "examples" / "resting_sites.toml")
    at = study.timeline.start
    route = RouteReading(
        service="chat",
        origin="users",
        asked_per_s=4.0,
        answered_per_s=(("north/serving", 4.0),),
        p50_s=(),
        p95_s=(),
        measured_at=at,
    )

    def seen(*routes: RouteReading) -> Seen:
        return Seen.of(study.fleet, study.services, study.jobs.classes, ((), {}, routes), at)

    assert answered_shares(seen(route)).tolist() == [[[1.0, 0.0]]]
    assert answered_shares(seen()).size == 0
