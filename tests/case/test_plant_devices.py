"""Halls, stores of cold and plants of a case over real devices: every fault at once, and each as the loop leads it."""

from pathlib import Path

import pytest

from gridtide.case.real_room import read_real
from gridtide.devices.modbus.cold_store import ModbusColdStore
from gridtide.devices.modbus.plant import ModbusPlant
from gridtide.finding import BadInput
from gridtide.loop.hall_by_chiller import HallByChiller
from gridtide.testing.one_hall import hall
from gridtide.testing.one_real_hall import DEVICES, JOBS, START, a_case

PLANTS = """
[site.hall]

[site.cold_store]
volume_m3 = 10
charge_max_kw = 60
discharge_max_kw = 60

[site.reactor]
capacity_kw = 250
ramp_kw_per_min = 10
cost_per_mwh = 28
"""
LED = """
[[device]]
name = "chiller"
kind = "modbus-chiller"
hall = "north"
host = "127.0.0.1"

[[device]]
name = "water"
kind = "modbus-cold-store"
cold_store = "north"
host = "127.0.0.1"

[[device]]
name = "engine"
kind = "modbus-plant"
plant = "north"
host = "127.0.0.1"
least_kw = 125
ramp_kw_per_min = 10
"""
WRONG = """
[[device]]
name = "water-2"
kind = "modbus-cold-store"
cold_store = "south"
host = "127.0.0.1"

[[device]]
name = "engine"
kind = "modbus-plant"
plant = "north"
host = "127.0.0.1"
least_kw = 125
ramp_kw_per_min = 10

[[device]]
name = "engine-2"
kind = "modbus-plant"
plant = "north"
host = "127.0.0.1"
least_kw = 125
ramp_kw_per_min = 10
"""


def faults(folder: Path, *parts: str) -> str:
    """What is wrong with a case of these parts."""
    with pytest.raises(BadInput) as refused:
        read_real(a_case(folder, *parts), lambda: START)
    return str(refused.value)


def test_each_is_led_under_the_name_of_its_site(tmp_path: Path) -> None:
    """None is asked anything."""
    real = read_real(a_case(tmp_path, hall("north"), PLANTS, JOBS, DEVICES, LED), lambda: START)
    reach = real.devices.reach
    assert isinstance(reach["north hall"], HallByChiller)
    assert isinstance(reach["north cold store"], ModbusColdStore)
    assert isinstance(reach["north plant"], ModbusPlant)


def test_what_a_plan_would_tell_and_no_device_takes_is_refused_by_name(tmp_path: Path) -> None:
    """All of it at once, beside sites that have none and two for one plant."""
    said = faults(tmp_path, hall("north"), PLANTS, JOBS, DEVICES, WRONG)
    for words in (
        'north has a hall and no device; a device with hall = "north"',
        'north has a cold store and no device; a device with cold_store = "north"',
        "device[3].cold_store: south; one of north",
        "device[5].plant: north; one device; device[4] has it",
    ):
        assert words in said, said
    said = faults(tmp_path, hall("north"), JOBS, DEVICES, LED)
    for key, table in (("hall", "hall"), ("cold_store", "cold_store"), ("plant", "reactor")):
        assert f"{key}: north; a site with [site.{table}]" in said, said


def test_the_lease_of_a_table_is_that_of_its_device(tmp_path: Path) -> None:
    """Longer than the register of its make counts down, it is refused by the device."""
    (tmp_path / "short.toml").write_text(
        """
make = "short"
kind = "cold-store"

[registers]
heat = { address = 0, kind = "float32", unit = "kW", low = -90, high = 90 }
soc = { address = 2, kind = "float32", unit = "kWh", low = 0, high = 600 }
setpoint = { address = 4, kind = "float32", unit = "kW", low = -90, high = 90, writable = true }
lease = { address = 6, kind = "uint16", unit = "s", low = 0, high = 100, writable = true }
"""
    )
    led = LED.replace(
        'cold_store = "north"\n', 'cold_store = "north"\nmap = "short.toml"\nlease_s = 200\n'
    )
    said = faults(tmp_path, hall("north"), PLANTS, JOBS, DEVICES, led)
    assert "lease_s: 200; 1 to 100 s" in said


def test_a_device_that_cannot_lead_what_its_table_says_is_named(tmp_path: Path) -> None:
    """A chiller whose map says nothing of the air, and a battery that makes no power."""
    (tmp_path / "old.toml").write_text(
        """
make = "old"
kind = "chiller"

[registers]
power = { address = 0, kind = "float32", unit = "kW", low = 0, high = 900 }
supply = { address = 2, kind = "float32", unit = "°C", low = 0, high = 60 }
setpoint = { address = 4, kind = "float32", unit = "°C", low = 15, high = 27, writable = true }
lease = { address = 6, kind = "uint16", unit = "s", low = 0, high = 600, writable = true }
"""
    )
    led = LED.replace('hall = "north"\n', 'hall = "north"\nmap = "old.toml"\n', 1)
    led = led.replace('kind = "modbus-plant"', 'kind = "modbus-battery"')
    led = led.replace("least_kw = 125\nramp_kw_per_min = 10\n", "")
    said = faults(tmp_path, hall("north"), PLANTS, JOBS, DEVICES, led)
    assert "hall: kind modbus-chiller; a chiller that reads the air of its hall" in said
    assert "plant: kind modbus-battery; a plant that is told what to make" in said
