"""What a source of signals must be able to do; sources satisfy it, the loop calls it."""

from typing import Protocol

from gridtide.signals.signal import Signal


class ReadsSignals(Protocol):
    """Anything that can hand over everything it has, as signals with unit, zone and source fixed."""

    def read(self) -> tuple[Signal, ...]:
        """All signals of the source. Raises BadInput with every fault found."""
        ...
