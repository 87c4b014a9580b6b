"""Set-points as they were told once."""

from dataclasses import dataclass
from datetime import datetime

from gridtide.signals.setpoint import Setpoint


@dataclass(frozen=True, kw_only=True)
class SetpointRecord:
    """Telegrams in the order of their arrival, arrived_at: when each came, and where the record is from."""

    telegrams: tuple[Setpoint, ...]
    arrived_at: tuple[datetime, ...]
    source: str
