"""Meter, battery, UPS and chiller over Modbus TCP, each a real server in a process of its own."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from pymodbus.client import ModbusTcpClient

from gridtide.devices.modbus.battery import ModbusBattery, ModbusUps
from gridtide.devices.modbus.chiller import ModbusChiller
from gridtide.devices.modbus.leased import LeaseTerms, lease_faults
from gridtide.devices.modbus.line import ModbusLine
from gridtide.devices.modbus.meter import ModbusMeter
from gridtide.fleet.device import (
    CoolsAir,
    ReadsPower,
    RenewsLeases,
    Restrains,
    StoresEnergy,
    UnreachableError,
)
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import WallClock
from gridtide.testing.modbus_plant import FAULT_AT, FAULTS
from gridtide.wire.modbus.device_map import DeviceMap
from gridtide.wire.modbus.makes import BATTERY, CHILLER, METER, UPS

pytestmark = pytest.mark.parts
CLOCK = WallClock()
SHORT = LeaseTerms(lease_s=1.0)


@dataclass
class Served:
    """A device in another process, and the number of tickets told to it."""

    kind: str
    process: subprocess.Popen[str]
    port: int
    told: int = 0

    def line(self, where: DeviceMap, **more: Any) -> ModbusLine:
        """A line to it."""
        return ModbusLine(
            name=self.kind,
            where=where,
            clock=CLOCK,
            host="127.0.0.1",
            port=self.port,
            **{"patience_s": 0.5, **more},
        )

    def fail(self, fault: str) -> None:
        """Bring a fault on, as whoever stands before the device."""
        client: Any = ModbusTcpClient("127.0.0.1", port=self.port, timeout=5)
        assert client.connect()
        assert not client.write_register(FAULT_AT, FAULTS.index(fault)).isError()
        client.close()

    def end(self) -> None:
        """Kill it."""
        self.process.kill()
        self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def ticket(self, **changed: Any) -> Ticket:
        """The next one of the leader of epoch 1."""
        self.told += 1
        now = CLOCK.now()
        about: dict[str, Any] = {
            "id": f"{self.kind}-{self.told}",
            "epoch": 1,
            "sequence": self.told,
            "issued_at": now,
            "expires_at": now + timedelta(minutes=1),
        }
        return Ticket(**{**about, **changed})


def started(kind: str) -> Served:
    """The program, once it has said its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "gridtide.testing.modbus_plant", kind],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return Served(kind, process, int(process.stdout.readline()))


@pytest.fixture(scope="module")
def served() -> Iterator[Callable[[str], Served]]:
    """Devices by kind, each started once and ended by its own pid."""
    running: dict[str, Served] = {}

    def of(kind: str) -> Served:
        if kind not in running or running[kind].process.poll() is not None:
            running[kind] = started(kind)
        return running[kind]

    yield of
    for device in running.values():
        device.end()


@pytest.fixture
def battery(served: Callable[[str], Served]) -> Iterator[Served]:
    """A battery without a fault and at rest, before and after."""
    device = served("battery")
    yield device
    if device.process.poll() is None:
        device.fail("none")
        store = ModbusBattery(device.line(BATTERY), CLOCK)
        store.release(device.ticket(), "battery")


def soon(promise: Callable[[], bool], within_s: float = 4.0) -> bool:
    """Whether something comes true in time, asked again and again."""
    until_s = time.monotonic() + within_s
    while not promise():
        if time.monotonic() > until_s:
            return False
        time.sleep(0.02)
    return True


def test_a_meter_is_read(served: Callable[[str], Served]) -> None:
    """Its power, how it was measured, how far it may be off."""
    meter = ModbusMeter(served("meter").line(METER), CLOCK, share=0.005)
    assert isinstance(meter, ReadsPower)
    (reading,) = meter.read_power()
    assert abs(reading.kw - 640.0) < 6.0
    assert (reading.of, reading.method, reading.share) == ("meter", "meter", 0.005)


def test_a_battery_gives_what_it_was_told_and_empties(battery: Served) -> None:
    """Its own meter bears it out; told twice it is done once."""
    store = ModbusBattery(battery.line(BATTERY), CLOCK)
    assert isinstance(store, StoresEnergy) and isinstance(store, Restrains)
    before = store.read_store()
    until = CLOCK.now() + timedelta(minutes=5)
    ticket = battery.ticket()
    assert store.exchange(ticket, 0.0, 200.0, until).fate is Fate.DONE
    assert store.exchange(ticket, 0.0, 900.0, until).fate is Fate.UNCHANGED
    assert soon(lambda: store.read_store().discharge_kw == 200.0)
    assert soon(lambda: store.read_store().soc_kwh < before.soc_kwh)
    assert store.read_power()[0].kw == -200.0
    (held,) = store.restraints()
    assert (held.subject, held.kind, held.value) == ("battery", "exchange", "200 kW")
    assert held.until == until
    late = battery.ticket(expires_at=CLOCK.now())
    assert store.exchange(late, 0.0, 100.0, until).fate is Fate.EXPIRED
    assert store.exchange(battery.ticket(epoch=0), 0.0, 1.0, until).fate is Fate.SUPERSEDED
    assert store.release(battery.ticket(), "battery").fate is Fate.DONE
    assert store.restraints() == ()
    assert soon(lambda: store.read_store().discharge_kw == 0.0)


def test_without_a_renewed_lease_it_rests_by_itself(battery: Served) -> None:
    """The brain is dead; nobody tells it anything."""
    store = ModbusBattery(battery.line(BATTERY), CLOCK, SHORT)
    before, until = store.read_store(), CLOCK.now() + timedelta(hours=1)
    assert store.exchange(battery.ticket(), 300.0, 0.0, until).fate is Fate.DONE
    assert soon(lambda: not store.restraints())
    assert soon(lambda: store.read_store().charge_kw == 0.0)
    assert store.read_store().soc_kwh > before.soc_kwh
    assert ModbusBattery(battery.line(BATTERY), CLOCK).restraints() == ()


def test_a_renewed_lease_holds_until_the_end_and_no_longer(battery: Served) -> None:
    """And one told before a restart is seen, and left to its lease."""
    store = ModbusBattery(battery.line(BATTERY), CLOCK, SHORT)
    assert isinstance(store, RenewsLeases)
    until = CLOCK.now() + timedelta(seconds=2.2)
    assert store.exchange(battery.ticket(), 0.0, 100.0, until).fate is Fate.DONE
    while CLOCK.now() < until - timedelta(seconds=1.1):
        store.renew()
        time.sleep(0.1)
    (seen,) = ModbusBattery(battery.line(BATTERY), CLOCK).restraints()
    assert seen.until <= until + timedelta(seconds=1)
    assert soon(lambda: store.renew() == ())
    assert soon(lambda: store.read_store().discharge_kw == 0.0)
    assert CLOCK.now() < until + timedelta(seconds=1)


def test_a_ups_never_enters_its_reserve(served: Callable[[str], Served]) -> None:
    """Refused is what could lead below it before it ends, and a UPS that would itself go lower."""
    device = served("ups")
    until = CLOCK.now() + timedelta(hours=1)
    ups = ModbusUps(device.line(UPS), CLOCK, reserve_kwh=20.0)
    outcome = ups.exchange(device.ticket(), 0.0, 31.0, until)
    assert outcome.fate is Fate.REFUSED and "below the reserve of 20 kWh" in outcome.said
    deeper = ModbusUps(device.line(UPS), CLOCK, reserve_kwh=30.0)
    outcome = deeper.exchange(device.ticket(), 0.0, 1.0, until)
    assert outcome.fate is Fate.REFUSED and "set its reserve first" in outcome.said
    assert ups.exchange(device.ticket(), 0.0, 29.0, until).fate is Fate.DONE
    assert len(ups.renew()) == 1
    assert ups.release(device.ticket(), "ups").fate is Fate.DONE
    assert ups.exchange(device.ticket(), 10.0, 0.0, until).fate is Fate.DONE


def test_a_chiller_supplies_what_it_was_told_and_then_as_before(
    served: Callable[[str], Served],
) -> None:
    """Warmer air takes less power; outside of the map's range nothing is told."""
    device = served("chiller")
    chiller = ModbusChiller(device.line(CHILLER), CLOCK, SHORT)
    assert isinstance(chiller, CoolsAir)
    before = chiller.read_power()[0].kw
    until = CLOCK.now() + timedelta(seconds=30)
    outcome = chiller.cool_to(device.ticket(), 32.0, until)
    assert outcome.fate is Fate.REFUSED and "32 °C is outside 15 to 27 °C" in outcome.said
    assert chiller.cool_to(device.ticket(), 22.0, until).fate is Fate.DONE
    assert soon(lambda: bool(chiller.renew()) and chiller.read_supply_c() > 21.0)
    assert chiller.read_power()[0].kw < before
    assert soon(lambda: chiller.read_supply_c() < 18.5)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("nan", "power reads nan kW, outside"),
        ("far", "power reads 9e[+]09 kW, outside"),
        ("failing", "exception 4, the device failed"),
        ("silent", "look at network and device"),
    ],
)
def test_what_cannot_be_believed_is_unreachable(battery: Served, fault: str, said: str) -> None:
    """With name, value and next step; afterwards it is read again over the same line."""
    store = ModbusBattery(battery.line(BATTERY), CLOCK)
    battery.fail(fault)
    with pytest.raises(UnreachableError, match=f"battery at 127.0.0.1:{battery.port}: .*{said}"):
        store.read_store()
    battery.fail("none")
    assert soon(lambda: _reads(store))


def _reads(store: ModbusBattery) -> bool:
    with suppress(UnreachableError):
        store.read_store()
        return True
    return False


def test_frozen_registers_are_not_believed(battery: Served) -> None:
    """Its counter stands still, though every value is plausible; it can be told to rest all the same."""
    store = ModbusBattery(battery.line(BATTERY, frozen_s=1.0), CLOCK)
    until = CLOCK.now() + timedelta(minutes=5)
    assert store.exchange(battery.ticket(), 0.0, 100.0, until).fate is Fate.DONE
    battery.fail("frozen")
    found: list[str] = []

    def frozen() -> bool:
        try:
            store.read_store()
        except UnreachableError as error:
            found.append(str(error))
        return bool(found)

    assert soon(frozen)
    assert "counter stands at" in found[0] and "restart it" in found[0]
    assert store.exchange(battery.ticket(), 0.0, 200.0, until).fate is Fate.FAILED
    assert store.release(battery.ticket(), "battery").fate is Fate.DONE
    battery.fail("none")
    assert soon(lambda: _reads(store)) and store.renew() == ()


def test_an_act_that_is_refused_or_cut_down_leaves_it_at_rest(battery: Served) -> None:
    """A device that says no, and one that does something else than it was told."""
    store = ModbusBattery(battery.line(BATTERY), CLOCK)
    until = CLOCK.now() + timedelta(minutes=5)
    battery.fail("clamping")
    outcome = store.exchange(battery.ticket(), 0.0, 200.0, until)
    assert outcome.fate is Fate.ABANDONED and "was told 200 and reads 100" in outcome.said
    assert store.restraints() == ()
    battery.fail("refusing")
    outcome = store.exchange(battery.ticket(), 0.0, 200.0, until)
    assert outcome.fate is Fate.REFUSED and "exception 3, illegal value" in outcome.said


@pytest.mark.parametrize(
    ("charge_kw", "discharge_kw"),
    [(5.0, 5.0), (-1.0, 0.0), (float("nan"), 0.0), (0.0, float("inf")), (0.0, 1e9)],
)
def test_powers_that_are_none_are_refused(
    battery: Served, charge_kw: float, discharge_kw: float
) -> None:
    """Both at once, below 0, no number, above the ceiling of the map."""
    store = ModbusBattery(battery.line(BATTERY), CLOCK)
    until = CLOCK.now() + timedelta(minutes=5)
    outcome = store.exchange(battery.ticket(), charge_kw, discharge_kw, until)
    assert outcome.fate is Fate.REFUSED
    assert store.restraints() == ()


def test_a_wrong_word_order_is_named_at_the_first_word(battery: Served) -> None:
    """Nothing is told to a device that is read wrongly."""
    wrong = replace(BATTERY, word_order="low first")
    store = ModbusBattery(battery.line(wrong), CLOCK)
    with pytest.raises(UnreachableError, match=r"marker .* mend word_order in the map"):
        store.read_store()


def test_a_device_without_a_lease_is_only_read_unless_an_agent_ends_it(battery: Served) -> None:
    """The check of settings says so, and every act does; with an agent it is told, and the agent's renewal ends it."""
    registers = {name: found for name, found in BATTERY.registers.items() if name != "lease"}
    bare = replace(BATTERY, make="old", registers=registers)
    (finding,) = lease_faults("battery", bare, LeaseTerms())
    assert str(finding).startswith("battery (old): has no lease register")
    until = CLOCK.now() + timedelta(seconds=2.0)
    refused = ModbusBattery(battery.line(bare), CLOCK)
    outcome = refused.exchange(battery.ticket(), 0.0, 50.0, until)
    assert outcome.fate is Fate.REFUSED and "site agent" in outcome.said
    assert refused.read_store().soc_kwh > 0
    told = ModbusBattery(battery.line(bare), CLOCK, LeaseTerms(agent=True))
    assert told.exchange(battery.ticket(), 0.0, 50.0, until).fate is Fate.DONE
    assert len(told.renew()) == 1
    assert soon(lambda: told.renew() == ())
    (stands,) = battery.line(BATTERY).read("setpoint")
    assert stands == 0.0


def test_a_device_that_is_killed_fails_and_may_be_told_again(
    served: Callable[[str], Served],
) -> None:
    """Nobody knows whether the act holds; the same ticket may be told again."""
    device = served("battery")
    store = ModbusBattery(device.line(BATTERY), CLOCK)
    store.read_store()
    device.end()
    ticket, until = device.ticket(), CLOCK.now() + timedelta(minutes=5)
    for _ in range(2):
        outcome = store.exchange(ticket, 0.0, 10.0, until)
        assert outcome.fate is Fate.FAILED and "look at network" in outcome.said
    with pytest.raises(UnreachableError, match="look at network"):
        store.restraints()
