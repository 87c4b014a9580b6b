"""A process that writes into a database until it is killed, and says what is kept.

    python -m gridtide.testing.store_writer URL

Each round it appends an entry, keeps a document, intends an act, says what came of it and writes a batch of readings;
then it prints the number of the round. It tries again what it does not know to be kept, and ends with code 3 when
another leads.
"""

import sys
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import TypeVar

from gridtide.fleet.ticket import Fate
from gridtide.stores.sql.documents import SqlDocuments
from gridtide.stores.sql.entries import SqlEntries
from gridtide.stores.sql.intents import SqlIntents
from gridtide.stores.sql.leading import take_lead
from gridtide.stores.sql.opening import open_database
from gridtide.stores.sql.readings import SqlReadings
from gridtide.testing.intents import NOON, intent_of, outcome_of
from gridtide.testing.readings import Row, readings_of
from gridtide.trust.audit import linked
from gridtide.trust.record import NotLeadingError, StoreLostError

ROWS = 5
Value = TypeVar("Value")


def write_until_killed(where: str) -> None:
    """Write rounds; returns when another leads."""
    database = open_database(where)
    lead = take_lead(database, "a writer")
    entries, documents = SqlEntries(database, lead), SqlDocuments(database, lead)
    intents, readings = SqlIntents(database, lead), SqlReadings(database, lead)
    print("leads", flush=True)
    for number in count():
        id = f"{lead.epoch}-{number}"
        _surely(lead.renew)
        entry = linked(_surely(entries.last), {"round": id})
        _surely(partial(entries.append, entry))
        _surely(partial(documents.keep, "round", "newest", NOON, {"is": id}))
        _surely(partial(intents.intend, [intent_of(id)]))
        _surely(partial(intents.came, [outcome_of(id, Fate.DONE)]))
        _surely(partial(readings.write, readings_of(*_rows(lead.epoch, number))))
        print(number, flush=True)


def _rows(epoch: int, number: int) -> list[Row]:
    at = NOON + timedelta(days=epoch, seconds=2 * number)
    return [(at, "a", f"meter {row}", "import_kw", float(number)) for row in range(ROWS)]


def _surely(act: Callable[[], Value]) -> Value:
    """Do it until it is known to be done."""
    while True:
        try:
            return act()
        except StoreLostError as fault:
            print(f"lost: {fault}", flush=True)


if __name__ == "__main__":
    try:
        write_until_killed(sys.argv[1])
    except NotLeadingError as fault:
        print(f"not leading: {fault}", flush=True)
        sys.exit(3)
