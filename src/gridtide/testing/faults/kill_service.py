"""`gridtide serve` is killed with kill -9 at any instant, also while it begins, and begun again over its store."""

import subprocess
from collections.abc import Iterator
from functools import partial

from gridtide.loop.clock import seconds
from gridtide.stores.sql.opening import open_database
from gridtide.testing.faults.demo_service import (
    chain,
    decisions,
    next_decision_s,
    served,
    verified,
    words,
)
from gridtide.testing.faults.trial import Fault, Place, Trial, kept, pause, until
from gridtide.testing.served import Running

PROMISE = (
    "all that stood in the chain stands, it is whole, frozen stays frozen, and decisions go on"
)
RUNS_AT_MOST_S = 3.0
ALSO_WHILE_IT_BEGINS = 0.25
"""Share of kills after which another one hits the service while it takes up what was left."""


def trials(place: Place, times: int, on_postgres: bool) -> Iterator[Trial]:
    """Over one store: each kill hits the service that took up what the one before left."""
    store = place.server().fresh() if on_postgres else str(place.folder / "gridtide.db")
    open_database(store).close()
    freezes_at = int(place.rng.integers(times))
    stood, killed_s = chain(store), 0.0
    for number in range(times + 1):
        with served(store, place.folder / f"log-{number}") as service:
            if number > 0:
                next_decision_s(store, len(decisions(stood)))
                yield _survived(service, store, stood, killed_s, number > freezes_at)
            if number == freezes_at:
                until(lambda: service.ask("/api/state", "first")[0] == 200, "the room answers")
                said = service.ask("/api/freeze", "first", {"reason": "drill"})
                kept(said[0] == 200, f"freezing is answered by {said}")
            if number < times:
                pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
                stood = chain(store)
                service.process.kill()
                killed_s = seconds()
                service.process.wait()
        if number < times and place.rng.uniform() < ALSO_WHILE_IT_BEGINS:
            killed_s = _killed_while_it_begins(store, place)
    verified(store)


def _survived(
    service: Running, store: str, stood: list[dict[str, object]], killed_s: float, frozen: bool
) -> Trial:
    """What was measured, once nothing is missing."""
    next_s = seconds() - killed_s
    kept(chain(store)[: len(stood)] == stood, "an entry that stood is gone")
    until(lambda: service.ask("/api/state", "first")[0] == 200, "the room answers")
    state = service.ask("/api/state", "first")[1]
    kept(state["frozen"] == frozen, f"frozen is {state['frozen']}, where {frozen} was decided")
    return Trial(next_s=next_s)


def _killed_while_it_begins(store: str, place: Place) -> float:
    """When a service was killed that may not have come as far as its address."""
    with subprocess.Popen(
        words(store), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        pause(place.rng.uniform(0.0, RUNS_AT_MOST_S))
        process.kill()
        return seconds()


ON_SQLITE = Fault(
    name="kill -9 of the service, SQLite",
    promise=PROMISE,
    trials=partial(trials, on_postgres=False),
)
ON_POSTGRES = Fault(
    name="kill -9 of the service, PostgreSQL",
    promise=PROMISE,
    trials=partial(trials, on_postgres=True),
    on_postgres=True,
)
