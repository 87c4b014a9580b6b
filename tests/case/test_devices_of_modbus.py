"""Devices from the values of a table: made as they stand there, refused with every fault."""

import re
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gridtide.case.devices import device_of
from gridtide.case.modbus_devices import (
    modbus_battery,
    modbus_chiller,
    modbus_meter,
    modbus_ups,
)
from gridtide.devices.kubernetes.device import Kubernetes
from gridtide.devices.kubernetes.opened import kubernetes
from gridtide.devices.modbus.battery import ModbusBattery
from gridtide.finding import BadInput
from gridtide.fleet.act import Exchange, do
from gridtide.fleet.device import CoolsAir, ReadsPower, RenewsLeases, StoresEnergy
from gridtide.fleet.ticket import Fate, Ticket
from gridtide.loop.clock import WallClock
from gridtide.testing.modbus_plant import Plant, ServedPlant
from gridtide.wire.modbus.makes import BATTERY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "modbus-devices.md"
AT: dict[str, Any] = {"called": "one", "host": "127.0.0.1", "port": 1}


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """The map on the page, of a make without a lease register."""
    (text,) = re.findall(r"```toml\n(make.*?)```", PAGE.read_text(), re.DOTALL)
    (tmp_path / "bare.toml").write_text(re.sub(r"(?m)^lease = .*$", "", text))
    return tmp_path / "bare.toml"


def test_each_kind_is_made() -> None:
    """With our own map where none is named; no line is opened yet."""
    assert isinstance(modbus_meter(**AT), ReadsPower)
    assert isinstance(modbus_battery(**AT), StoresEnergy)
    assert isinstance(modbus_ups(**AT, reserve_kwh=5.0), RenewsLeases)
    assert isinstance(modbus_chiller(**AT), CoolsAir)
    made = kubernetes(namespaces="ai lab", queues="research", server="http://127.0.0.1:1")
    assert isinstance(made, Kubernetes)


def test_a_make_that_would_hold_for_ever_is_refused_where_it_is_set_up(bare: Path) -> None:
    """Unless an agent ends it, or it is read only; then every act is refused."""
    with pytest.raises(BadInput, match="has no lease register"):
        modbus_battery(**AT, map=bare)
    with pytest.raises(BadInput, match="rest: none"):
        modbus_battery(**AT, map=bare, agent=True)
    device, now = modbus_battery(**AT, map=bare, read_only=True), WallClock().now()
    later = now + timedelta(hours=1)
    ticket = Ticket(id="t", epoch=1, sequence=1, issued_at=now, expires_at=later)
    outcome = device.exchange(ticket, 0.0, 1.0, later)
    assert outcome.fate is Fate.REFUSED and "is to be read only" in outcome.said


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (lambda bare: modbus_chiller(**AT, map=bare), "kind: battery; chiller"),
        (lambda bare: modbus_battery(**AT, lease_s=9999.0), "lease_s: 9999; 1 to 3600 s"),
        (lambda bare: modbus_battery(**AT, lease_s=float("nan")), "lease_s: nan"),
        (lambda bare: modbus_battery(**AT, lease_s=5.0), "lease_s: 5; 30 s or more"),
        (lambda bare: kubernetes(namespaces="ai", lease_s=5.0), "lease_s: 5; 30 s or more"),
        (lambda bare: modbus_meter(**(AT | {"port": 0})), "port: 0; 1 to 65535"),
        (lambda bare: modbus_ups(**AT, reserve_kwh=-1.0), "reserve_kwh: -1"),
        (lambda bare: kubernetes(namespaces="", server="http://127.0.0.1:1"), "namespaces: none"),
        (lambda bare: kubernetes(namespaces="ai", kubeconfig=bare), "kubeconfig .*bare.toml"),
    ],
)
def test_what_cannot_be_is_said_with_its_limit(made: Any, bare: Path, said: str) -> None:
    """Before anything is asked of a device."""
    with pytest.raises(BadInput, match=said):
        made(bare)


def test_a_file_of_devices_makes_one_that_is_told_and_held(tmp_path: Path) -> None:
    """By the name of its kind, over a real line; its lease is renewed as the site agent does."""
    server = ServedPlant(Plant(BATTERY, time.monotonic()), time.monotonic)
    table: dict[str, object] = {"called": "hall", "host": "127.0.0.1", "port": server.port}
    now = WallClock().now
    device = device_of("modbus-battery", table, tmp_path, now, "agent.toml device[1]")
    until = now() + timedelta(hours=1)
    ticket = Ticket(id="t", epoch=1, sequence=1, issued_at=now(), expires_at=until)
    act = Exchange(store="hall", charge_kw=0.0, discharge_kw=50.0, until=until)
    assert do(act, device, ticket, now()).fate is Fate.DONE
    assert isinstance(device, ModbusBattery)
    (held,) = device.renew()
    assert (held.subject, held.until) == ("hall", until)
    server.close()
    with pytest.raises(BadInput, match=r"device\[1\].colour: is no key"):
        device_of(
            "modbus-battery", table | {"colour": "red"}, tmp_path, now, "agent.toml device[1]"
        )
