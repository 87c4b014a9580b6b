"""Entries kept for as long as the process lives."""

from gridtide.trust.record import Entry


class MemoryStore:
    """A list of entries; what simulations and tests use."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def append(self, entry: Entry) -> None:
        """Keep one more entry."""
        self._entries.append(entry)

    def entries(self) -> tuple[Entry, ...]:
        """Everything kept, oldest first."""
        return tuple(self._entries)

    def last(self) -> Entry | None:
        """The newest entry, None in an empty store."""
        return self._entries[-1] if self._entries else None
