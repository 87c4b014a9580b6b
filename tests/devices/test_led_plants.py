"""How a hall is led by its chiller, and a plant at its pace: over a real line, in time that is driven."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise

import pytest

from gridtide.devices.modbus.chiller import ModbusChiller
from gridtide.devices.modbus.cold_store import ModbusColdStore
from gridtide.devices.modbus.leased import LeaseTerms
from gridtide.devices.modbus.line import ModbusLine
from gridtide.devices.modbus.plant import ModbusPlant
from gridtide.fleet.device import ReadsPower, UnreachableError
from gridtide.fleet.site_plants import CoolsHall, MakesPower, StoresCold
from gridtide.fleet.thermal import Hall
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import DrivenClock
from gridtide.loop.hall_by_chiller import HallByChiller
from gridtide.testing.devices_lease import DAWN
from gridtide.testing.modbus_plant import ABOVE_SUPPLY_C, SUPPLY_C, Plant, ServedPlant
from gridtide.wire.modbus.device_map import DeviceMap
from gridtide.wire.modbus.makes import CHILLER, COLD_STORE, PLANT

LOOK = timedelta(seconds=10)
QUARTER = timedelta(minutes=15)
HALL = Hall(air_kj_per_k=3620.0, mass_kj_per_k=60000.0, between_kw_per_k=60.0)


@dataclass(kw_only=True)
class Behind:
    """A device in this process behind a real line, whose time is driven."""

    where: DeviceMap
    clock: DrivenClock = field(default_factory=lambda: DrivenClock(DAWN))
    told: int = 0

    def __post_init__(self) -> None:
        self.plant = Plant(self.where, 0.0)
        self.server = ServedPlant(self.plant, lambda: (self.clock.now() - DAWN).total_seconds())
        self.line = ModbusLine(
            name="it", where=self.where, clock=self.clock, host="127.0.0.1", port=self.server.port
        )

    def ticket(self) -> Ticket:
        """The next."""
        self.told += 1
        now = self.clock.now()
        return Ticket(
            id=f"t{self.told}",
            epoch=1,
            sequence=self.told,
            issued_at=now,
            expires_at=now + timedelta(minutes=1),
        )

    def later(self, span: timedelta, look: Callable[[], object] = lambda: None) -> None:
        """Let time pass, with a look every ten seconds."""
        end = self.clock.now() + span
        while self.clock.now() < end:
            self.clock.wait_until(self.clock.now() + LOOK)
            look()


@pytest.fixture
def behind() -> Iterator[Callable[[DeviceMap], Behind]]:
    """Opens a device of a map, and closes it."""
    opened: list[Behind] = []

    def of(where: DeviceMap) -> Behind:
        opened.append(Behind(where=where))
        return opened[-1]

    yield of
    for one in opened:
        one.line.close()
        one.server.close()


def hall_of(at: Behind) -> HallByChiller:
    """The hall of a chiller."""
    chiller = ModbusChiller(at.line, at.clock)
    return HallByChiller(name="it", hall=HALL, chiller=chiller, now=at.clock.now)


def test_the_air_of_a_hall_goes_as_the_model_says_with_that_heat(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """Within half a kelvin of what the plan reckons with after a quarter of an hour, mass and all."""
    from gridtide.physics.room import room_after_c

    at = behind(CHILLER)
    hall = hall_of(at)
    assert isinstance(hall, CoolsHall) and not isinstance(hall, ReadsPower)
    before = hall.read_hall()
    assert before.heat_kw == 0.0
    assert before.air_c == pytest.approx(SUPPLY_C + ABOVE_SUPPLY_C)
    end = at.clock.now() + QUARTER
    assert hall.cool_beyond(at.ticket(), 90.0, end).fate is Fate.DONE
    at.later(QUARTER - LOOK, hall.renew)
    said = hall.read_hall()
    air_c, mass_c = room_after_c(before.air_c, before.mass_c, -90.0, 0.25, 3620.0, 60000.0, 60.0)
    assert air_c < before.air_c - 2.0
    assert said.air_c == pytest.approx(air_c, abs=0.5)
    assert said.mass_c == pytest.approx(mass_c, abs=0.5)
    assert said.heat_kw == 90.0
    at.later(timedelta(minutes=2), hall.renew)
    assert hall.restraints() == () and at.plant.air_c == pytest.approx(24.0, abs=0.1)


@pytest.mark.parametrize(
    ("heat_kw", "limit_c"), [(900.0, HALL.coolest_c), (-900.0, HALL.warmest_c)]
)
def test_no_heat_leads_a_hall_past_its_temperatures_whether_somebody_lives_or_not(
    behind: Callable[[DeviceMap], Behind], heat_kw: float, limit_c: float
) -> None:
    """However much is told: led to its limit and no further, and back at its own default once nobody looks."""
    at = behind(CHILLER)
    hall = hall_of(at)
    assert hall.cool_beyond(at.ticket(), heat_kw, at.clock.now() + QUARTER).fate is Fate.DONE
    seen: list[float] = []

    def look() -> None:
        hall.renew()
        seen.append(hall.read_hall().air_c)

    at.later(timedelta(minutes=5), look)
    assert HALL.coolest_c - 1e-3 <= min(seen) and max(seen) <= HALL.warmest_c + 1e-3
    assert abs(seen[-1] - limit_c) < 4.0
    at.later(timedelta(minutes=2))
    assert hall.read_hall().heat_kw == 0.0
    assert at.plant.supply_c == pytest.approx(SUPPLY_C, abs=0.01)


def test_a_hall_that_gets_too_warm_is_given_back_to_its_chiller(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """Whatever warms it: what was told is over, and said so."""
    at = behind(CHILLER)
    hall = hall_of(at)
    assert hall.cool_beyond(at.ticket(), -50.0, at.clock.now() + QUARTER).fate is Fate.DONE
    at.plant.air_c = HALL.warmest_c + 2.0
    hall.renew()
    assert hall.restraints() == () and hall.read_hall().heat_kw == 0.0


def test_a_chiller_without_a_register_of_its_own_ends_what_it_was_told_though_it_refused_to(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """It takes nothing at the instant at which it should be let go, and does a minute later."""
    registers = {name: one for name, one in CHILLER.registers.items() if name != "lease"}
    at = behind(replace(CHILLER, registers=registers, rest=SUPPLY_C))
    chiller = ModbusChiller(at.line, at.clock, LeaseTerms(agent=True))
    hall = HallByChiller(name="it", hall=HALL, chiller=chiller, now=at.clock.now)
    until = at.clock.now() + timedelta(seconds=25)
    assert hall.cool_beyond(at.ticket(), 50.0, until).fate is Fate.DONE
    at.later(2 * LOOK, hall.renew)
    assert at.plant.setpoint < SUPPLY_C
    at.plant.fault = "refusing"
    at.later(LOOK)
    for _ in range(2):
        with pytest.raises(UnreachableError):
            hall.renew()
    at.plant.fault = "none"
    at.later(timedelta(minutes=1), hall.renew)
    assert at.plant.setpoint == SUPPLY_C and hall.restraints() == ()


def test_what_a_hall_carries_out_by_what_was_told_before_a_restart_is_unknown(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """Its chiller holds a temperature, of which nobody knows any more which heat it was for."""
    at = behind(CHILLER)
    assert hall_of(at).cool_beyond(at.ticket(), 50.0, at.clock.now() + QUARTER).fate is Fate.DONE
    assert math.isnan(hall_of(at).read_hall().heat_kw)


def test_the_mass_of_a_hall_follows_its_air_though_the_clock_is_set_back(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """It is never colder than the coldest air nor warmer than the warmest that was seen."""
    at = behind(CHILLER)
    hall = hall_of(at)
    warm_c = hall.read_hall().air_c
    at.plant.air_c = warm_c + 2.0
    at.clock.present -= timedelta(days=1)
    assert warm_c <= hall.read_hall().mass_c <= warm_c + 2.0


def made_through(at: Behind, plant: ModbusPlant, span: timedelta) -> list[float]:
    """What it makes after every look through a span."""
    seen: list[float] = []

    def look() -> None:
        plant.renew()
        seen.append(plant.read_made().made_kw)

    at.later(span, look)
    return seen


def test_a_plant_is_led_at_its_pace_and_back_by_itself(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """From 200 kW to 120 kW at 30 kW a minute though it could leap, to its schedule once nobody speaks."""
    at = behind(PLANT)
    plant = ModbusPlant(at.line, at.clock, least_kw=100.0, ramp_kw_per_min=30.0)
    assert isinstance(plant, MakesPower) and not isinstance(plant, ReadsPower)
    at.later(LOOK)
    assert plant.read_made().made_kw == 200.0
    assert plant.make_power(at.ticket(), 120.0, at.clock.now() + QUARTER).fate is Fate.DONE
    seen = made_through(at, plant, timedelta(minutes=4))
    changes = [abs(one - other) for one, other in pairwise(seen)]
    assert max(changes) <= 5.0 + 1e-3 and seen[-1] == 120.0
    at.later(timedelta(minutes=2))
    assert plant.restraints() == () and plant.read_made().made_kw == 200.0


@pytest.mark.parametrize(("span", "most_kw"), [(timedelta(days=-1), 0.0), (2 * LOOK, 10.0)])
def test_a_plant_never_leaps_whatever_the_clock_does(
    behind: Callable[[DeviceMap], Behind], span: timedelta, most_kw: float
) -> None:
    """Set back by a day it stays for a look, and never goes the other way."""
    at = behind(PLANT)
    plant = ModbusPlant(at.line, at.clock, least_kw=100.0, ramp_kw_per_min=30.0)
    at.later(LOOK)
    assert plant.make_power(at.ticket(), 120.0, at.clock.now() + QUARTER).fate is Fate.DONE
    at.clock.present += span
    made_kw = plant.read_made().made_kw
    plant.renew()
    assert made_kw - most_kw - 1e-3 <= at.plant.setpoint <= made_kw


def test_a_plant_that_was_not_led_on_for_minutes_goes_on_at_its_pace(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """Its lease bears that; its set-point moves as in two looks."""
    at = behind(PLANT)
    terms = LeaseTerms(lease_s=600.0)
    plant = ModbusPlant(at.line, at.clock, least_kw=100.0, ramp_kw_per_min=30.0, terms=terms)
    at.later(LOOK)
    assert plant.make_power(at.ticket(), 120.0, at.clock.now() + QUARTER).fate is Fate.DONE
    at.later(timedelta(minutes=3))
    before_kw = plant.read_made().made_kw
    plant.renew()
    assert at.plant.setpoint == pytest.approx(before_kw - 10.0)


def test_a_plant_is_stopped_and_started_by_way_of_its_least(
    behind: Callable[[DeviceMap], Behind],
) -> None:
    """Nothing between 0 and its least is told, and what is asked for there is refused."""
    at = behind(PLANT)
    plant = ModbusPlant(at.line, at.clock, least_kw=100.0, ramp_kw_per_min=60.0)
    at.later(LOOK)
    refused = plant.make_power(at.ticket(), 60.0, at.clock.now() + QUARTER)
    assert refused.fate is Fate.REFUSED and "from its least of 100 kW" in refused.said
    assert plant.make_power(at.ticket(), 0.0, at.clock.now() + QUARTER).fate is Fate.DONE
    seen = made_through(at, plant, timedelta(minutes=3))
    assert seen[-1] == 0.0 and not [kw for kw in seen if 0.0 < kw < 100.0 - 1e-6]
    assert plant.make_power(at.ticket(), 130.0, at.clock.now() + QUARTER).fate is Fate.DONE
    at.later(timedelta(minutes=1), plant.renew)
    assert plant.read_made().made_kw == 130.0


def test_a_store_of_cold_takes_gives_and_rests(behind: Callable[[DeviceMap], Behind]) -> None:
    """Powers of heat, above 0 where it takes."""
    at = behind(COLD_STORE)
    store = ModbusColdStore(at.line, at.clock)
    assert isinstance(store, StoresCold)
    until = at.clock.now() + QUARTER
    assert store.store_cold(at.ticket(), 60.0, 0.0, until).fate is Fate.DONE
    at.later(timedelta(seconds=30))
    said = store.read_cold()
    assert said.heat_kw == 60.0 and said.cold_kwh == pytest.approx(50.5, abs=0.05)
    assert store.store_cold(at.ticket(), 0.0, 40.0, until).fate is Fate.DONE
    at.later(LOOK)
    assert store.read_cold().heat_kw == -40.0
    refused = store.store_cold(at.ticket(), 5.0, 5.0, until)
    assert refused.fate is Fate.REFUSED
