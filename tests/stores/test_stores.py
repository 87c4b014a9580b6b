"""Stores keep what they were given."""

from pathlib import Path

import pytest

from gridtide.finding import BadInput
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.stores.memory import MemoryStore
from gridtide.testing.stores import StorePromises
from gridtide.trust.audit import linked
from gridtide.trust.record import Store


class TestMemoryStore(StorePromises):
    """The store of simulations."""

    def new_store(self) -> Store:
        return MemoryStore()


class TestJsonLinesStore(StorePromises):
    """The store of a run folder."""

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "audit.jsonl"

    def new_store(self) -> Store:
        return JsonLinesStore(self.path)

    def reopened(self, store: Store) -> Store:
        return JsonLinesStore(self.path)

    def test_a_line_cut_off_by_a_crash_is_dropped(self) -> None:
        """What was not whole was never promised to be kept."""
        store = JsonLinesStore(self.path)
        store.append(linked(None, {"a": 1}))
        with self.path.open("a") as file:
            file.write('{"hash": "12')
        assert len(JsonLinesStore(self.path).entries()) == 1

    def test_a_damaged_line_is_named(self) -> None:
        """A record that cannot be read is never skipped."""
        self.path.write_text("not json\n")
        with pytest.raises(BadInput, match="line 1"):
            JsonLinesStore(self.path)

    def test_whatever_a_text_holds_it_stays_one_line(self) -> None:
        """Names from outside may hold what some call an end of a line."""
        store = JsonLinesStore(self.path)
        store.append(linked(None, {"name": "one\u2028two\x85three\x0bfour\nfive"}))
        assert JsonLinesStore(self.path).entries() == store.entries()


class TestJsonLinesStoreOfACourse(StorePromises):
    """The store of a simulated course, which leaves it to the system when the disk has what was written."""

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "audit.jsonl"

    def new_store(self) -> Store:
        return JsonLinesStore(self.path, written_through=False)

    def reopened(self, store: Store) -> Store:
        return JsonLinesStore(self.path)
