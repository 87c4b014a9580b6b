"""A fleet on a network and how its operation modes are chosen, for `gridtide study --modes`, from a TOML file."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from gridtide.case.misfits import misfits
from gridtide.case.name import Name
from gridtide.case.schema import Money, Power, Table
from gridtide.case.toml_file import toml_of
from gridtide.case.work import resolved
from gridtide.digest import freeze
from gridtide.finding import BadInput, Finding, Gathered, refuse_if_any
from gridtide.grid.fleet_moves import Sites
from gridtide.grid.mode_hours import NEAR, NORTHERN
from gridtide.sources import numbers, open_table, words

Real = NDArray[np.float64]
DAY = 24
MINUTES = 15.0
"""Time after an outage within which moves must have been made, unless said: that of a long-time emergency rating."""
Month = Annotated[int, Field(ge=1, le=12)]


class RunLine(Table):
    """run of a site: a table `power-POLICY.parquet` of a run, by its path from the file, and the site's name there."""

    table: str
    site: str


class SiteLine(Table):
    """[[sites]]: power_kw in every hour of a day, or hours_kw, one of each, or what a run's meters saw."""

    name: Name
    bus: str
    run: RunLine | None = None
    power_kw: Power | None = None
    hours_kw: Annotated[tuple[Power, ...], Field(min_length=DAY, max_length=DAY)] | None = None
    least_kw: Power
    most_kw: Power
    ramp_kw_per_min: Annotated[float, Field(gt=0, le=1e8, allow_inf_nan=False)]
    move_price_per_mwh: Money = 0.0


class ModeFile(Table):
    """The file; each key may be left out."""

    minutes: Annotated[float, Field(gt=0, le=1_440, allow_inf_nan=False)] = MINUTES
    near: Annotated[float, Field(gt=0, le=0.5, allow_inf_nan=False)] = NEAR
    summer_months: tuple[Month, ...] = NORTHERN["summer"]
    winter_months: tuple[Month, ...] = NORTHERN["winter"]
    maintenance: tuple[str, ...] = ()
    curtail_price_per_mwh: Money = 0.0
    sites: tuple[SiteLine, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class ModeFleet:
    """sites: on buses by number; site_kw: what each draws in each hour of a day, (24, F); maintenance: names of
    branches and units that are out, one at a time; minutes: after an outage."""

    sites: Sites
    site_kw: Real
    minutes: float
    near: float
    seasons: dict[str, tuple[int, ...]]
    maintenance: tuple[str, ...]
    curtail_price_per_mwh: float

    def __post_init__(self) -> None:
        freeze(self, site_kw=np.float64)


def read_mode_fleet(path: Path | None, buses: tuple[str, ...]) -> ModeFleet:
    """The file, or a study without a fleet where there is none. Raises BadInput with every fault."""
    if path is None:
        return _built(ModeFile(), {}, [])
    table = toml_of(path, "a fleet on a network in TOML")
    try:
        file = ModeFile.model_validate(table)
    except ValidationError as error:
        raise BadInput(misfits(error, str(path), "Correct the value.")) from None
    place = {name: number for number, name in enumerate(buses)}
    gathered = Gathered()
    drawn = [gathered.of(partial(_hours, site, path)) for site in file.sites]
    gathered.findings += _faults(file, str(path), place, drawn)
    gathered.refuse_if_any()
    return _built(file, place, [one for one in drawn if one is not None])


def _faults(
    file: ModeFile, path: str, place: dict[str, int], drawn: list[Real | None]
) -> Iterator[Finding]:
    names = [site.name for site in file.sites]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield _fault(f"{path} {name}", "is there more than once", "each name once", "Rename one.")
    for site, hours in zip(file.sites, drawn, strict=True):
        where = f"{path} {site.name}"
        if site.bus not in place:
            shown = ", ".join(list(place)[:5])
            yield _fault(f"{where}.bus", f"{site.bus} is no bus", f"{shown} …", "Name a bus.")
        if hours is not None and (hours.min() < site.least_kw or hours.max() > site.most_kw):
            yield _fault(
                where,
                f"draws {hours.min():,.0f} to {hours.max():,.0f} kW",
                f"least_kw {site.least_kw:,.0f} to most_kw {site.most_kw:,.0f}",
                "Widen the limits, or draw within them.",
            )


def _fault(subject: str, value: str, limit: str, mend: str) -> Finding:
    return Finding(subject=subject, value=value, limit=limit, mend=mend)


def _hours(site: SiteLine, path: Path) -> Real:
    """What a site draws in each hour of a day, (24,). Raises BadInput where it is told in no way or in two."""
    told = [one for one in (site.power_kw, site.hours_kw, site.run) if one is not None]
    if len(told) != 1:
        said = "power_kw, hours_kw and run"
        raise BadInput(
            [_fault(f"{path} {site.name}", said, "one of them", "Leave out the others.")]
        )
    if site.run is not None:
        return _mean_day(resolved(site.run.table, path.parent), site.run.site)
    return np.full(DAY, site.power_kw) if site.hours_kw is None else np.asarray(site.hours_kw)


def _mean_day(path: Path, site: str) -> Real:
    """Mean draw from the grid of a site of a run by hour of the day, UTC, (24,)."""
    table = open_table(path, {"time_utc": "time", "site": "site", "import_kw": "drawn"})
    faults: list[Finding] = []
    drawn = numbers(table, "drawn", faults, least=0.0)
    refuse_if_any(faults)
    mine = words(table, "site") == site
    hours = np.asarray(table.frame["time"].to_numpy(), dtype="datetime64[h]").astype(np.int64) % DAY
    counted = np.bincount(hours[mine], minlength=DAY)
    if not counted.all():
        known = ", ".join(sorted(set(words(table, "site").tolist())))
        value = f"{site} has no rows in some hours of the day"
        raise BadInput([_fault(str(path), value, f"whole days of a site: {known}", "Name a site.")])
    return np.asarray(np.bincount(hours[mine], drawn[mine], minlength=DAY) / counted)


def _built(file: ModeFile, place: dict[str, int], drawn: list[Real]) -> ModeFleet:
    return ModeFleet(
        sites=Sites(
            names=tuple(site.name for site in file.sites),
            bus=np.asarray([place[site.bus] for site in file.sites], dtype=np.int64),
            least_kw=np.asarray([site.least_kw for site in file.sites]),
            most_kw=np.asarray([site.most_kw for site in file.sites]),
            ramp_kw_per_min=np.asarray([site.ramp_kw_per_min for site in file.sites]),
            move_price_per_mwh=np.asarray([site.move_price_per_mwh for site in file.sites]),
        ),
        site_kw=np.asarray(drawn).reshape(-1, DAY).T,
        minutes=file.minutes,
        near=file.near,
        seasons={"summer": file.summer_months, "winter": file.winter_months},
        maintenance=file.maintenance,
        curtail_price_per_mwh=file.curtail_price_per_mwh,
    )
