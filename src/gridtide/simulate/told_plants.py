"""Halls, stores of cold and plants of a simulated fleet, told single acts: they do what the twin makes of these."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from gridtide.decide.extra_cooling import ExtraCooling, no_extra_cooling
from gridtide.fleet.device import PowerReading
from gridtide.fleet.extra_cooling import can_shift_cooling
from gridtide.fleet.fleet import Fleet
from gridtide.fleet.site_plants import ColdReading, HallReading, MadeReading
from gridtide.fleet.ticket import Outcome, Ticket
from gridtide.loop.names import cold_store_names, hall_names, plant_names
from gridtide.loop.world import Telemetry
from gridtide.simulate.twin import Twin

Real = NDArray[np.float64]
Asked = Callable[[str, float], float]
"""What a subject is told through a step, or what it does untold."""


class ToldFleet(Protocol):
    """The fleet behind them."""

    def at_present(self) -> tuple[Twin, Telemetry | None]:
        """Its twin once all that has passed has happened, with what was seen of the last step."""
        ...

    def told(
        self, ticket: Ticket, subject: str, kind: str, values: tuple[float, ...], until: datetime
    ) -> Outcome:
        """Hold values of a subject until an instant."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedHall:
    """The hall of one site. Satisfies CoolsHall."""

    fleet: ToldFleet
    name: str
    site: int

    def read_hall(self) -> HallReading:
        """How warm it is now, and what was carried out in the last step."""
        twin, seen = self.fleet.at_present()
        return HallReading(
            of=self.name,
            heat_kw=0.0 if seen is None else float(seen.extra_cooling_kw[0, self.site, -1]),
            air_c=float(twin.cold.air_c[self.site]),
            mass_c=float(twin.cold.mass_c[self.site]),
            measured_at=twin.now,
        )

    def cool_beyond(self, ticket: Ticket, heat_kw: float, until: datetime) -> Outcome:
        """Carry out so much heat beyond that of the moment until an instant."""
        return self.fleet.told(ticket, self.name, "cooling", (heat_kw,), until)


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedColdStore:
    """The store of cold of one site. Satisfies StoresCold."""

    fleet: ToldFleet
    name: str
    site: int

    def read_cold(self) -> ColdReading:
        """What it holds now, and took in the last step."""
        twin, seen = self.fleet.at_present()
        return ColdReading(
            of=self.name,
            heat_kw=0.0 if seen is None else float(seen.extra_cooling_kw[1, self.site, -1]),
            cold_kwh=float(twin.cold.cold_kwh[self.site]),
            measured_at=twin.now,
        )

    def store_cold(
        self, ticket: Ticket, charge_kw: float, discharge_kw: float, until: datetime
    ) -> Outcome:
        """Take or give so much until an instant, then rest."""
        return self.fleet.told(ticket, self.name, "cold", (charge_kw - discharge_kw,), until)


@dataclass(frozen=True, kw_only=True, eq=False)
class SimulatedPlant:
    """The plant of one site; row: among those of the fleet. Satisfies MakesPower."""

    fleet: ToldFleet
    name: str
    site: int
    row: int

    def read_made(self) -> MadeReading:
        """What it made in the last step."""
        twin, seen = self.fleet.at_present()
        return MadeReading(
            of=self.name,
            made_kw=float(twin.made_kw[self.row]),
            led_past_kw=0.0 if seen is None else float(seen.led_past_kw[self.site, -1]),
            measured_at=twin.now,
        )

    def make_power(self, ticket: Ticket, made_kw: float, until: datetime) -> Outcome:
        """Make so much until an instant, then all it can."""
        return self.fleet.told(ticket, self.name, "made", (made_kw,), until)


def plants_of(fleet: ToldFleet, of: Fleet) -> dict[str, object]:
    """Every hall, store of cold and plant by the subject it is told about."""
    return {one.name: one for one in _plants(fleet, of)}


def _plants(
    fleet: ToldFleet, of: Fleet
) -> Iterator[SimulatedHall | SimulatedColdStore | SimulatedPlant]:
    row = 0
    for number, site in enumerate(of.sites):
        if site.hall is not None:
            yield SimulatedHall(fleet=fleet, name=hall_names(of)[number], site=number)
        if site.cold_store is not None:
            yield SimulatedColdStore(fleet=fleet, name=cold_store_names(of)[number], site=number)
        if site.reactor is not None:
            yield SimulatedPlant(fleet=fleet, name=plant_names(of)[number], site=number, row=row)
            row += 1


def told_cooling(fleet: Fleet, asked: Asked) -> ExtraCooling:
    """Heat to carry out early or late in one step, as halls and stores of cold were told; as it comes where not."""
    if not can_shift_cooling(fleet):
        return no_extra_cooling()
    names = (hall_names(fleet), cold_store_names(fleet))
    told_kw = np.asarray([[asked(name, 0.0) for name in some] for some in names])
    return ExtraCooling(heat_kw=told_kw[..., None], power_kw=np.zeros((len(fleet.sites), 1)))


def told_made_kw(fleet: Fleet, asked: Asked) -> Real:
    """What plants are to make in one step, (G, 1); all they can where they were told nothing."""
    own = [name for name, site in zip(plant_names(fleet), fleet.sites, strict=True) if site.reactor]
    return np.asarray([asked(name, np.inf) for name in own]).reshape(len(own), 1)


def plants_metered(fleet: Fleet, seen: Telemetry) -> list[PowerReading]:
    """What each plant gave its site in the last step."""
    found: list[PowerReading] = []
    for number, site in enumerate(fleet.sites):
        if site.reactor is not None:
            row = len(found)
            kw = float(seen.made_kw[row, -1] - seen.led_past_kw[number, -1])
            of, at = plant_names(fleet)[number], seen.timeline.end
            reading = PowerReading(of=of, kw=kw, measured_at=at, method="meter", share=0.0)
            found.append(reading)
    return found
