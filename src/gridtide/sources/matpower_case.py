"""A transmission network in MATPOWER's case format, version 2 (`.m`), as published with MATPOWER and PGLib."""

from dataclasses import dataclass
from pathlib import Path

from gridtide.grid.network import Network
from gridtide.sources import text_of
from gridtide.wire.matpower import network_of
from gridtide.wire.matpower_tables import tables_in


@dataclass(frozen=True, kw_only=True)
class MatpowerCase:
    """A case file, plain or gzip. Its text is read, never run."""

    path: Path

    def read(self) -> Network:
        """The network that is in service. Raises BadInput with every fault found."""
        return network_of(tables_in(text_of(self.path), str(self.path)))
