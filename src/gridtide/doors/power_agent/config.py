"""The file of a power agent: which boards, what may be done to each, who may ask."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.doors.power_agent.lent import Allowance
from gridtide.finding import BadInput, Finding
from gridtide.fleet.boards import BoardError, DrivesBoards
from gridtide.loop.clock import steady_s

Power = Annotated[float, Field(gt=0.0, lt=100.0, allow_inf_nan=False)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Unit(_Table):
    unit: Name
    floor_kw: Power
    ceiling_kw: Power
    rest_kw: Power | None = None
    clock_floor_mhz: Annotated[int, Field(gt=0, le=10_000)] | None = None


class _Boards(_Table):
    kind: Name
    state: Name | None = None
    seed: int = 0


class _File(_Table):
    socket: Name
    journal: Name
    record: Name
    allow_uids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], Field(min_length=1)]
    longest_lease_h: Annotated[float, Field(gt=0.0, le=24.0)] = 4.0
    boards: _Boards
    unit: Annotated[tuple[_Unit, ...], Field(min_length=1)]


@dataclass(frozen=True, kw_only=True)
class PowerConfig:
    """What a power agent serves. socket, journal, record: files; allow_uids: users who may ask."""

    socket: Path
    journal: Path
    record: Path
    allow_uids: frozenset[int]
    longest: timedelta
    allowed: Mapping[str, Allowance]
    boards: DrivesBoards


def read_config(path: Path) -> PowerConfig:
    """The file at a path, its boards opened; paths in it count from its folder. Raises BadInput with every fault."""
    try:
        file = _File(**toml_of(path, "the TOML file of a power agent"))
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), "Mend the file.")) from None
    except TypeError:
        raise BadInput([_fault(path, "its keys", "keys that are names", "")]) from None
    faults = [
        fault for number, one in enumerate(file.unit) for fault in _of_unit(path, number, one, file)
    ]
    if faults:
        raise BadInput(faults)
    folder = path.resolve().parent
    return PowerConfig(
        socket=folder / file.socket,
        journal=folder / file.journal,
        record=folder / file.record,
        allow_uids=frozenset(file.allow_uids),
        longest=timedelta(hours=file.longest_lease_h),
        allowed={one.unit: Allowance(**one.model_dump()) for one in file.unit},
        boards=_opened(path, file.boards, folder),
    )


def _of_unit(path: Path, number: int, one: _Unit, file: _File) -> list[Finding]:
    place = f"unit[{number + 1}]"
    faults = []
    if one.floor_kw > one.ceiling_kw:
        faults.append(
            _fault(
                path,
                f"{place}.floor_kw",
                f"at most its ceiling of {one.ceiling_kw:g} kW",
                one.floor_kw,
            )
        )
    if one.unit in [other.unit for other in file.unit[:number]]:
        faults.append(_fault(path, f"{place}.unit", "each board once", one.unit))
    return faults


def _opened(path: Path, table: _Boards, folder: Path) -> DrivesBoards:
    """The driver: that of NVIDIA, or boards kept in a file. Raises BadInput where it does not answer."""
    try:
        if table.kind == "nvml":
            from gridtide.devices.nvml import NvmlBoards

            return NvmlBoards()
        if table.kind == "simulated":
            from gridtide.devices.simulated_boards import SimulatedBoards

            boards = SimulatedBoards(folder / (table.state or "boards.json"), steady_s, table.seed)
            boards.units()
            return boards
    except BoardError as error:
        raise BadInput([_fault(path, "boards", "a driver that answers", error)]) from None
    raise BadInput([_fault(path, "boards.kind", "nvml or simulated", table.kind)])


def _fault(path: Path, place: str, limit: str, value: Any) -> Finding:
    return Finding(subject=f"{path} {place}", value=str(value), limit=limit, mend="Mend the file.")
