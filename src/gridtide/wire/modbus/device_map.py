"""What stands where in a device of some make, by the names of this house."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from gridtide.finding import Finding, refuse_if_any
from gridtide.wire.modbus.registers import Register, register_faults
from gridtide.wire.modbus.words import WordOrder

DeviceKind = Literal["meter", "battery", "ups", "chiller", "cold-store", "plant"]
READ: dict[DeviceKind, tuple[str, ...]] = {
    "meter": ("power",),
    "battery": ("power", "soc"),
    "ups": ("power", "soc", "reserve"),
    "chiller": ("power", "supply"),
    "cold-store": ("heat", "soc"),
    "plant": ("power",),
}
"""What each kind of device must let be read. `counter` and `marker` are read where a map has them."""
UNITS = {
    "power": "kW",
    "soc": "kWh",
    "reserve": "kWh",
    "supply": "°C",
    "air": "°C",
    "heat": "kW",
    "lease": "s",
}
"""Units of names that every map has in the same."""
SETPOINT_UNITS: dict[DeviceKind, str] = {
    "battery": "kW",
    "ups": "kW",
    "chiller": "°C",
    "cold-store": "kW",
    "plant": "kW",
}


@dataclass(frozen=True, kw_only=True)
class DeviceMap:
    """A make's registers by name.

    power: of a battery or UPS what it gives, below 0 what it takes; of a plant what it makes; of others what it draws.
    soc: what a store holds, of a store of cold kWh of heat. heat: carried out for a store of cold, below 0 where it
    gives. air: of the hall that a chiller cools.
    reserve: below which a UPS gives nothing. setpoint, lease: what it is told, and for how many seconds that holds if
    it is not told again; a device without a lease would hold it for ever. counter: changes by itself while the device
    lives. marker: a number that never changes (low = high), by which a wrong word order shows. rest: what undoes a
    set-point where there is no lease. Raises BadInput with every fault.
    """

    make: str
    kind: DeviceKind
    registers: Mapping[str, Register]
    unit: int = 1
    word_order: WordOrder = "high first"
    table: Literal["holding", "input"] = "holding"
    rest: float | None = None

    def __post_init__(self) -> None:
        refuse_if_any(_faults(self))

    @property
    def actuated(self) -> bool:
        """Whether it can be told anything."""
        return "setpoint" in self.registers


def beside(registers: Mapping[str, Register], first: str, second: str) -> bool:
    """Whether one value follows another without a gap, so that both can be written at once."""
    one, two = registers[first], registers[second]
    return one.address + one.length == two.address


def _faults(found: DeviceMap) -> Iterator[Finding]:
    for name in sorted(found.registers):
        yield from register_faults(name, found.registers[name])
    for name in READ[found.kind]:
        if name not in found.registers:
            yield _finding(f"register {name}", "is missing", f"every {found.kind} has it")
    yield from _unit_faults(found)
    yield from _overlaps(found)
    for name in ("setpoint", "lease"):
        if name in found.registers and not found.registers[name].writable:
            yield _finding(f"register {name}, writable", "false", "true")
    if "lease" in found.registers and "setpoint" not in found.registers:
        yield _finding("register lease", "has no setpoint beside it", "both, or none")
    if not 0 <= found.unit <= 247:
        yield _finding("unit", str(found.unit), "0 to 247")


def _unit_faults(found: DeviceMap) -> Iterator[Finding]:
    wanted = dict(UNITS)
    if found.kind in SETPOINT_UNITS:
        wanted["setpoint"] = SETPOINT_UNITS[found.kind]
    for name, unit in wanted.items():
        if name in found.registers and found.registers[name].unit != unit:
            value = found.registers[name].unit or "none"
            yield _finding(f"register {name}, unit", value, f"{unit}, by its scale")


def _overlaps(found: DeviceMap) -> Iterator[Finding]:
    ordered = sorted(found.registers.items(), key=lambda item: (item[1].address, item[0]))
    for (name, one), (other, two) in pairwise(ordered):
        if one.address + one.length > two.address:
            yield _finding(
                f"register {other}, address", str(two.address), f"behind register {name}"
            )


def _finding(subject: str, value: str, limit: str) -> Finding:
    return Finding(
        subject=subject, value=value, limit=limit, mend="Take it from the maker's register list."
    )
