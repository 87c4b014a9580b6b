"""What plants of a site can do: a hall that is cooled ahead, a store of cold, a plant that is told what to make.

As in `fleet/device.py`: every act says until when and ends by itself there; what is read is what the plant says of
itself, which meters of the site bear out or not.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from gridtide.fleet.ticket import Outcome, Ticket


@dataclass(frozen=True, kw_only=True)
class HallReading:
    """A hall at an instant. heat_kw: carried out beyond what its machines give off, less where below 0, NaN where it
    does not know; air_c, mass_c: its temperatures, °C."""

    of: str
    heat_kw: float
    air_c: float
    mass_c: float
    measured_at: datetime


@dataclass(frozen=True, kw_only=True)
class ColdReading:
    """A store of cold at an instant. heat_kw: carried out for it beyond the heat of the moment, below 0 where it gives;
    cold_kwh: what it holds, kWh of heat."""

    of: str
    heat_kw: float
    cold_kwh: float
    measured_at: datetime


@dataclass(frozen=True, kw_only=True)
class MadeReading:
    """A plant at an instant. made_kw: what it makes; led_past_kw: what of that goes past its turbine."""

    of: str
    made_kw: float
    led_past_kw: float
    measured_at: datetime


@runtime_checkable
class CoolsHall(Protocol):
    """Whatever cools a hall and can be told to do so early or late."""

    def read_hall(self) -> HallReading:
        """How warm it is and what is carried out. Raises UnreachableError."""
        ...

    def cool_beyond(self, ticket: Ticket, heat_kw: float, until: datetime) -> Outcome:
        """Carry out so much heat beyond that of the moment until an instant, less where below 0, then as it comes; as
        far as the temperatures of the hall allow."""
        ...


@runtime_checkable
class StoresCold(Protocol):
    """A store of chilled water that can be told what to take and give."""

    def read_cold(self) -> ColdReading:
        """What it holds and does now. Raises UnreachableError."""
        ...

    def store_cold(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much, kW of heat, until an instant, then rest. One of both is 0."""
        ...


@runtime_checkable
class MakesPower(Protocol):
    """A plant that can be told what to make."""

    def read_made(self) -> MadeReading:
        """What it makes now. Raises UnreachableError."""
        ...

    def make_power(self, ticket: Ticket, made_kw: float, until: datetime) -> Outcome:
        """Make so much until an instant, then what its own schedule says; 0 has it stand. It moves there at its own
        pace."""
        ...
