"""Boards of a real power agent under set-points: work that a room is said to run on them, and when each was told."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from gridtide.decide.dispatch import OF_JOBS, placement_of
from gridtide.devices.power_agent import PowerAgent
from gridtide.fleet.board_bound import FREE, BoardBound
from gridtide.fleet.device import PowerReading, Restraint
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.jobs import NO_DEADLINE_S, rows
from gridtide.fleet.operating_point import OperatingPoint
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.loop.beside import Beside, beside
from gridtide.loop.clock import WallClock, steady_s
from gridtide.loop.control import ControlRoom
from gridtide.loop.names import place_names
from gridtide.loop.set_points.led_place import SomeBoards
from gridtide.loop.set_points.led_site import PlaceBoards
from gridtide.loop.set_points.moved_boards import MovedBoards
from gridtide.loop.set_points.slowed import Slowed
from gridtide.loop.set_points.work_part import WorkPart
from gridtide.loop.world import Clock, Orders
from gridtide.testing.power_machine import PowerMachine
from gridtide.timeline import Timeline

STEP_KW, POINTS = 4.0, 81
"""A step of the menu, so that no two set-points after each other are the same point."""
LOWEST_KW, HIGHEST_KW = 0.3, 0.7
"""Caps of a board from the slowest point to the fastest but one."""
JOB = "one gang"


@dataclass(frozen=True, kw_only=True, eq=False)
class OnTheWall:
    """A power agent, which goes by the wall, for a room whose clock is ahead or behind by `ahead`. Satisfies what
    `MovedBoards` tells."""

    agent: PowerAgent
    ahead: timedelta

    def read_power(self) -> tuple[PowerReading, ...]:
        """By the clock of the room. Raises UnreachableError."""
        return tuple(
            replace(one, measured_at=one.measured_at + self.ahead)
            for one in self.agent.read_power()
        )

    def restraints(self) -> tuple[Restraint, ...]:
        """By the clock of the room. Raises UnreachableError."""
        return tuple(replace(one, until=one.until + self.ahead) for one in self.agent.restraints())

    def cap(self, ticket: Ticket, unit: str, cap_kw: float, until: datetime) -> Outcome:
        """Bound the power of a board."""
        return self.agent.cap(self._by_the_wall(ticket), unit, cap_kw, until - self.ahead)

    def release(self, ticket: Ticket, subject: str) -> Outcome:
        """Give a board back."""
        return self.agent.release(self._by_the_wall(ticket), subject)

    def _by_the_wall(self, ticket: Ticket) -> Ticket:
        return replace(
            ticket,
            issued_at=ticket.issued_at - self.ahead,
            expires_at=ticket.expires_at - self.ahead,
        )


@dataclass(kw_only=True, eq=False)
class ToldBoards:
    """Boards of an agent in a folder, told beside a room."""

    machine: PowerMachine
    fast: Beside
    moved: MovedBoards
    slowed: Slowed = field(default_factory=Slowed)

    def at(self, place: str) -> PlaceBoards:
        """All of them, as the boards of a place."""
        caps = np.linspace(HIGHEST_KW, LOWEST_KW, POINTS)
        bounds = (FREE, *(BoardBound(cap_kw=float(one)) for one in caps[1:]))
        self.slowed.runs(place, {JOB: np.inf})
        units = self.machine.units
        parts = (SomeBoards(boards=self.moved, units=units),)
        return PlaceBoards(
            place=place, slowed=self.slowed, parts=parts, count=len(units), bounds=bounds
        )

    def told(self) -> list[tuple[str, float, float]]:
        """Board, cap in kW and second of the steady clock of every cap that was set, inf where a board was freed, in
        order."""
        steady = steady_s() - WallClock().now().timestamp()
        found = []
        for line in (self.machine.folder / "power.jsonl").read_text().splitlines():
            note = json.loads(json.loads(line)["text"])
            words = str(note["said"]).split()
            at_s = datetime.fromisoformat(note["at"]).timestamp() + steady
            if note["what"] == "done" and "cap" in words:
                unit, kw = words[words.index("cap") - 1 :][:3:2]
                found.append((unit.rstrip(":"), float(kw), at_s))
            elif note["what"] == "done" and words[-2:] == ["is", "free"]:
                found.append((words[-3], float("inf"), at_s))
        return found


@contextmanager
def told_boards(folder: Path, count: int, clock: Clock) -> Iterator[ToldBoards]:
    """So many boards of an agent in a process of its own."""
    units = tuple(f"gpu-{number}" for number in range(count))
    machine = PowerMachine(folder, units=units)
    for unit in units:
        machine.boards.work(unit, 1.0)
    with machine.agent():
        wall = WallClock()
        agent = PowerAgent(path=folder / "power.sock", now=wall.now)
        device = OnTheWall(agent=agent, ahead=clock.now() - wall.now())
        fast = beside(device, "boards", clock.now, steady_s)
        fast.start()
        moved = MovedBoards(name="boards", device=device, fast=fast)  # type: ignore[arg-type]
        yield ToldBoards(machine=machine, fast=fast, moved=moved)
        fast.close()


def say_it_works(room: ControlRoom, work: WorkPart) -> None:
    """Have the work of a line be one gang on all boards of its place at the fastest of many points, whatever the room
    runs there: what is measured is how long telling takes."""
    place = work.places[0]
    work.fleet = _with_menu(work.fleet, place.place, place.count)
    steps, orders = room.mandate.steps, room.orders
    assert orders is not None
    horizon = Timeline(edges_s=steps.edges_s[room.world.present :])
    jobs = replace(
        rows(room.world.roll.declared, np.array([0])),
        name=np.array([JOB]),
        accelerators=np.array([place.count]),
        deadline_s=np.array([NO_DEADLINE_S]),
        movable=np.array([True]),
        elastic=np.array([False]),
    )
    columns = dict.fromkeys(OF_JOBS, np.zeros(1)) | {"place": np.array([place.place])}
    placement = placement_of(horizon, [np.arange(len(horizon))], columns)
    shares = np.zeros_like(orders.dispatch.shares)
    dispatch = replace(orders.dispatch, placement=placement, shares=shares)
    told = Orders(jobs=jobs, dispatch=dispatch, promised=np.array([True]))
    work.orders = lambda: told


def first_place(room: ControlRoom, site: str) -> str:
    """The first place of a site."""
    return next(one for one in place_names(room.mandate.fleet) if one.startswith(f"{site}/"))


def _with_menu(fleet: Fleet, place: int, count: int) -> Fleet:
    """A fleet whose pool at a place has many points, each STEP_KW from the next for so many boards."""
    where = fleet.places[place]
    site = fleet.sites[where.site]
    pool = site.pools[where.pool]
    most_kw = pool.parked_kw_per_accelerator + STEP_KW * POINTS / count
    points = tuple(
        OperatingPoint(
            name=f"{number}",
            speed=1.0 - 0.5 * number / POINTS,
            it_kw_per_accelerator=most_kw - STEP_KW * number / count,
        )
        for number in range(POINTS)
    )
    pools = list(site.pools)
    pools[where.pool] = replace(pool, points=points, accelerators=count, for_services=0)
    sites = list(fleet.sites)
    sites[where.site] = replace(site, pools=tuple(pools))
    return replace(fleet, sites=tuple(sites))
