"""Set-points from a centre to a store or boards, each a process, through a room whose planner makes plans meanwhile."""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO, Any

from gridtide.case.live_room import room_of
from gridtide.case.planner import PlannerProcess
from gridtide.devices.iec104_setpoint import Iec104Setpoint
from gridtide.devices.modbus.battery import ModbusBattery
from gridtide.devices.modbus.line import ModbusLine
from gridtide.loop.beside import all_beside
from gridtide.loop.clock import MovedClock, WallClock, steady_s
from gridtide.loop.control import ControlRoom
from gridtide.loop.live import Runner
from gridtide.loop.names import store_names
from gridtide.loop.planning_beside import beside
from gridtide.loop.set_points.led_site import LineTerms, PlaceBoards, regulate
from gridtide.loop.world import Clock
from gridtide.simulate.study import Study
from gridtide.stores.memory import MemoryIntents, MemoryStore
from gridtide.testing.modbus_plant import CAPACITY_KWH
from gridtide.testing.set_point_boards import first_place, say_it_works, told_boards
from gridtide.trust.modes import Mode
from gridtide.trust.setpoint_rules import SetpointRules
from gridtide.wire.modbus.makes import BATTERY

PATIENCE_S = 300.0
OFFER_KW = 400.0
SAME_KW = 0.05
"""Nearer than any two set-points, farther than what four octets round."""


@dataclass(kw_only=True)
class SetPointRun:
    """What was asked, kW less than the base point, and what was written, kW that the store is to give, each with its
    second, in order. rests_kw: what the store draws by plan. plans: made meanwhile."""

    asked: list[tuple[float, float]] = field(default_factory=list)
    written: list[tuple[float, float]] = field(default_factory=list)
    rests_kw: float = 0.0
    plans: int = 0

    def lags_s(self) -> list[float | None]:
        """How long each set-point took to the register that holds it, s; None for one that never came, or not before
        a later one."""
        found: list[float | None] = []
        first = 0
        for less_kw, at_s in self.asked:
            hits = [
                k
                for k in range(first, len(self.written))
                if abs(self.written[k][0] + self.rests_kw - less_kw) < SAME_KW
                and self.written[k][1] >= at_s
            ]
            found.append(self.written[hits[0]][1] - at_s if hits else None)
            first = hits[0] + 1 if hits else first
        return found


@dataclass(kw_only=True)
class BoardRun:
    """What was asked, as above, and every cap that a board of `boards` was told: board, kW, second."""

    boards: int
    asked: list[tuple[float, float]] = field(default_factory=list)
    told: list[tuple[str, float, float]] = field(default_factory=list)
    plans: int = 0

    def lags_s(self) -> list[tuple[float, float] | None]:
        """How long each set-point took to the first and to the last of its boards, s; None where one of them was not
        told another cap before the next set-point was sent."""
        ends_s = [at_s for _, at_s in self.asked[1:]] + [float("inf")]
        caps: dict[str, float] = {}
        told, found = iter([*self.told, ("", 0.0, float("inf"))]), []
        unit, cap_kw, told_s = next(told)
        for (_, at_s), end_s in zip(self.asked, ends_s, strict=True):
            changed: dict[str, float] = {}
            while told_s < end_s:
                if told_s >= at_s and caps.get(unit) != cap_kw:
                    changed.setdefault(unit, told_s - at_s)
                caps[unit] = cap_kw
                unit, cap_kw, told_s = next(told)
            every = len(changed) == self.boards
            found.append((min(changed.values()), max(changed.values())) if every else None)
        return found


def run_set_points(study: Study, count: int, every_s: float) -> SetPointRun:
    """A room of a study on the wall's clock, one site led by IEC 104; plans are made one after another meanwhile."""
    run, store = SetPointRun(), _process("stamped_store")
    assert store.stdout is not None
    study, number = _led(study)
    clock = MovedClock(study.timeline.start)
    room, again = _room(study, clock)
    _over_modbus(room, clock, number, int(store.stdout.readline()))
    line = _followed(room, clock, number, every_s)
    runner = Runner(room=room)
    runner.start()
    try:
        base_kw = _base_kw(room)
        led = room.lines[0].regulation.plant.store
        assert led is not None
        run.rests_kw = led.store.base_kw(room.clock.now())
        again.begin(room)
        threading.Thread(target=_listen, args=(store.stdout, run.written), daemon=True).start()
        _tell(line.port, base_kw, count, every_s, run.asked)
        run.plans = again.made
    finally:
        again.over.set()
        runner.stop()
        store.kill()
        store.wait()
    return run


class _Again(Executor):
    """The planner of a room, which makes the plan that was asked last again and again once it is told to; meanwhile a
    thread dispatches by the room's plan every second, as turns do."""

    def __init__(self, planner: PlannerProcess) -> None:
        self.made, self.over = 0, threading.Event()
        self._planner = planner
        self._asked: tuple[Any, ...] = ()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """As the planner does."""
        self._asked = (fn, *args)
        return self._planner.submit(fn, *args, **kwargs)

    def begin(self, room: ControlRoom) -> None:
        """From now on."""
        threading.Thread(target=self._dispatch, args=(room,), daemon=True).start()
        self._ask()

    def _ask(self) -> None:
        self._planner.submit(*self._asked).add_done_callback(self._done)

    def _done(self, future: Future[Any]) -> None:
        if not self.over.is_set() and future.exception() is None:
            self.made += 1
            self._ask()

    def _dispatch(self, room: ControlRoom) -> None:
        decide, _, situation, held, _ = self._asked
        while not self.over.wait(1.0):
            decide(room.memory.plan, situation, held, False)


def run_set_points_of_boards(
    study: Study, count: int, every_s: float, boards: int, folder: Path
) -> BoardRun:
    """The same room, whose site has no store and so many boards of a power agent in a process of its own."""
    study, number = _site_with_a_store(study)
    sites = list(study.fleet.sites)
    sites[number] = replace(sites[number], battery=None)
    study = replace(study, fleet=replace(study.fleet, sites=tuple(sites)))
    clock, run = MovedClock(study.timeline.start), BoardRun(boards=boards)
    with told_boards(folder, boards, clock) as told:
        room, again = _room(study, clock)
        place = told.at(first_place(room, sites[number].name))
        line = _followed(room, clock, number, every_s, (place,))
        runner = Runner(room=room)
        runner.start()
        try:
            base_kw = _base_kw(room)
            work = room.lines[0].regulation.plant.work
            assert work is not None
            say_it_works(room, work)
            again.begin(room)
            _tell(line.port, base_kw, count, every_s, run.asked)
            run.plans, run.told = again.made, told.told()
        finally:
            again.over.set()
            runner.stop()
    return run


def _tell(
    port: int, base_kw: float, count: int, every_s: float, to: list[tuple[float, float]]
) -> None:
    """Have a centre tell all set-points."""
    centre = _process("telling_centre", port, base_kw, count, every_s)
    assert centre.stdout is not None
    _listen(centre.stdout, to)
    centre.wait()
    time.sleep(every_s)


def _site_with_a_store(study: Study) -> tuple[Study, int]:
    """The study, and its first site that has a store."""
    sites = study.fleet.sites
    return study, next(k for k, site in enumerate(sites) if site.battery is not None)


def _led(study: Study) -> tuple[Study, int]:
    """The study with the store of its first site that has one as the battery of the tests is, dear to use by plan."""
    study, number = _site_with_a_store(study)
    sites = list(study.fleet.sites)
    there = sites[number].battery
    assert there is not None
    battery = replace(
        there,
        energy_kwh=CAPACITY_KWH,
        charge_max_kw=OFFER_KW,
        discharge_max_kw=OFFER_KW,
        wear_cost_per_kwh=1e3,
    )
    sites[number] = replace(sites[number], battery=battery)
    return replace(study, fleet=replace(study.fleet, sites=tuple(sites))), number


def _room(study: Study, clock: MovedClock) -> tuple[ControlRoom, _Again]:
    """A room of a study that acts, its planner in a process."""
    room = room_of(study, clock, MemoryStore(), MemoryIntents(), Mode.EMERGENCY)
    planner = PlannerProcess()
    again = _Again(planner)
    room.policy = beside(room.policy, again)
    room.policy.waits_first, room.endings = True, (planner.close,)
    return room, again


def _over_modbus(room: ControlRoom, clock: MovedClock, number: int, port: int) -> None:
    """Have the store of a site be one over Modbus, told beside the loop."""
    name = store_names(room.mandate.fleet)[number]
    line = ModbusLine(name=name, where=BATTERY, clock=WallClock(), host="127.0.0.1", port=port)
    told = all_beside({name: ModbusBattery(line, clock)}, clock.now, steady_s)
    room.world.reach.devices = {**room.world.reach.devices, **told}


def _followed(
    room: ControlRoom,
    clock: MovedClock,
    number: int,
    every_s: float,
    boards: tuple[PlaceBoards, ...] = (),
) -> Iec104Setpoint:
    """The line by which a site is led from now on."""
    opened: list[Iec104Setpoint] = []

    def opens(clock: Clock, on_told: Callable[[], None]) -> Iec104Setpoint:
        opened.append(Iec104Setpoint(clock=clock, on_told=on_told))
        return opened[0]

    site = room.mandate.fleet.sites[number]
    most_kw = site.contract.import_max_kw
    rules = SetpointRules(
        p_min_kw=-most_kw,
        p_max_kw=most_kw,
        ramp_kw_per_s=2.0 * most_kw / every_s,
        return_kw_per_s=2.0 * most_kw / every_s,
        cycle_s=every_s,
    )
    terms = LineTerms(
        site=site.name, name="line", rules=rules, up_kw=OFFER_KW, down_kw=OFFER_KW, opens=opens
    )
    regulate(room, terms, clock, boards)
    return opened[0]


def _base_kw(room: ControlRoom) -> float:
    """The base point, once the first plan is there."""
    end_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < end_s:
        found = room.regulation()[0]["base_kw"]
        if isinstance(found, float):
            return found
        time.sleep(0.1)
    raise TimeoutError(f"no plan came: {room.unready()}, {room.regulation()}")


def _process(module: str, *words: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", f"gridtide.testing.{module}", *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _listen(lines: IO[str], to: list[tuple[float, float]]) -> None:
    for line in lines:
        less_kw, at_s = line.split()
        to.append((float(less_kw), float(at_s)))
