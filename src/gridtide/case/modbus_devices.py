"""Modbus devices from the values of a table: what a file of devices names, with the map of its make."""

from pathlib import Path

from gridtide.case.modbus_map import read_modbus_map
from gridtide.devices.modbus.battery import ModbusBattery, ModbusUps
from gridtide.devices.modbus.chiller import ModbusChiller
from gridtide.devices.modbus.cold_store import ModbusColdStore
from gridtide.devices.modbus.leased import LeaseTerms, lease_faults
from gridtide.devices.modbus.line import ModbusLine
from gridtide.devices.modbus.meter import ModbusMeter
from gridtide.devices.modbus.plant import ModbusPlant
from gridtide.finding import BadInput, Finding, refuse_if_any
from gridtide.loop.clock import WallClock
from gridtide.loop.site_agent import RENEW_EVERY_S
from gridtide.wire.modbus.device_map import DeviceKind, DeviceMap
from gridtide.wire.modbus.makes import BATTERY, CHILLER, COLD_STORE, METER, PLANT, UPS

CLOCK = WallClock()
LEAST_LEASE_S = 3.0 * RENEW_EVERY_S
"""Two renewals may be lost."""


def modbus_meter(
    *, called: str, host: str, port: int = 502, map: Path | None = None, share: float | None = None
) -> ModbusMeter:
    """A meter; map: of its make, ours where none is given. Raises BadInput."""
    return ModbusMeter(_line(called, host, port, _map("meter", METER, map)), CLOCK, share)


def modbus_battery(
    *,
    called: str,
    host: str,
    port: int = 502,
    map: Path | None = None,
    lease_s: float = 60.0,
    agent: bool = False,
    read_only: bool = False,
) -> ModbusBattery:
    """A battery. agent: a site agent ends what a device without a lease register holds; read_only: it is not told
    anything, whatever it has. Raises BadInput, also for one that could be told and would hold for ever."""
    where = _map("battery", BATTERY, map)
    terms = _terms(called, where, lease_s, agent, read_only)
    return ModbusBattery(_line(called, host, port, where), CLOCK, terms)


def modbus_ups(
    *,
    called: str,
    host: str,
    reserve_kwh: float,
    port: int = 502,
    map: Path | None = None,
    lease_s: float = 60.0,
    agent: bool = False,
    read_only: bool = False,
) -> ModbusUps:
    """A UPS that must keep a reserve; the rest as of a battery."""
    where = _map("ups", UPS, map)
    terms = _terms(called, where, lease_s, agent, read_only)
    if not reserve_kwh >= 0.0:
        limit = "kWh that the hall needs, 0 or above"
        raise BadInput([_fault(f"{called}, reserve_kwh", f"{reserve_kwh:g}", limit)])
    return ModbusUps(_line(called, host, port, where), CLOCK, reserve_kwh, terms)


def modbus_chiller(
    *,
    called: str,
    host: str,
    port: int = 502,
    map: Path | None = None,
    lease_s: float = 60.0,
    agent: bool = False,
    read_only: bool = False,
) -> ModbusChiller:
    """A chiller; the rest as of a battery."""
    where = _map("chiller", CHILLER, map)
    terms = _terms(called, where, lease_s, agent, read_only)
    return ModbusChiller(_line(called, host, port, where), CLOCK, terms)


def modbus_cold_store(
    *,
    called: str,
    host: str,
    port: int = 502,
    map: Path | None = None,
    lease_s: float = 60.0,
    agent: bool = False,
    read_only: bool = False,
) -> ModbusColdStore:
    """A store of chilled water; the rest as of a battery."""
    where = _map("cold-store", COLD_STORE, map)
    terms = _terms(called, where, lease_s, agent, read_only)
    return ModbusColdStore(_line(called, host, port, where), CLOCK, terms)


def modbus_plant(
    *,
    called: str,
    host: str,
    least_kw: float,
    ramp_kw_per_min: float,
    port: int = 502,
    map: Path | None = None,
    lease_s: float = 60.0,
    agent: bool = False,
    read_only: bool = False,
) -> ModbusPlant:
    """A plant that is told what to make: its least while it runs, and how fast it changes; the rest as of a battery."""
    where = _map("plant", PLANT, map)
    terms = _terms(called, where, lease_s, agent, read_only)
    refuse_if_any(
        [
            _fault(f"{called}, {name}", f"{value:g}", limit)
            for name, value, limit, fits in (
                ("least_kw", least_kw, "kW, 0 or above", least_kw >= 0.0),
                ("ramp_kw_per_min", ramp_kw_per_min, "kW a minute, above 0", ramp_kw_per_min > 0.0),
            )
            if not fits
        ]
    )
    return ModbusPlant(_line(called, host, port, where), CLOCK, least_kw, ramp_kw_per_min, terms)


def _line(called: str, host: str, port: int, where: DeviceMap) -> ModbusLine:
    if not 1 <= port <= 65535:
        raise BadInput([_fault(f"{called}, port", str(port), "1 to 65535")])
    return ModbusLine(name=called, where=where, clock=CLOCK, host=host, port=port)


def _map(kind: DeviceKind, ours: DeviceMap, path: Path | None) -> DeviceMap:
    if path is None:
        return ours
    found = read_modbus_map(path)
    if found.kind != kind:
        raise BadInput([_fault(f"{path} kind", found.kind, kind)])
    return found


def _terms(
    called: str, where: DeviceMap, lease_s: float, agent: bool, read_only: bool
) -> LeaseTerms:
    terms = LeaseTerms(lease_s=lease_s, agent=agent, read_only=read_only)
    if not read_only:
        faults = list(lease_faults(called, where, terms))
        if lease_s < LEAST_LEASE_S:
            limit = f"{LEAST_LEASE_S:g} s or more: it is renewed every {RENEW_EVERY_S:g} s"
            faults.append(_fault(f"{called}, lease_s", f"{lease_s:g}", limit))
        refuse_if_any(faults)
    return terms


def _fault(subject: str, value: str, limit: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend="Mend the file of devices.")
