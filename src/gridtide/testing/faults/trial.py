"""A fault, and what came of each time it was tried."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from time import sleep

import numpy as np

from gridtide.loop.clock import seconds
from gridtide.testing.postgres_server import Postgres

POLL_S = 0.02


class BrokenPromise(Exception):
    """What did not survive, in a sentence."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """One time a fault was tried and survived. next_s: from the fault to the next correct decision, None where that is
    not what is measured."""

    next_s: float | None = None


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a fault is tried. folder: its own. rng: seeded, of all instants. postgres: a server, where it needs one."""

    folder: Path
    rng: np.random.Generator
    postgres: Postgres | None = None

    def server(self) -> Postgres:
        """The server that a fault which needs one is given."""
        assert self.postgres is not None, "this fault is tried beside a server"
        return self.postgres


@dataclass(frozen=True, kw_only=True)
class Fault:
    """name: as the table has it. promise: what holds whatever happens. trials: tries it at most so often; raises
    BrokenPromise. needs: what it stands beside, None for nothing."""

    name: str
    promise: str
    trials: Callable[[Place, int], Iterator[Trial]]
    on_postgres: bool = False


@dataclass(kw_only=True)
class Tally:
    """What came of a fault so far."""

    fault: Fault
    tried: int = 0
    survived: int = 0
    next_s: list[float] = field(default_factory=list)
    broke: list[str] = field(default_factory=list)


def tried(fault: Fault, place: Place, times: int) -> Tally:
    """Try a fault so often; a promise that breaks ends it."""
    tally = Tally(fault=fault)
    try:
        for trial in fault.trials(place, times):
            tally.tried += 1
            tally.survived += 1
            if trial.next_s is not None:
                tally.next_s.append(trial.next_s)
    except BrokenPromise as broken:
        tally.tried += 1
        tally.broke.append(str(broken))
    return tally


def kept(holds: object, said: str) -> None:
    """Raise BrokenPromise with a sentence where something does not hold."""
    if not holds:
        raise BrokenPromise(said)


def until(holds: Callable[[], object], said: str, within_s: float = 60.0) -> float:
    """Look until something holds; the seconds that took. Raises BrokenPromise where it does not come in time."""
    begun_s = seconds()
    while not holds():
        kept(seconds() - begun_s < within_s, f"not within {within_s:g} s: {said}")
        sleep(POLL_S)
    return seconds() - begun_s


def pause(for_s: float) -> None:
    """Let so many seconds pass."""
    sleep(for_s)
