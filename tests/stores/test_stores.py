"""Stores keep what they were given."""

from pathlib import Path

import pytest

from gridtide.finding import BadInput
from gridtide.loop.intents import KeepsIntents
from gridtide.stores.json_lines import JsonLinesStore
from gridtide.stores.memory import MemoryBlocks, MemoryDocuments, MemoryIntents, MemoryStore
from gridtide.testing.blocks import BlockPromises
from gridtide.testing.documents import DocumentPromises
from gridtide.testing.intents import IntentPromises
from gridtide.testing.stores import StorePromises
from gridtide.trust.audit import linked
from gridtide.trust.blocks import KeepsBlocks
from gridtide.trust.documents import KeepsDocuments
from gridtide.trust.record import Archive


class TestMemoryStore(StorePromises):
    """The store of simulations."""

    def new_store(self) -> Archive:
        return MemoryStore()


class TestMemoryDocuments(DocumentPromises):
    """Documents of a twin."""

    def new_documents(self) -> KeepsDocuments:
        return MemoryDocuments()


class TestMemoryBlocks(BlockPromises):
    """Blocks of a room that keeps them for as long as the process lives."""

    def new_blocks(self) -> KeepsBlocks:
        return MemoryBlocks()


class TestMemoryIntents(IntentPromises):
    """Intents of a twin."""

    def new_intents(self) -> KeepsIntents:
        return MemoryIntents()


class TestJsonLinesStore(StorePromises):
    """The store of a run folder."""

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "audit.jsonl"

    def new_store(self) -> Archive:
        return JsonLinesStore(self.path)

    def reopened(self, store: Archive) -> Archive:
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

    def test_a_line_that_the_disk_does_not_take_leaves_the_file_as_it_was(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The next one stands where it should have stood."""

        def full(file: int) -> None:
            raise OSError("no space left")

        store = JsonLinesStore(self.path)
        first = linked(None, {"a": 1})
        store.append(first)
        with monkeypatch.context() as patch:
            patch.setattr("os.fsync", full)
            with pytest.raises(OSError, match="no space"):
                store.append(linked(first, {"b": 2}))
        store.append(linked(store.last(), {"c": 3}))
        kept = JsonLinesStore(self.path).entries()
        assert kept == (first, linked(first, {"c": 3}))


class TestJsonLinesStoreOfACourse(StorePromises):
    """The store of a simulated course, which leaves it to the system when the disk has what was written."""

    @pytest.fixture(autouse=True)
    def _in_a_folder(self, tmp_path: Path) -> None:
        self.path = tmp_path / "audit.jsonl"

    def new_store(self) -> Archive:
        return JsonLinesStore(self.path, written_through=False)

    def reopened(self, store: Archive) -> Archive:
        return JsonLinesStore(self.path)
