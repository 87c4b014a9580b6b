"""What every store of the audit chain promises; a newcomer's test inherits this class."""

from gridtide.trust.audit import broken_link, linked
from gridtide.trust.record import Store


class StorePromises:
    """Give `new_store()` that opens an empty store, and `reopened(store)` that opens the same one again."""

    def new_store(self) -> Store:
        """An empty store."""
        raise NotImplementedError("return an empty store of the kind under test")

    def reopened(self, store: Store) -> Store:
        """The same store as another process would open it; a store without memory returns itself."""
        return store

    def test_entries_come_back_in_the_order_they_were_kept(self) -> None:
        """Nothing is lost, changed or moved, and the chain verifies."""
        store = self.new_store()
        for number in range(5):
            store.append(
                linked(store.last(), {"number": number, "text": 'line\nbreak and "quotes" 消纳'})
            )
        kept = self.reopened(store).entries()
        assert [entry.hash for entry in kept] == [entry.hash for entry in store.entries()]
        assert len(kept) == 5
        assert broken_link(kept) is None

    def test_an_empty_store_has_no_last_entry(self) -> None:
        """The first link follows nothing."""
        store = self.new_store()
        assert store.last() is None
        assert store.entries() == ()
