"""Who may write and tell: one process at a time, each with a higher epoch than all before it."""

from typing import Protocol


class Leads(Protocol):
    """The right to write and tell, until somebody else takes it."""

    @property
    def epoch(self) -> int:
        """Higher than that of every leader before; tickets carry it."""
        ...

    def renew(self) -> None:
        """Say that it still leads; to be called several times a lease. Raises NotLeadingError where somebody else
        leads by now, StoreLostError where nobody can say."""
        ...

    def resign(self) -> None:
        """Let somebody else lead at once. Nothing is written with it afterwards."""
        ...
