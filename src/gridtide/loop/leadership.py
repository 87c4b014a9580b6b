"""Who may write and tell: one process at a time, each with a higher epoch than all before it."""

from collections.abc import Callable
from typing import Protocol

from gridtide.trust.record import NotLeadingError


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


class RenewedLead:
    """A lead that knows how long ago it was renewed: after more than its lease, as in a process that was paused,
    another may lead. Satisfies Leads.

    take: takes the lead. steady_s: seconds that only rise. over: whether it leads no more, and knows.
    """

    def __init__(
        self, take: Callable[[], Leads], lease_s: float, steady_s: Callable[[], float]
    ) -> None:
        self._lease_s, self._steady_s = lease_s, steady_s
        self.over, self._renewed_s = False, steady_s()
        self._lead = take()

    @property
    def epoch(self) -> int:
        """Higher than that of every leader before. Raises NotLeadingError after it resigned."""
        return self._lead.epoch

    def is_sure(self) -> bool:
        """Whether nobody else can lead: it was taken or renewed within its lease."""
        return not self.over and self._steady_s() - self._renewed_s <= self._lease_s

    def renew(self) -> None:
        """Say that it still leads. Raises as `Leads.renew`."""
        begun_s = self._steady_s()
        try:
            self._lead.renew()
        except NotLeadingError:
            self.over = True
            raise
        self._renewed_s = begun_s

    def resign(self) -> None:
        """Let somebody else lead at once."""
        self.over = True
        self._lead.resign()
