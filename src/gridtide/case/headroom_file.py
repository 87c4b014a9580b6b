"""What `gridtide study` reads of `kind = "headroom"`: a year of demand, a firm limit, and a fleet's curve."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from gridtide.case.name import Name
from gridtide.case.study_file import (
    NotBelowZero,
    Positive,
    StudyRecord,
    fault_of,
    read_record,
)
from gridtide.case.work import resolved
from gridtide.case.year_of_load import LoadTable, year_of_load
from gridtide.digest import freeze_new
from gridtide.finding import BadInput, Gathered
from gridtide.grid.who_curtails import OfferedStep
from gridtide.sources.flex_file import FLEET, FlexFile
from gridtide.sources.hour_table import Hours

Real = NDArray[np.float64]
OF_A_STEP = ("duration_s", "down_kw", "price_per_kwh")
WINTER = (10, 11, 12, 1, 2, 3)


class FlexRecord(StudyRecord):
    """[flex]: what `gridtide flex CASE --json` wrote, of a fleet that draws fleet_kw; delay: of its rows."""

    file: str = Field(min_length=1)
    fleet_kw: Positive
    delay: NotBelowZero = 0.0


class HeadroomFile(StudyRecord):
    """All that such a file may hold."""

    kind: Literal["headroom"]
    name: Name
    shares: tuple[Annotated[float, Field(ge=0.0, lt=1.0)], ...] = Field(
        default=(0.0025, 0.005, 0.01), min_length=1
    )
    firm: Literal["year", "season"] = "season"
    winter: tuple[Annotated[int, Field(ge=1, le=12)], ...] = WINTER
    wanted_kw: Positive | None = None
    rts_gmlc: str | None = None
    areas: tuple[str, ...] = ()
    load: LoadTable | None = None
    flex: FlexRecord | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class HeadroomQuestion:
    """demand_kw: of hours whose value is known, (H,); season: 0 for summer, 1 for winter, all 0 for a yearly limit;
    wanted_kw: load that must fit at the largest share, None where nothing is wanted."""

    name: str
    demand_kw: Real
    season: NDArray[np.int64]
    firm: str
    shares: tuple[float, ...]
    wanted_kw: float | None
    steps: tuple[OfferedStep, ...]
    fleet_kw: float | None
    currency: str | None
    notes: tuple[str, ...]

    def __post_init__(self) -> None:
        freeze_new(self, demand_kw=np.float64, season=np.int64)


@dataclass(frozen=True, kw_only=True)
class _Curve:
    """Steps of a fleet's curve, and its money."""

    steps: tuple[OfferedStep, ...]
    currency: str


def headroom_question(path: Path, table: dict[str, Any]) -> HeadroomQuestion:
    """The question of a file. Raises BadInput with every fault of it and of the files it names."""
    record = read_record(HeadroomFile, path, table)
    if (record.load is None) == (record.rts_gmlc is None):
        raise BadInput(
            [fault_of(f"{path} load", "both or neither of [load] and rts_gmlc", "one of them")]
        )
    if record.areas and record.rts_gmlc is None:
        said = ", ".join(record.areas)
        raise BadInput(
            [fault_of(f"{path} areas", f"{said} of a [load]", "areas of rts_gmlc alone")]
        )
    gathered = Gathered()
    demand = gathered.of(lambda: _demand(record, path))
    flex = record.flex
    curve = (
        None
        if flex is None
        else gathered.of(lambda: _curve(resolved(flex.file, path.parent), flex))
    )
    gathered.refuse_if_any()
    assert demand is not None
    known = ~np.isnan(demand.kw)
    winter = np.isin(demand.months, record.winter)
    season = winter.astype(np.int64) if record.firm == "season" else np.zeros(len(known), np.int64)
    return HeadroomQuestion(
        name=record.name,
        demand_kw=demand.kw[known],
        season=season[known],
        firm=record.firm,
        shares=tuple(sorted(set(record.shares))),
        wanted_kw=record.wanted_kw,
        steps=() if curve is None else curve.steps,
        fleet_kw=None if flex is None else flex.fleet_kw,
        currency=None if curve is None else curve.currency,
        notes=demand.notes,
    )


def _demand(record: HeadroomFile, path: Path) -> Hours:
    if record.load is not None:
        return year_of_load(record.load, path, gaps=True)
    from gridtide.sources.rts_gmlc import RtsGmlcFolder

    year = RtsGmlcFolder(path=resolved(str(record.rts_gmlc), path.parent)).read().year
    unknown = [name for name in record.areas if name not in year.areas]
    if unknown:
        listed = ", ".join(year.areas)
        raise BadInput(fault_of(f"{path} areas", f"{name} is none", listed) for name in unknown)
    chosen = [year.areas.index(name) for name in record.areas or year.areas]
    return Hours(kw=year.load_kw[:, chosen].sum(axis=1), year=2020)


def _curve(path: Path, record: FlexRecord) -> _Curve:
    """Steps down of the fleet. Raises BadInput for a file that `gridtide flex --json` did not write."""
    told = FlexFile(path=path, delay=record.delay).rows(OF_A_STEP)
    steps = tuple(
        OfferedStep(
            work=str(row.get("class") or row.get("source") or FLEET),
            duration_s=float(row["duration_s"]),
            kw=float(row["down_kw"]),
            price_per_kwh=float(row["price_per_kwh"]),
        )
        for row in told.rows
        if row.get("direction") == "down"
    )
    if not steps:
        value = f"no step down of the fleet at a delay of {record.delay:g}"
        raise BadInput([fault_of(str(path), value, "one of the delays of its rows")])
    return _Curve(steps=steps, currency=told.currency)
