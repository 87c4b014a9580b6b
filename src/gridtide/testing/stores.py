"""What every store of the audit chain promises; a newcomer's test inherits this class."""

from gridtide.trust.audit import broken_link, linked
from gridtide.trust.record import Archive


class StorePromises:
    """Give `new_store()` that opens an empty store, and `reopened(store)` that opens the same one again."""

    def new_store(self) -> Archive:
        """An empty store."""
        raise NotImplementedError("return an empty store of the kind under test")

    def reopened(self, store: Archive) -> Archive:
        """The same store as another process would open it; a store without memory returns itself."""
        return store

    def test_entries_come_back_in_the_order_they_were_kept(self) -> None:
        """Nothing is lost, changed or moved, and the chain verifies."""
        store = _filled(self.new_store(), 5)
        kept = self.reopened(store).entries()
        assert [entry.hash for entry in kept] == [entry.hash for entry in store.entries()]
        assert len(kept) == 5
        assert broken_link(kept) is None

    def test_an_empty_store_has_no_last_entry(self) -> None:
        """The first link follows nothing."""
        store = self.new_store()
        assert store.last() is None
        assert store.entries() == ()
        assert list(store.read()) == []

    def test_a_chain_goes_on_where_it_was_left(self) -> None:
        """The last entry is the newest, also for who opens the store after."""
        store = _filled(self.new_store(), 2)
        again = self.reopened(store)
        assert again.last() == store.last()
        again.append(linked(again.last(), {"number": 2}))
        assert len(again.entries()) == 3
        assert broken_link(again.read()) is None

    def test_reading_begins_where_it_is_asked_to(self) -> None:
        """A record longer than memory is read a part at a time."""
        store = _filled(self.new_store(), 5)
        assert tuple(store.read(3)) == store.entries()[3:]
        assert list(store.read(5)) == []

    def test_whatever_a_text_holds_comes_back(self) -> None:
        """Names from outside may hold what some stores take for an end, a sign of their own or half of one."""
        store = self.new_store()
        for name in (
            "one\u2028two\x85three\x0bfour\nfive",
            "zero\0byte",
            "'; DROP TABLE entries; --",
            "😀",
        ):
            store.append(linked(store.last(), {"name": name}))
        assert self.reopened(store).entries() == store.entries()
        assert broken_link(store.entries()) is None


def _filled(store: Archive, count: int) -> Archive:
    for number in range(count):
        store.append(
            linked(store.last(), {"number": number, "text": 'line\nbreak and "quotes" 消纳'})
        )
    return store
