"""Accelerator boards for machines without any: their state outlives every process, as that of real ones does.

Power follows load, clock and cap by `physics/clock_and_cap.py`, settles over a time constant and is read with noise;
limits are refused outside the enforced range; faults come as a driver would say them.
"""

import fcntl
import json
import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from gridtide.fleet.boards import Board, BoardError, BoardFault
from gridtide.physics.clock_and_cap import clock_under_cap, power_at_clock
from gridtide.physics.server import between_w

NOISE_STEP_S = 0.1
"""Readings within so much time are one sample of the board's own meter."""


@dataclass(frozen=True, kw_only=True)
class SimulatedBoard:
    """One board's nature and state.

    idle_kw, highest_kw: power without work and the most that may be set; drawn_share: what full work draws of it at the
    highest clock. static_share: of that which no clock moves; exponent: of power over clock; both assumed, as in
    `physics/clock_and_cap.py`. load: 0 to 1. settle_s: time constant. noise_share: standard deviation of readings.
    from_kw, since_s: power when load or bounds changed last, and when. fault: what its driver says to everything, empty
    where nothing is wrong.
    """

    unit: str
    name: str = "simulated accelerator"
    idle_kw: float = 0.07
    default_kw: float = 0.7
    lowest_kw: float = 0.2
    highest_kw: float = 0.7
    drawn_share: float = 0.95
    static_share: float = 0.2
    exponent: float = 2.4
    clock_highest_mhz: int = 1_980
    clock_lowest_mhz: int = 345
    settle_s: float = 0.2
    noise_share: float = 0.01
    load: float = 0.0
    limit_kw: float = 0.7
    clock_max_mhz: int | None = None
    from_kw: float = 0.07
    since_s: float = 0.0
    fault: str = ""


def settled_kw(board: SimulatedBoard) -> float:
    """Power [kW] once it has settled, at its load under its cap and locked clock."""
    rated = board.highest_kw
    static = between_w(board.idle_kw / rated, board.static_share, board.load)
    highest = between_w(board.idle_kw / rated, board.drawn_share, board.load)
    if board.load <= 0.0:
        return board.idle_kw
    clock = clock_under_cap(board.limit_kw / rated, static, highest, board.exponent)
    locked = board.clock_max_mhz or board.clock_highest_mhz
    lowest = board.clock_lowest_mhz / board.clock_highest_mhz
    clock = max(lowest, min(clock, locked / board.clock_highest_mhz))
    return rated * power_at_clock(clock, static, highest, board.exponent)


def power_kw(board: SimulatedBoard, at_s: float) -> float:
    """Power [kW] at an instant, without the noise of the meter."""
    target = settled_kw(board)
    passed_s = max(0.0, at_s - board.since_s)
    return board.from_kw - (target - board.from_kw) * math.expm1(-passed_s / board.settle_s)


class SimulatedBoards:
    """Boards kept in a file that any process may open; satisfies DrivesBoards.

    steady_s: seconds that only rise, the same for every process. seed: of the noise, which is the same for the same
    board and instant. Raises BoardError as a driver does.
    """

    method = "simulated"

    def __init__(self, path: Path, steady_s: Callable[[], float], seed: int = 0) -> None:
        self._path = path
        self._steady_s = steady_s
        self._seed = seed

    @staticmethod
    def written(path: Path, boards: Sequence[SimulatedBoard]) -> None:
        """Make the file anew, as boards are after their driver was loaded."""
        _write(path, {board.unit: board for board in boards})

    def units(self) -> tuple[str, ...]:
        """UUIDs, in order."""
        return tuple(sorted(self._read()))

    def board(self, unit: str) -> Board:
        """A board and the limit that holds."""
        one = self._sound(self._read(), unit)
        return Board(
            unit=one.unit,
            name=one.name,
            default_kw=one.default_kw,
            lowest_kw=one.lowest_kw,
            highest_kw=one.highest_kw,
            limit_kw=one.limit_kw,
            clock_max_mhz=one.clock_max_mhz,
        )

    def power_kw(self, unit: str) -> float:
        """What it draws now, as its meter reads it [kW]."""
        one = self._sound(self._read(), unit)
        now_s = self._steady_s()
        sample = [self._seed, *unit.encode(), int(now_s / NOISE_STEP_S)]
        noise = np.random.default_rng(sample).normal() * one.noise_share
        return max(0.0, power_kw(one, now_s) * (1.0 + noise))

    def limit(self, unit: str, limit_kw: float) -> None:
        """Bound its power, within what may be set."""
        with self._changing(unit) as (one, keep):
            if not one.lowest_kw <= limit_kw <= one.highest_kw:
                said = f"{limit_kw:g} kW is outside {one.lowest_kw:g} to {one.highest_kw:g} kW"
                raise BoardError(BoardFault.OUT_OF_RANGE, f"{unit}: {said}")
            keep(replace(one, limit_kw=limit_kw))

    def lock_clock(self, unit: str, highest_mhz: int) -> None:
        """Let its clock rise no higher."""
        with self._changing(unit) as (one, keep):
            keep(replace(one, clock_max_mhz=highest_mhz))

    def free_clock(self, unit: str) -> None:
        """Free its clock."""
        with self._changing(unit) as (one, keep):
            keep(replace(one, clock_max_mhz=None))

    def work(self, unit: str, load: float) -> None:
        """Give it so much work, 0 to 1: what a job does, not a driver."""
        with self._changing(unit) as (one, keep):
            keep(replace(one, load=load))

    def fail(self, unit: str, fault: str) -> None:
        """Have its driver say this to everything from now on; empty mends it."""
        with self._locked() as boards:
            boards[unit] = replace(boards[unit], fault=fault)

    def _sound(self, boards: Mapping[str, SimulatedBoard], unit: str) -> SimulatedBoard:
        if unit not in boards:
            known = ", ".join(sorted(boards))
            raise BoardError(BoardFault.NO_SUCH_BOARD, f"{unit} is none of {known}")
        one = boards[unit]
        if one.fault:
            raise BoardError(BoardFault(one.fault), f"{unit}: {one.fault}")
        return one

    @contextmanager
    def _changing(
        self, unit: str
    ) -> Iterator[tuple[SimulatedBoard, Callable[[SimulatedBoard], None]]]:
        """A board and how it is kept; its power goes on from where it is."""
        with self._locked() as boards:
            one = self._sound(boards, unit)
            now_s = self._steady_s()
            here = replace(one, from_kw=power_kw(one, now_s), since_s=now_s)

            def keep(changed: SimulatedBoard) -> None:
                boards[unit] = changed

            yield here, keep

    @contextmanager
    def _locked(self) -> Iterator[dict[str, SimulatedBoard]]:
        with self._path.with_suffix(".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            boards = self._read()
            yield boards
            _write(self._path, boards)

    def _read(self) -> dict[str, SimulatedBoard]:
        try:
            kept = json.loads(self._path.read_text(encoding="utf-8"))
            return {unit: SimulatedBoard(**values) for unit, values in kept.items()}
        except (OSError, ValueError, TypeError) as fault:
            raise BoardError(BoardFault.NO_DRIVER, f"{self._path}: {fault}") from None


def _write(path: Path, boards: Mapping[str, SimulatedBoard]) -> None:
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps({unit: asdict(board) for unit, board in boards.items()}))
    os.replace(beside, path)
