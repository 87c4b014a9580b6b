"""What a room writes down."""

from gridtide.loop.minutes import Minutes
from gridtide.stores.memory import MemoryStore
from gridtide.trust.audit import contents


def test_records_of_a_room_say_their_place_so_that_one_that_is_dropped_is_told_as_such() -> None:
    """As those of a twin do."""
    store = MemoryStore()
    minutes = Minutes(store=store)
    for what in ("freeze", "release", "thaw"):
        minutes.append({"what": what})
    assert [one["number"] for one in contents(store.entries())] == [0, 1, 2]
