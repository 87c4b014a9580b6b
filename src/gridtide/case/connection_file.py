"""A TOML file that says what a load asks of its connection, and what ways to connect it cost."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.toml_file import toml_of
from gridtide.case.work import resolved
from gridtide.finding import BadInput
from gridtide.invest.interconnection import ConnectionCosts

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False)]
NotBelowZero = Annotated[float, Field(ge=0.0, allow_inf_nan=False)]
MEND = "Write it as docs/hosting.md shows."


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class FlexTable(_Table):
    """[flex]: a document of `gridtide flex`. file: beside this one; fleet_kw: what its fleet draws, so that its curve
    grows with the load; without, it is taken as it stands. delay: of its rows; catch_up_within_h: later work is
    late."""

    file: str | None = Field(default=None, min_length=1)
    fleet_kw: Positive | None = None
    delay: Annotated[float, Field(ge=0.0, le=1.0)] = 0.5
    catch_up_within_h: Annotated[int, Field(ge=1, le=8784)] = 24


class CostsTable(_Table):
    """[costs]: as in `ConnectionCosts`."""

    currency: str = Field(min_length=3, max_length=3)
    curtailed_per_mwh: NotBelowZero
    energy_per_mwh: NotBelowZero
    reinforcement_per_kw_year: NotBelowZero
    battery_per_kw_year: NotBelowZero
    battery_per_kwh_year: NotBelowZero
    battery_round_trip: Annotated[float, Field(gt=0.0, le=1.0)]
    genset_per_kw_year: NotBelowZero
    genset_per_mwh: NotBelowZero
    per_waiting_currency: Positive | None = None


class ConnectionTable(_Table):
    """All that such a file may hold. size_kw: the load that is asked for, firm: whether every hour must have room
    for it. fed_by: `redispatch`, `units` in proportion to their highest output, or a bus. dispatch: before the
    load. least_effect: share of the load that a branch must carry to be held to bind. ramp_kw_per_min, within_min:
    how fast load is taken off after an outage, and in which time."""

    size_kw: Positive | None = None
    firm: bool = True
    fed_by: str = Field(default="redispatch", min_length=1)
    dispatch: Literal["secure", "merit"] = "secure"
    least_effect: Annotated[float, Field(ge=0.0, lt=1.0)] = 0.0
    ramp_kw_per_min: Positive = 20_000.0
    within_min: Positive = 15.0
    flex: FlexTable = FlexTable()
    costs: CostsTable | None = None


@dataclass(frozen=True, kw_only=True)
class Connection:
    """What is asked: the file's table, where its flexibility stands, and its costs."""

    asked: ConnectionTable
    flex_file: Path | None
    costs: ConnectionCosts | None


def connection_of(path: Path | None, flex: Path | None) -> Connection:
    """The file, or what holds without one. flex: a document of flexibility that stands for the one it names. Raises
    BadInput with every fault."""
    table = {} if path is None else toml_of(path, "a TOML file that says what a load asks")
    try:
        asked = ConnectionTable.model_validate(table)
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), MEND)) from None
    named = asked.flex.file
    if flex is None and path is not None and named is not None:
        flex = resolved(named, path.parent)
    costs = None if asked.costs is None else ConnectionCosts(**asked.costs.model_dump())
    return Connection(asked=asked, flex_file=flex, costs=costs)
