"""A make's Modbus registers from a TOML file, as its maker lists them."""

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.finding import BadInput
from gridtide.wire.modbus.device_map import DeviceKind, DeviceMap
from gridtide.wire.modbus.registers import Register, RegisterKind
from gridtide.wire.modbus.words import WordOrder

LIMIT = "a register map, as docs/modbus-devices.md shows one"
MEND = "Take it from the maker's register list."


class _Row(BaseModel):
    """One register."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: int
    kind: RegisterKind
    low: float = Field(allow_inf_nan=False)
    high: float = Field(allow_inf_nan=False)
    unit: str = ""
    scale: float = Field(default=1.0, allow_inf_nan=False)
    writable: bool = False


class _File(BaseModel):
    """The file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    make: str = Field(min_length=1)
    kind: DeviceKind
    unit: int = 1
    word_order: WordOrder = "high first"
    table: Literal["holding", "input"] = "holding"
    rest: float | None = None
    registers: dict[str, _Row]


def read_modbus_map(path: Path) -> DeviceMap:
    """The map in a file. Raises BadInput with every fault of the file, or else of the map."""
    try:
        read = _File.model_validate(toml_of(path, LIMIT))
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), MEND)) from None
    return DeviceMap(
        make=read.make,
        kind=read.kind,
        unit=read.unit,
        word_order=read.word_order,
        table=read.table,
        rest=read.rest,
        registers={
            name: Register(**row.model_dump()) for name, row in sorted(read.registers.items())
        },
    )
