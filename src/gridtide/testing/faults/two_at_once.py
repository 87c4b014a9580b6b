"""A second service is started over the store of one that runs."""

import subprocess
from collections.abc import Iterator
from functools import partial

from gridtide.stores.sql.opening import open_database
from gridtide.testing.faults.demo_service import chain, decisions, next_decision_s, served, words
from gridtide.testing.faults.trial import PATIENCE_S, Fault, Place, Trial, kept

REFUSED = 2


def trials(place: Place, times: int, on_postgres: bool) -> Iterator[Trial]:
    """Again and again beside one."""
    store = place.server().fresh() if on_postgres else str(place.folder / "gridtide.db")
    open_database(store).close()
    with served(store, place.folder / "log"):
        for _ in range(times):
            second = subprocess.run(
                words(store), capture_output=True, text=True, timeout=PATIENCE_S
            )
            kept(second.returncode == REFUSED, f"the second one ends {second.returncode}")
            kept(second.stdout == "", f"the second one says {second.stdout}")
            kept("leads" in second.stderr or "holds" in second.stderr, second.stderr)
            next_decision_s(store, len(decisions(chain(store))))
            yield Trial()


PROMISE = "the second one says who leads, listens nowhere and ends with code 2; the first goes on"
ON_SQLITE = Fault(
    name="two instances at once, SQLite",
    promise=PROMISE,
    trials=partial(trials, on_postgres=False),
)
ON_POSTGRES = Fault(
    name="two instances at once, PostgreSQL",
    promise=PROMISE,
    trials=partial(trials, on_postgres=True),
    on_postgres=True,
)
