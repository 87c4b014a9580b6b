"""One value in registers: where it stands, as what, in which unit, and within which range it can be believed."""

import math
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from gridtide.finding import Finding
from gridtide.wire.modbus.words import WordOrder, octets_of, words_of

RegisterKind = Literal["int16", "uint16", "int32", "uint32", "float32"]
FORMS: dict[RegisterKind, str] = {
    "int16": ">h",
    "uint16": ">H",
    "int32": ">i",
    "uint32": ">I",
    "float32": ">f",
}
LEAST = 1e-30
"""Below it a float other than 0 is no measurement."""
OTHER: dict[WordOrder, WordOrder] = {"high first": "low first", "low first": "high first"}


@dataclass(frozen=True, kw_only=True)
class Register:
    """address: of its first register, from 0. scale: what one unit of the register is in `unit`. low, high: outside of
    them a reading is not believed and a value is not written, in `unit`."""

    address: int
    kind: RegisterKind
    low: float
    high: float
    unit: str = ""
    scale: float = 1.0
    writable: bool = False

    @property
    def length(self) -> int:
        """Registers that it takes."""
        return struct.calcsize(FORMS[self.kind]) // 2


class RegisterError(ValueError):
    """A value that is not believed, or cannot be written; the message says value, limit and next step."""


def encoded(register: Register, order: WordOrder, value: float) -> list[int]:
    """The registers for a value. Raises RegisterError outside its range, and where the kind cannot hold it."""
    if not register.low <= value <= register.high:
        raise RegisterError(f"{value:g} {register.unit} is outside {_range(register)}")
    raw = value / register.scale
    try:
        packed = struct.pack(
            FORMS[register.kind], raw if register.kind == "float32" else round(raw)
        )
    except (struct.error, OverflowError) as error:
        raise RegisterError(
            f"{value:g} {register.unit} does not fit into {register.kind}; mend the scale in the map"
        ) from error
    return words_of(order, packed)


def decoded(register: Register, order: WordOrder, words: Sequence[int]) -> float:
    """The value in registers. Raises RegisterError for NaN, outside its range, and for floats so small that no meter
    gives them, which is how round numbers read in a wrong order of words; where the other order would fit, it says so.
    """
    value = _value(register, order, words)
    if _believed(register, value):
        return value
    said = f"reads {value:g} {register.unit}, outside {_range(register)}"
    other = _value(register, OTHER[order], words)
    if register.length > 1 and _believed(register, other):
        said += (
            f"; with the words {OTHER[order]} it would read {other:g}: mend word_order in the map"
        )
    else:
        said += "; look at the device and at the map"
    raise RegisterError(said)


def register_faults(name: str, register: Register) -> Iterator[Finding]:
    """Everything in a register that cannot be."""
    last = 0x10000 - register.length
    if not 0 <= register.address <= last:
        yield _finding(name, "address", register.address, f"0 to {last}")
    if not (math.isfinite(register.low) and math.isfinite(register.high)):
        yield _finding(name, "low, high", (register.low, register.high), "finite numbers")
    elif register.low > register.high:
        yield _finding(name, "low, high", (register.low, register.high), "low not above high")
    if not math.isfinite(register.scale) or register.scale == 0.0:
        yield _finding(name, "scale", register.scale, "a finite number other than 0")


def _value(register: Register, order: WordOrder, words: Sequence[int]) -> float:
    (raw,) = struct.unpack(FORMS[register.kind], octets_of(order, words))
    return float(raw) * register.scale


def _believed(register: Register, value: float) -> bool:
    return register.low <= value <= register.high and not 0.0 < abs(value) < LEAST


def _range(register: Register) -> str:
    return f"{register.low:g} to {register.high:g} {register.unit}".rstrip()


def _finding(name: str, key: str, value: object, limit: str) -> Finding:
    return Finding(
        subject=f"register {name}, {key}",
        value=str(value),
        limit=limit,
        mend="Take it from the maker's register list.",
    )
