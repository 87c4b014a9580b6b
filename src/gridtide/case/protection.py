"""Loads and when their protection takes them off the grid, as a TOML file tells."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.finding import BadInput
from gridtide.grid.ride_through import Counting, ProtectedLoad

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
Pair = tuple[Positive, Annotated[float, Field(ge=0.0)]]


class CountingRecord(BaseModel):
    """counting of a [[load]]."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sags: Annotated[int, Field(ge=1)]
    within_s: Positive
    below_pu: Positive = 0.9


class LoadRecord(BaseModel):
    """One [[load]]."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    load_kw: Positive
    under: tuple[Pair, ...] = ()
    over: tuple[Pair, ...] = ()
    counting: CountingRecord | None = None
    returns_share: Annotated[float, Field(ge=0.0, le=1.0)] = 1.0
    returns_s: Annotated[float, Field(ge=0.0)] = 0.0


class ProtectionFile(BaseModel):
    """All that a file of protected loads may hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    load: tuple[LoadRecord, ...] = Field(min_length=1)


def protected_loads(path: Path) -> tuple[ProtectedLoad, ...]:
    """The loads of a file, in its order. Raises BadInput with every fault."""
    table = toml_of(path, "a TOML file of [[load]] tables")
    try:
        record = ProtectionFile.model_validate(table)
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), "Write it as docs/swing.md shows.")) from None
    return tuple(protected_load(one) for one in record.load)


def protected_load(record: LoadRecord) -> ProtectedLoad:
    """The noun of a record."""
    counting = record.counting
    return ProtectedLoad(
        name=record.name,
        load_kw=record.load_kw,
        under=record.under,
        over=record.over,
        counting=None if counting is None else Counting(**counting.model_dump()),
        returns_share=record.returns_share,
        returns_s=record.returns_s,
    )
