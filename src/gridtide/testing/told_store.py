"""A store in memory that does at once what it is told, and rests when that ends: for whoever tells stores."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from gridtide.fleet.device import StoreReading
from gridtide.fleet.ticket import Fate, Gate, Outcome, Ticket


@dataclass(kw_only=True, eq=False)
class ToldStore:
    """Satisfies StoresEnergy. What it holds does not change. tickets: of what it took; breaks: it raises instead;
    refuses: it says no."""

    now: Callable[[], datetime]
    soc_kwh: float
    gate: Gate = field(default_factory=Gate)
    tickets: list[Ticket] = field(default_factory=list)
    breaks: bool = False
    refuses: bool = False
    _stands: tuple[float, datetime] | None = None

    def drawn_kw(self) -> float:
        """What it draws now, kW, below 0 what it gives."""
        if self._stands is None or self._stands[1] <= self.now():
            return 0.0
        return self._stands[0]

    def read_store(self) -> StoreReading:
        """What it holds and does now."""
        drawn_kw = self.drawn_kw()
        return StoreReading(
            of="store",
            soc_kwh=self.soc_kwh,
            charge_kw=max(drawn_kw, 0.0),
            discharge_kw=max(-drawn_kw, 0.0),
            measured_at=self.now(),
        )

    def exchange(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant, then rest."""
        if self.breaks:
            raise RuntimeError("the store broke")
        stopped = self.gate.stopped(ticket, "store", self.now())
        if stopped is not None:
            return stopped
        if self.refuses:
            return self.gate.settled(ticket, Fate.REFUSED, "no", self.now())
        self._stands = (charge_kw - discharge_kw, until)
        self.tickets.append(ticket)
        return self.gate.settled(ticket, Fate.DONE, "told", self.now())
